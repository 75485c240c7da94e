"""`refimpl lint-lesson`: nothing to say about the lessons there are, and a line for each fault."""

import shutil
import tomllib
from pathlib import Path

import nbformat
import pytest

from refimpl.cli import main
from refimpl.course.exercises import lesson_exercises
from refimpl.course.linting import lint_lesson
from refimpl.course.linting.execution import check_by_running
from refimpl.course.linting.source import read_source
from refimpl.course.minutes import PLACE
from refimpl.course.notebooks import sources
from tests.course.lesson_to_lint import ADDRESS, brackets, heading, lesson_text, write

ROOT = Path(__file__).parents[2]
NAME = "book/lessons/01-small.md"
GOOD = lesson_text()
FIRST, SECOND, *_ = lesson_exercises(1).values()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one small lesson, without a package of its own."""
    root = tmp_path / "a project"
    write(root, NAME)
    (root / "_toc.yml").write_text("parts:\n  - chapters:\n      - file: lessons/01-small\n")
    (root / "_config.yml").write_text(f"repository: {{url: '{ADDRESS}'}}\n")
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


# What is replaced by what; what stands in the line that is named; what is said.
HEADING, BRACKETS = heading(SECOND), brackets(SECOND)
FAULTED = f"### Exercise {SECOND.id}"
DOTS = BRACKETS.rpartition(" ")[2]
CALL = f'check("{SECOND.id}", {SECOND.function})'
QUESTION = "**Question 4.**"
RIGHT = '<details class="choice right"><summary>The one with the lower RMS in 3'
FITS = "1.0 just does not fit"
FAULTS = [
    (f" {BRACKETS}", "", FAULTED, "no points in"),
    (BRACKETS, BRACKETS.partition(", ")[2], FAULTED, "no points in"),
    (BRACKETS, BRACKETS.replace("(", "(1"), FAULTED, f"points 1{SECOND.points} in the heading"),
    (BRACKETS, BRACKETS.replace(" mi", "0 mi"), FAULTED, f"minutes {SECOND.minutes}0 in the"),
    (BRACKETS, BRACKETS.replace("○)", ")").replace(" ●", " ●●"), FAULTED, "difficulty 3 in"),
    (BRACKETS, BRACKETS.replace("○)", ")"), FAULTED, "difficulty has five dots"),
    (f"Exercise {SECOND.id}:", "Exercise 1.9:", "### Exercise 1.9", "exercise 1.9 has no record"),
    ("### Exercise 1.1", "#### Exercise 1.1", "#### Ex", "level 4 under one of level 2"),
    (CALL, SECOND.function, FAULTED, "has no check cell"),
    (CALL, CALL.replace(SECOND.function, "sine"), f'check("{SECOND.id}", sine', f"is {CALL}"),
    (f"def {SECOND.function}(", "def other(", "def other(", f"asks for {SECOND.function}"),
    (FITS, "`1.0` {term}`pcm`", "{term}`pcm`", "a MyST role"),
    (f"The value {FITS}", "```{note}\nIt\n```", "```{note}", "a MyST directive"),
    (f"The value {FITS}", ":::{note}\nIt\n:::", ":::{note}", "a MyST directive"),
    (f"The value {FITS}", "% It comes down again", "% It comes", "begins with %"),
    (HEADING, f"{FAULTED}: rounding {BRACKETS}", FAULTED, "title 'rounding' in the heading"),
    (f"{FAULTED}:", FAULTED, FAULTED, "title '' in the heading"),
    ("# 1. A small", "# A small", "# A small", "title begins with '# 1. '"),
    ("## Check yourself", "# Check yourself", "# Check yourself", "a second title"),
    ("## Check yourself", "## Questions", "---", "no self-check questions"),
    (
        "**Question 1.**",
        "Question 1.",
        "## Check yourself",
        "3 self-check questions; a lesson needs 4 to 6",
    ),
    (f"{FAULTED}: ", "### ", "---", f"exercise {SECOND.id} has a record and no heading"),
    ('wrong"><summary>The same', 'right"><summary>The same', "**Question 1.**", "has 2 right"),
    (QUESTION, "**Question 5.**", "**Question 5.**", "question 5 is the 4. one"),
    (QUESTION, "**Question four.**", "**Question four.**", "begins with '**Question 1.** '"),
    (RIGHT, RIGHT.replace("right", "wrong"), "**Question 3.**", "has 0 right choices"),
    (RIGHT, RIGHT.replace("choice right", "right"), 'class="right"', "a choice has the form"),
    (
        f"{RIGHT}</summary>\n\n",
        f"{RIGHT}</summary>\n\n</details>\n",
        RIGHT,
        "a choice of question 3 has no explanat",
    ),
    (f"{RIGHT}</summary>\n\n", f"{RIGHT}</summary>\n", RIGHT, "an empty line is missing"),
    (', "White noise")', ")", "play(noise", "a player without a label"),
    ('"White noise")', '"")', "play(noise", "a player without a label"),
    ("picture.alt =", "words =", "picture, (axes,) = new_picture()", "without a text alternative"),
    ("progress(1)", "progress()", "progress()", "must be progress(1)"),
    (":tags: [nbval-ignore-output]", "", "progress(1)", "needs the tag"),
    ("play(noise", "play(" + 60 * " " + "noise", "play(", "characters of code in a line"),
    (FITS, f"\n```\n{77 * '-'}\n```\n", 77 * "-", "77 characters of code in a line"),
    ("    ### BEGIN SOLUTION\n", "", f"### Exercise {FIRST.id}", "0 cells with a solution"),
    (f"What {SECOND.function} r", "What it r", f"def {SECOND.function}", "run make notebooks"),
]


@pytest.mark.parametrize(("old", "new", "place", "said"), FAULTS, ids=lambda words: words[:30])
def test_a_fault_is_told_with_its_line(project, old, new, place, said):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    (project / NAME).write_text(text, encoding="utf-8")
    told = [line for line in found(project) if said in line]
    assert [line.partition(": ")[0] for line in told] == [f"{NAME}:{line_of(text, place)}"]


def test_a_shown_block_of_code_is_no_fault(project):
    shown = "\n```text\n# no heading\n:::{note}\n```\n"
    (project / NAME).write_text(GOOD.replace(FITS, shown, 1), encoding="utf-8")
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
    path.write_text(path.read_text().replace("- file: lessons/01-small", "- file: lessons/old"))
    (told,) = found(project)
    assert told.startswith("_toc.yml:") and "- file: lessons/01-small" in told


def test_a_stub_that_says_more_than_the_solution_without_its_region(project):
    path = project / "lessons/01-small.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# YOUR CODE HERE", "# TODO"), "utf-8")
    told = found(project)
    assert len(told) == len(lesson_exercises(1))
    assert all("is not this cell without its solution" in line for line in told)
    assert told[0].startswith(f"{NAME}:{line_of(GOOD, f'def {FIRST.function}')}:")


def test_what_the_stored_outputs_tell(project):
    path = project / "solutions/01-small.ipynb"
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
    picture_cell = line_of(GOOD, "picture, (axes,) =")
    assert f"{NAME}:{picture_cell}: a picture without a text alternative" in told[1]


# The form of a lesson as a whole, and what is put up with ----------------------------------------

WIDE = "a" * 77


def with_list(project, text, *excepted):
    """What is found in another text, where a list puts up with some kinds of faults in it."""
    (project / NAME).write_text(text, encoding="utf-8")
    parts = [f'[{kind}]\nfiles = ["{NAME}"]\n' for kind in excepted]
    (project / "tools").mkdir(exist_ok=True)
    (project / "tools/lint-exceptions.toml").write_text("\n".join(parts))
    return found(project)


def test_what_a_cell_prints_fits_the_page(project):
    path = project / "solutions/01-small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.source == 'print("two")')
    cell.outputs = [
        nbformat.v4.new_output("stream", text=f"short\n{WIDE}"),
        nbformat.v4.new_output("display_data", {"text/plain": f"<Picture: {WIDE}>"}),
    ]
    nbformat.write(notebook, path)
    line = line_of(GOOD, cell.source)
    said = "the cell prints a line of 77 characters; 76 are the most"
    assert found(project) == [f"{NAME}:{line}: {said}"]


def test_a_lesson_that_is_too_long_or_promises_no_time(project):
    longer = GOOD + "\n" * (701 - len(GOOD.splitlines()))
    (told,) = with_list(project, longer)
    assert told == f"{NAME}:701: the lesson has 701 lines of source; 700 are the most"
    for text in (GOOD.replace(PLACE, "an hour"), GOOD.replace(PLACE, "") + PLACE):
        (told,) = with_list(project, text)
        assert told.startswith(f"{NAME}:1: the header does not say how long")


def test_the_list_puts_up_with_a_fault_until_it_is_mended(project):
    excepted = ["long-lesson", "minutes"]
    faulty = GOOD.replace(PLACE, "an hour")
    assert with_list(project, faulty + 700 * "\n", *excepted) == []
    wanted = f"tools/lint-exceptions.toml:2: {NAME} has no fault of the kind long-lesson any more"
    assert with_list(project, faulty, *excepted) == [f"{wanted}: take it from the list"]


def test_every_file_on_our_own_list_is_there():
    entries = tomllib.loads((ROOT / "tools/lint-exceptions.toml").read_text(encoding="utf-8"))
    names = [name for kind in entries.values() for name in kind["files"]]
    assert [name for name in names if not (ROOT / name).exists()] == []


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
    assert "1 lesson, 1 fault" in told.err


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
