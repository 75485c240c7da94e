"""The reproduction, end to end on very little, and the ladder's promise of one factor a rung."""

import dataclasses
import json
import math
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import refimpl.reproduce
from refimpl.errors import UserError
from refimpl.pipeline.folder import flatten, preset_to_dict
from refimpl.presets import get_preset
from refimpl.reproduce import reproduce
from refimpl.reproduce.experiments import ladder, two_presets

LITTLE = {
    "data.n_train": 4,
    "data.n_validation": 2,
    "codec.n_clusters": 16,
    "model.n_layers": 1,
    "model.hidden_size": 32,
    "training.steps": 12,
    "training.validate_every": None,
}


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    """A reproduction of a few seconds, with what it printed."""
    folder, said = tmp_path_factory.mktemp("reproduce"), []
    options = {"n_tunes": 2, "work": folder / "work", "n_processes": 1, "changes": LITTLE}
    results = reproduce(folder / "out", log=said.append, **options)
    return folder, results, said, options


def settings_of(experiment):
    return flatten(preset_to_dict(experiment.preset))


def test_the_results_say_what_the_report_says_about_its_losses(little):
    _, results, _, _ = little
    report = next(r for r in results["experiments"] if r["name"] == "report, 10 steps")
    assert set(report["last_losses"]) == {"1", "10"}
    # ln 20 = 3.0 for 16 codes and 4 special tokens, as the report's 516 tokens give ln 516 = 6.25.
    assert report["first_loss"] == pytest.approx(3.0, abs=0.5)


def test_without_tied_weights_an_untrained_model_knows_nothing(little):
    _, results, _, _ = little
    found = results["first_losses"]
    assert found["untied"] == pytest.approx(found["uniform"], abs=0.05)
    assert found["uniform"] == pytest.approx(math.log(20))
    assert 0 < found["repeats"] < 1


def test_every_set_is_measured_and_can_be_heard(little):
    folder, results, _, _ = little
    course = next(r for r in results["experiments"] if r["name"] == "course")
    assert {"resynthesised", "model", "bigram"} < set(course["sets"])
    assert results["references"]["sets"]["real, held out"]["summary"]["melody_right"]["mean"] > 0.9
    for record in [results["references"], *results["experiments"]]:
        for one in record["sets"].values():
            assert one["sounds"]
            assert all((folder / "out" / "sounds" / name).stat().st_size for name in one["sounds"])


def test_what_fills_a_gap_is_heard_beside_the_tune_itself(little):
    folder, results, _, _ = little
    course = next(r for r in results["experiments"] if r["name"] == "course")
    assert course["filling"]["n_tunes"] == 2
    for ways in course["filling"]["places"].values():
        assert {"the tune itself", "continued", "filled"} < set(ways)
        for found in ways.values():
            low, mean, high = (found["grid"][key] for key in ("low", "mean", "high"))
            assert found["notes"] == 0 or 0 <= low <= mean <= high <= 1
    assert "| between two beats | filled |" in (folder / "out" / "tables.md").read_text()


def test_the_page_shows_every_sound_and_every_figure_of_the_results(little):
    folder, results, _, _ = little
    page = (folder / "out" / "index.html").read_text()
    for file in (folder / "out" / "sounds").iterdir():
        assert file.name in page
    for picture in (folder / "out" / "figures").glob("*.png"):
        assert picture.name in page
    assert json.loads((folder / "out" / "results.json").read_text()) == results
    assert "| course: model" in (folder / "out" / "tables.md").read_text()


def test_a_second_call_measures_nothing_again(little):
    folder, results, said, options = little
    said.clear()
    assert reproduce(folder / "out", log=said.append, **options) == results
    assert [line for line in said if line.endswith("measured already")] == said[:-1]


def test_what_another_version_of_the_embedding_heard_is_measured_again(little, tmp_path):
    folder, results, said, options = little
    shutil.copytree(folder / "work", tmp_path / "work")
    report = next(r for r in results["experiments"] if r["name"] == "report, 10 steps")
    for name in ("references", report["folder"]):
        path = tmp_path / f"work/{name}.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        for one in record["sets"].values():
            one |= {"heard_by": "joint, an older one", "summary": {}}
        path.write_text(json.dumps(record), encoding="utf-8")
    said.clear()
    again = reproduce(tmp_path / "out", log=said.append, **options | {"work": tmp_path / "work"})
    known = [line for line in said if line.endswith("measured already")]
    assert len(known) == len(results["experiments"]) - 1
    assert not any(line.startswith(report["name"]) for line in known)
    assert again["references"] == results["references"]
    assert [r["sets"] for r in again["experiments"]] == [r["sets"] for r in results["experiments"]]
    assert [r["steps"] for r in again["experiments"]] == [
        r["steps"] for r in results["experiments"]
    ]


def test_tokens_of_the_same_settings_are_made_once(little):
    folder, _, _, _ = little
    books = [folder / "work" / name / "codebook.npz" for name in ("report-10-steps",)]
    books.append(folder / "work" / "report-same-time" / "codebook.npz")
    assert books[0].read_bytes() == books[1].read_bytes()


def part_of(name):
    """The part of the settings that a setting belongs to; frames are a part of their own."""
    return "codec.mel" if name.startswith("codec.mel.") else name.split(".")[0]


def test_each_rung_changes_one_part_of_the_settings_and_the_last_is_all_but_the_model():
    """One factor at a time, or nothing could be said about causes."""
    rungs = [two_presets()[2], *ladder()]
    parts = []
    for before, after in zip(rungs, rungs[1:], strict=False):
        one, other = settings_of(before), settings_of(after)
        changed = {part_of(name) for name in one if one[name] != other[name]}
        parts.append(changed - {"model"} if changed != {"model"} else changed)
    # With a codec of another size the embedding's size follows; whole tunes come with the hop.
    last_step = {"vocabulary", "model", "training", "batch_size", "sampling"}
    assert parts[:-1] == [{"model"}, {"codec.mel"}, {"codec.mel", "data"}, {"codec"}]
    assert parts[-1] | {"model"} <= last_step
    last, course = rungs[-1].preset, get_preset("course")
    assert (last.codec, last.sampling) == (course.codec, course.sampling)
    assert last.objectives.mixture is None
    assert dataclasses.replace(last.model, context_length=course.model.context_length) == (
        course.model
    )


def test_one_run_can_be_made_again_and_the_others_kept(little, tmp_path):
    folder, results, said, options = little
    shutil.copytree(folder / "out", tmp_path / "out")
    said.clear()
    options = options | {"work": tmp_path / "work", "again": ["course"]}
    again = reproduce(tmp_path / "out", log=said.append, **options)
    assert again["kept"] == ["report, 10 steps", "report, same time"]
    for before, after in zip(results["experiments"], again["experiments"], strict=True):
        assert (before == after) or after["name"] == "course"
    assert again["first_losses"] == results["first_losses"]
    assert (tmp_path / "work").joinpath("course.json").exists()
    assert not list((tmp_path / "work").glob("report*"))


def test_making_a_run_again_needs_results_with_that_run(little, tmp_path):
    folder, _, _, options = little
    with pytest.raises(UserError, match="leave out --again"):
        reproduce(tmp_path, again=["course"], **options)
    with pytest.raises(UserError, match="has no run 'curse'; it has course"):
        reproduce(folder / "out", again=["curse"], **options)


def programs():
    """Names of the studies that run as `python -m NAME`."""
    folder = Path(refimpl.reproduce.__file__).parent
    return [
        ".".join(("refimpl.reproduce", *path.relative_to(folder).with_suffix("").parts))
        for path in sorted(folder.rglob("*.py"))
        if '\nif __name__ == "__main__":' in path.read_text(encoding="utf-8")
    ]


def test_no_study_that_runs_as_a_program_is_imported_with_the_package():
    # Python would begin each of them with a warning: "found in sys.modules".
    assert len(programs()) > 10
    code = "import sys, refimpl.reproduce; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(programs()) & set(done.stdout.split())


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("name", programs())
def test_a_study_that_runs_as_a_program_answers_help_and_nothing_else(
    name, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module(name, run_name="__main__")
    assert stopped.value.code == 0 and "usage:" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
