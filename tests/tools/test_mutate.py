"""The sample of mutants: the same for the same seed, none of an annotation, and an honest count."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "def double(x: int | None = 1) -> int | str:\n    return x | 1 if x else 2\n"


@pytest.fixture
def mutate():
    """The script as a module; `tools/` is no package."""
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "tools/mutate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_has_a_seed_and_leaves_annotations_alone(mutate, tmp_path):
    path = tmp_path / "double.py"
    path.write_text(SOURCE)
    first, second = SOURCE.splitlines()
    bars = [(1, i) for i, c in enumerate(first) if c == "|"] + [(2, second.index("|"))]
    numbers = [(1, first.index("1")), (2, second.index("1")), (2, second.index("2"))]
    items = {
        str(place): SimpleNamespace(start_pos=place, operator_name="core/any", occurrence=i)
        for i, place in enumerate(bars + numbers)
    }
    allowed = {str(place) for place in bars[2:] + numbers}
    assert mutate.sample(path, items, 100, seed=0) == allowed
    samples = [frozenset(mutate.sample(path, items, 2, seed)) for seed in range(20)]
    assert all(len(chosen) == 2 and chosen <= allowed for chosen in samples)
    assert samples[3] == mutate.sample(path, items, 2, seed=3)
    assert len(set(samples)) > 1


def test_the_report_counts_what_was_caught_and_what_changes_nothing(mutate):
    text = mutate.report({"a.py": (5, 6), "b.py": (4, 4)}, 3)
    assert "| a.py | 5 | 6 |" in text
    assert "| all | 9 (90%) | 10 |" in text
    assert text.endswith("Not counted: 3 that change nothing.")


def test_a_mutant_that_a_person_has_judged_is_known_by_its_whole_change(mutate):
    judged = [{"module": "a.py", "line": "x = 1", "mutant": "x = 2", "reason": "no x is read"}]
    difference = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-    x = 1\n+    x = 2\n"
    assert mutate.changes_nothing("a.py", difference, judged)
    assert not mutate.changes_nothing("b.py", difference, judged)
    assert not mutate.changes_nothing("a.py", difference.replace("x = 2", "x = 3"), judged)
    gone = [{"module": "a.py", "line": "@cache", "mutant": "", "reason": "only faster"}]
    assert mutate.changes_nothing("a.py", "--- a/a.py\n+++ b/a.py\n-\n-    @cache\n     x", gone)
    assert not mutate.changes_nothing("a.py", difference + "-y = 1\n+y = 2\n", judged)


def test_whatever_is_judged_is_a_line_of_its_module_and_has_a_reason(mutate):
    for one in mutate.read_settings()["changes_nothing"]:
        lines = (ROOT / one["module"]).read_text(encoding="utf-8").splitlines()
        assert one["line"] in [line.strip() for line in lines], one
        assert one["line"] != one["mutant"] and len(one["reason"]) > 10


def test_slow_tests_get_more_time_before_they_count_as_hanging(mutate):
    assert mutate.patience(1.0) == mutate.read_settings()["timeout"]
    assert mutate.patience(1000.0) == 10_000.0


def test_every_module_and_test_file_of_the_settings_is_there(mutate):
    for module, files in mutate.read_settings()["tests"].items():
        assert files and all((ROOT / path).exists() for path in [module, *files])
