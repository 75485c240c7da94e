"""The linter of prose: which words it takes for prose, what it finds, and where."""

import subprocess
import sys
from pathlib import Path

import lint_prose
import pytest
from prose import markdown, python
from prose.rules import RULES, faults

ROOT = Path(__file__).parents[2]
PAGE = """\
---
title: mended
---
# What is *mended*

It is mended by
heart, `mended` and $anew$, see [what was mended](https://anew.org/mended).

- it is
  anew
- <b>an</b>ew

| anew | `anew` |
| --- | --- |
| two | anew |

```python
anew = "mended"
```

<details><summary>It is mended</summary>

Anew:

```{note}
It is mended.
```
</details>

```{code-cell} ipython3
:tags: [mended]

play(anew, "A tune that is mended")  # mended
```
"""


def found(module, text):
    """The places of "mend", "anew" and "by heart" that are taken for prose: lines and words."""
    return [
        (line, said.split("”")[0][1:])
        for line, said in lint_prose.faults_by_line(list(module.prose(text)))
    ]


def test_prose_is_found_in_markdown_and_nothing_else():
    assert sorted(found(markdown, PAGE)) == [
        (4, "mended"),
        (6, "by heart"),
        (6, "mended"),
        (7, "mended"),
        (10, "anew"),
        (11, "anew"),
        (13, "anew"),
        (15, "anew"),
        (21, "mended"),
        (23, "Anew"),
        (26, "mended"),
        (33, "mended"),
    ]


MODULE = '''\
"""A module that is mended.

It is
mended `anew`.
"""
KEY = "mended"  # mended
SHORT = "mended anew"


def f(anew):
    """Mended."""
    raise ValueError(f"{anew} given: it can be {anew} by "
        "heart or mended")
'''


def test_docstrings_and_messages_are_prose_and_short_texts_are_not():
    assert sorted(found(python, MODULE)) == [
        (1, "mended"),
        (4, "mended"),
        (11, "Mended"),
        (12, "by heart"),
        (12, "mended"),
    ]


def test_what_is_no_python_holds_no_prose():
    assert list(python.prose("!pip install mended things of all kinds\nx = (")) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_its_bad_examples_and_leaves_the_good_ones(rule):
    assert rule.bad and rule.good
    assert [text for text in rule.bad if not rule.find.search(text)] == []
    assert [text for text in rule.good if rule.find.search(text)] == []


def test_proselint_finds_what_it_knows_but_takes_no_figures_for_repeated_words():
    assert [place for place, _ in faults("It learns first of all the tune.")] == [10]
    assert [place for place, _ in faults("It learns the the tune.")] == [10]
    assert list(faults("It writes 8 8 and A A.")) == []


def test_a_passage_does_not_go_on_in_the_next():
    assert found(markdown, "It knows it by\n\nheart.\n\n- by\n- heart") == []


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a good page, a faulty one, and a list that allows the faults of both."""
    (tmp_path / "good.md").write_text("It is good.\n")
    (tmp_path / "faulty.md").write_text("It is good.\n\nIt is mended.\n")
    (tmp_path / "tools").mkdir()
    listed = '# A list.\n[prose]\nfiles = [\n    "faulty.md",\n    "good.md",\n]\n'
    (tmp_path / "tools/lint-exceptions.toml").write_text(listed)
    monkeypatch.setattr(lint_prose, "ROOT", tmp_path)
    return tmp_path


def test_an_entry_is_named_when_its_file_is_good_and_taken_away_on_demand(project, capsys):
    assert lint_prose.main([]) == 1
    assert capsys.readouterr().out.startswith("tools/lint-exceptions.toml:5: good.md has no fault")
    assert lint_prose.main(["--shrink"]) == 0
    listed = (project / "tools/lint-exceptions.toml").read_text()
    assert listed == '# A list.\n[prose]\nfiles = [\n    "faulty.md",\n]\n'
    assert capsys.readouterr().out == ""


def test_a_fault_off_the_list_is_told_with_its_line(project, capsys):
    (project / "tools/lint-exceptions.toml").unlink()
    assert lint_prose.main([]) == 1
    assert capsys.readouterr().out == 'faulty.md:3: “mended”: say "fix", "correct"\n'
    assert lint_prose.main([str(project / "good.md")]) == 0


def test_the_script_runs_from_anywhere(tmp_path):
    script = ROOT / "tools/lint_prose.py"
    done = subprocess.run([sys.executable, script, ROOT / "README.md"], cwd=tmp_path, check=False)
    assert done.returncode == 0
