"""`refimpl lint-lesson`: nothing to say about the lessons there are, and a line for each fault."""

import shutil
from pathlib import Path

import pytest

from refimpl.cli import main
from refimpl.course.linting import lint_lesson
from refimpl.course.linting.running import check_by_running
from refimpl.course.linting.source import read_source
from refimpl.course.notebooks import sources

ROOT = Path(__file__).parents[2]
NAME = "book/lessons/01-audio-basics.md"
GOOD = (ROOT / NAME).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with lesson 1 alone, without a package of its own."""
    root = tmp_path / "a project"
    for name in (
        NAME,
        "lessons/01-audio-basics.ipynb",
        "solutions/01-audio-basics.ipynb",
        "_toc.yml",
        "_config.yml",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    shutil.copytree(ROOT / "tests/exercises/lesson_01", root / "tests/exercises/lesson_01")
    monkeypatch.chdir(root)
    return root


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def found(project):
    return [str(finding) for finding in lint_lesson(project, project / NAME)]


@pytest.mark.parametrize("path", sources(ROOT), ids=lambda path: path.stem)
def test_there_is_nothing_to_say_about_our_own_lessons(path):
    assert [str(finding) for finding in lint_lesson(ROOT, path)] == []


# What is replaced by what in lesson 1; what stands in the line that is named; what is said.
HEADING = "### Exercise 1.2: quantise (4 points, 10 minutes, difficulty ●●○○○)"
QUESTION = "**Question 4.**"
RIGHT = '<details class="choice right"><summary>The one with the lower RMS'
FAULTS = [
    ("(4 points, 10 minutes, difficulty ●●○○○)", "", "### Exercise 1.2", "no points in"),
    ("4 points, 10 minutes", "10 minutes", "### Exercise 1.3", "no points in"),
    (HEADING, HEADING.replace("4 po", "5 po"), "### Exercise 1.2", "points 5 in the heading, 4 in"),
    (HEADING, HEADING.replace("10 m", "9 m"), "### Exercise 1.2", "minutes 9 in the heading"),
    (HEADING, HEADING.replace("●●○", "●●●"), "### Exercise 1.2", "difficulty 3 in the heading"),
    (HEADING, HEADING.replace("●●○○○", "●●"), "### Exercise 1.2", "difficulty has five dots"),
    ("Exercise 1.2:", "Exercise 1.9:", "### Exercise 1.9", "exercise 1.9 has no record"),
    ("### Exercise 1.2", "#### Exercise 1.2", "#### Exercise 1.2", "level 4 under one of level 2"),
    ('check("1.2", quantise)', "quantise", "### Exercise 1.2", "has no check cell"),
    ('"1.2", quantise', '"1.2", sine', 'check("1.2", sine', 'is check("1.2", quantise)'),
    ("def quantise(", "def quantize(", "def quantize(", "asks for quantise"),
    ("1.0 just does", "`1.0` {term}`pcm` does", "{term}`pcm`", "a MyST role"),
    ("It comes down again", "```{note}\nIt\n```\nIt comes", "```{note}", "a MyST directive"),
    ("It comes down again", ":::{note}\nIt\n:::\nIt comes", ":::{note}", "a MyST directive"),
    ("It comes down again", "% It comes down again", "% It comes", "begins with %"),
    ("1.2: quantise", "1.2: rounding", "### Exercise 1.2", "title 'rounding' in the heading"),
    ("1.2: quantise", "1.2 quantise", "### Exercise 1.2", "title '' in the heading"),
    ("# 1. Audio basics", "# Audio basics", "# Audio basics", "title begins with '# 1. '"),
    ("## Check yourself", "# Check yourself", "# Check yourself", "a second title"),
    ("## Check yourself", "## Questions", "---", "no self-check questions"),
    ("**Question 1.**", "Question 1.", "## Check yourself", "3 self-check questions; 4 to 6"),
    ("### Exercise 1.2: q", "### Q", "---", "exercise 1.2 has a record and no heading"),
    ('wrong"><summary>The same l', 'right"><summary>The same l', "**Question 3.**", "has 2 right"),
    (QUESTION, "**Question 5.**", "**Question 5.**", "question 5 is the 4. one"),
    (QUESTION, "**Question four.**", "**Question four.**", "begins with '**Question 1.** '"),
    (RIGHT, RIGHT.replace("right", "wrong"), "**Question 3.**", "has 0 right choices"),
    (RIGHT, RIGHT.replace("choice right", "right"), 'class="right"', "a choice has the form"),
    ("Right: 12 dB are", "</details>\n12 dB are", RIGHT, "a choice of question 3 has no explanat"),
    ("\n\nRight: 12 dB are", "\nRight: 12 dB are", RIGHT, "an empty line is missing"),
    (', "White noise")', ")", "play(0.1 * noise", "a player without a label"),
    ('"White noise")', '"")', "play(0.1 * noise", "a player without a label"),
    ("picture.alt =", "words =", "picture, (axes,) = new_picture()", "without a text alternative"),
    ("progress(1)", "progress()", "progress()", "is to be progress(1)"),
    (":tags: [nbval-ignore-output]", "", "progress(1)", "needs the tag"),
    (
        "    ### BEGIN SOLUTION\n    noise",
        "    noise",
        "### Exercise 1.3",
        "0 cells with a solution",
    ),
    ("Returns:\n        The rounded", "Returns: the rounded", "def quantise", "run make notebooks"),
]


@pytest.mark.parametrize(("old", "new", "place", "said"), FAULTS, ids=lambda words: words[:30])
def test_a_fault_is_told_with_its_line(project, old, new, place, said):
    assert old in GOOD
    # The fault is put in where the first mention of the exercise in question is not.
    start = GOOD.index("### Exercise 1.3") if place == "### Exercise 1.3" else 0
    text = GOOD[:start] + GOOD[start:].replace(old, new, 1)
    (project / NAME).write_text(text, encoding="utf-8")
    told = [line for line in found(project) if said in line]
    assert [line.partition(": ")[0] for line in told] == [f"{NAME}:{line_of(text, place)}"]


def test_a_shown_block_of_code_is_no_fault(project):
    shown = "```text\n# no heading\n:::{note}\n```\n\nIt comes down again"
    (project / NAME).write_text(GOOD.replace("It comes down again", shown, 1), encoding="utf-8")
    assert found(project) == []


def test_answers_that_are_missing_are_counted(project):
    path = project / "tests/exercises/lesson_01/quantise.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n\nWRONG = {rounds_down: 'down'}\nRIGHT = RIGHT[:1]\n", "utf-8")
    (project / "tests/exercises/lesson_01/wav_bytes.py").unlink()
    told = "\n".join(found(project))
    assert f"quantise.py:{line_of(text, 'WRONG = ')}: exercise 1.2 has 1 wrong answers" in told
    assert f"quantise.py:{line_of(text, 'RIGHT = ')}: exercise 1.2 has 1 right answers" in told
    assert "wav_bytes.py:1: exercise 1.4 has no answers on file" in told


def test_a_lesson_that_is_not_in_the_contents(project):
    path = project / "_toc.yml"
    path.write_text(path.read_text().replace("- file: lessons/01-audio", "- file: lessons/old"))
    (told,) = found(project)
    assert told.startswith("_toc.yml:") and "- file: lessons/01-audio-basics" in told


def test_a_stub_that_says_more_than_the_solution_without_its_region(project):
    path = project / "lessons/01-audio-basics.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# YOUR CODE HERE", "# TODO"), "utf-8")
    told = found(project)
    assert len(told) == 5 and all("is not this cell without its solution" in line for line in told)
    assert told[0].startswith(f"{NAME}:{line_of(GOOD, 'def heard_frequency')}:")


def test_what_the_stored_outputs_tell(project):
    path = project / "solutions/01-audio-basics.ipynb"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("<Player: White noise,", "<Player: sound,"),
        ("<Picture: A slow", "<Figure size 640x480 with 1 Axes>A slow"),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    told = found(project)
    assert len(told) == 2
    picture_cell = line_of(GOOD, "fine = np.arange")
    assert f"{NAME}:{picture_cell}: a picture without a text alternative" in told[1]


# Running the cells --------------------------------------------------------------------------------

SHOWS = """\
# 1. What is shown

```{code-cell} ipython3
from IPython.display import HTML
HTML('<img src="x.png" alt="">')
```

```{code-cell} ipython3
HTML('<audio src="x.mp3"></audio>')
```

```{code-cell} ipython3
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

```{code-cell} ipython3
HTML('<img src="x.png" alt="A line."><audio aria-label="A tone" src="x.mp3"></audio>')
```

```{code-cell} ipython3
1 / 0
```
"""


def test_running_finds_what_cells_show_and_cost(project):
    (project / NAME).write_text(SHOWS, encoding="utf-8")
    lesson = read_source(project, project / NAME)
    told = {
        (finding.line, finding.text.split(":")[0].split(" took")[0])
        for finding in check_by_running(lesson, cell_budget=0.0, lesson_budget=0.0)
    }
    assert {
        (4, "a picture without a text alternative"),
        (9, "a player without a label"),
        (13, "a picture that cannot have a text alternative"),
        (22, "the cell failed"),
        (1, "the lesson"),
        (13, "the cell"),
    } <= told
    assert not any(line == 18 and "without" in text for line, text in told)


# The command --------------------------------------------------------------------------------------


def test_the_command_prints_findings_and_ends_with_1(project, capsys):
    assert main(["lint-lesson"]) == 0
    assert capsys.readouterr().out == ""
    (project / NAME).write_text(GOOD.replace("progress(1)", "progress(2)"), encoding="utf-8")
    assert main(["lint-lesson", "1"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"{NAME}:") and told.out.count("\n") == 1
    assert "1 lesson, 1 thing to put right" in told.err


def test_an_unknown_lesson_is_wrong_usage(project, capsys):
    assert main(["lint-lesson", "9"]) == 2
    assert "there is no lesson 9" in capsys.readouterr().err


def test_outside_the_repository_it_says_where_to_go(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["lint-lesson"]) == 2
    assert "go to where _toc.yml lies" in capsys.readouterr().err


def test_another_copy_than_the_one_that_runs_is_refused(project, capsys):
    (project / "refimpl").mkdir()
    assert main(["lint-lesson"]) == 2
    assert "python -m refimpl" in capsys.readouterr().err
