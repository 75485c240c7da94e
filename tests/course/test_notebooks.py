"""The notebooks: what the sources build, and that the committed ones are that."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import refimpl
from refimpl.course import minutes, notebooks
from refimpl.errors import UserError

ROOT = Path(__file__).parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))
HEADER = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
LESSON = (
    HEADER
    + """\
# 9. A lesson

Some text.

```{code-cell} ipython3
print("first")
```

```{code-cell} ipython3
def heard_frequency(frequency, sample_rate):
    ### BEGIN SOLUTION
    return abs(frequency - round(frequency / sample_rate) * sample_rate)
    ### END SOLUTION
```

```{code-cell} ipython3
from refimpl.course import check
check("1.1", heard_frequency)
```
"""
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with one small lesson, in a path with a space."""
    root = tmp_path / "a project"
    (root / "book/lessons").mkdir(parents=True)
    (root / "_config.yml").write_text("repository: {url: 'https://example.org/course'}")
    (root / "book/lessons/09-small.md").write_text(LESSON)
    return root


def read(project):
    address = notebooks.repository_address(project)
    return notebooks.read_pair(project / "book/lessons/09-small.md", address)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# The committed notebooks -------------------------------------------------------------------------


def test_committed_notebooks_are_what_their_sources_build():
    assert notebooks.out_of_date(ROOT) == []


def test_every_lesson_has_both_notebooks():
    names = [source.stem for source in notebooks.sources(ROOT)]
    assert names
    assert [path.stem for path in LESSONS] == names
    assert [path.stem for path in SOLUTIONS] == names


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_solutions_are_executed_from_top_to_bottom_without_errors(path):
    # nbval compares no cell that has no execution count, so this has to be seen to apart.
    cells = code(nbformat.read(path, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert "error" not in kinds
    assert kinds, "not one cell prints anything"


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_solutions_store_text_alone(path):
    for cell in code(nbformat.read(path, as_version=4)):
        if notebooks.outputs.RANDOM_TAGS & set(cell.metadata.get("tags", [])):
            assert cell.outputs == []
        for output in cell.outputs:
            assert set(output.get("data", {"text/plain": ""})) == {"text/plain"}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_hold_no_outputs_and_no_answers(path):
    for cell in code(nbformat.read(path, as_version=4)):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert "### " not in cell.source


# The builder -------------------------------------------------------------------------------------


def test_building_twice_changes_nothing(project):
    source = project / "book/lessons/09-small.md"
    source.write_text(LESSON.replace("Some text.", "Plan {{ minutes }}."))
    first = notebooks.build(project, source)
    assert [path.relative_to(project).as_posix() for path in first] == [
        "lessons/09-small.ipynb",
        "solutions/09-small.ipynb",
    ]
    assert notebooks.build(project, source) == []
    assert notebooks.out_of_date(project) == []

    solution = nbformat.read(first[1], as_version=4)
    assert [cell.execution_count for cell in code(solution)] == [1, 2, 3, 4]
    printed = [output.get("text", "") for output in code(solution)[3].outputs]
    assert printed[0].startswith("✓ 1.1")
    assert solution.cells[2].source == "Plan 5 minutes to read and listen."
    path = first[0]
    path.write_text(path.read_text(encoding="utf-8").replace("Plan 5", "Plan 6"), "utf-8")
    assert notebooks.out_of_date(project) == [
        "lessons/09-small.ipynb is not what 09-small.md builds"
    ]


def test_the_header_promises_what_exercises_words_and_sounds_take(project):
    source = project / "book/lessons/09-small.md"
    heading = "## Exercise 1.1: the tone that remains (4 points, 15 minutes)\n\n" + 900 * "hard "
    text = LESSON.replace("Some text.", "word " * 980).replace(
        "```{code-cell} ipython3\ndef", f"{heading}\n\n```{{code-cell}} ipython3\ndef"
    )
    source.write_text(text)
    lesson, solution = read(project)
    # 980 words and those of the title and of one cell; those of the exercise are in its minutes.
    in_words = "10 minutes to read and listen, and 15 for the exercises"
    assert minutes.told(lesson, solution) == in_words
    players = {
        "text/plain": "<Player: 2 tones, 100.00 s>\n<ComparedSounds: 2 stages of 50.00 s: a>"
    }
    code(solution)[1].outputs = [nbformat.v4.new_output("display_data", players)]
    assert minutes.told(lesson, solution) == in_words.replace("10", "15")  # each is heard twice


def test_a_changed_source_or_notebook_is_noticed(project):
    source = project / "book/lessons/09-small.md"
    pair = read(project)
    for folder, notebook in zip(("lessons", "solutions"), pair, strict=True):
        (project / folder).mkdir()
        text = notebooks.to_text(notebook)
        (project / folder / "09-small.ipynb").write_text(text, encoding="utf-8")
    assert notebooks.out_of_date(project) == []

    source.write_text(LESSON.replace("Some text", "Other text"))
    assert len(notebooks.out_of_date(project)) == 2
    source.write_text(LESSON)
    (project / "lessons/08-gone.ipynb").write_text("{}")
    assert notebooks.out_of_date(project) == ["08-gone.ipynb has no source in book/lessons"]


def test_the_title_comes_first_and_then_the_set_up_cell(project):
    _, built = read(project)
    assert [cell.cell_type for cell in built.cells[:3]] == ["markdown", "code", "markdown"]
    assert built.cells[0].source == "# 9. A lesson"
    assert "refimpl @ git+https://example.org/course" in built.cells[1].source


def test_the_set_up_cell_is_folded_in_jupyterlab_and_in_colab_under_its_title(project):
    for built in read(project):
        set_up = built.cells[1]
        assert set_up.metadata["jupyter"]["source_hidden"] and set_up.metadata["cellView"] == "form"
        assert set_up.source.startswith("# @title Set-up: installs the course's package")
        assert not any("jupyter" in cell.metadata for cell in built.cells[2:])


def test_the_set_up_cell_does_nothing_where_the_package_is(project, monkeypatch):
    _, built = read(project)

    def no_process(*args, **kwargs):
        raise AssertionError("nothing to install")

    monkeypatch.setattr("subprocess.run", no_process)
    for _ in range(2):
        exec(compile(built.cells[1].source, "set-up", "exec"), {})


@pytest.fixture
def set_up(project, monkeypatch):
    """Run the set-up cell where the package is missing; returns pip's command and what is told."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "refimpl" else find(name)
    )
    monkeypatch.setattr("sys.path", sys.path[:])

    def run(folder, address="https://example.org/course", fails=0):
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(folder)
        commands = []

        def pip(command, **options):
            commands.append(command)
            return subprocess.CompletedProcess(
                command, int(len(commands) <= fails), "", "no network"
            )

        monkeypatch.setattr("subprocess.run", pip)
        _, built = notebooks.read_pair(project / "book/lessons/09-small.md", address)
        try:
            exec(compile(built.cells[1].source, "set-up", "exec"), {})
        except Exception as error:
            return commands, "\n".join(error._render_traceback_())
        return commands[-1], None

    return run


def test_where_the_package_is_missing_torch_and_numpy_stay_as_they_are(set_up, tmp_path):
    command, _ = set_up(tmp_path / "elsewhere")
    assert f"refimpl=={refimpl.__version__}" in command
    for name in ("torch", "numpy"):
        assert f"{name}=={importlib.metadata.version(name)}" in command


def test_what_the_index_does_not_have_comes_from_the_repository(set_up, tmp_path):
    command, _ = set_up(tmp_path / "elsewhere", fails=1)
    assert "refimpl @ git+https://example.org/course" in command
    assert f"numpy=={importlib.metadata.version('numpy')}" in command


def test_in_a_checkout_the_package_is_installed_from_there(set_up, project):
    (project / "refimpl/course").mkdir(parents=True)
    for folder in (project / "lessons", project):
        command, _ = set_up(folder, address="https://github.com/OWNER/REPOSITORY")
        assert command[-4:-2] == ["--editable", str(project)]
        assert sys.path[-1] == str(project)


def test_a_set_up_that_cannot_work_says_why_without_a_traceback(set_up, tmp_path):
    commands, told = set_up(tmp_path / "a", address="https://github.com/OWNER/REPOSITORY")
    assert commands == []
    assert told.count("\n") == 0 and "in the course's folder" in told
    _, told = set_up(tmp_path / "a", fails=2)
    assert told == "pip cannot install it:\nno network"


def test_the_cells_of_an_exercise_carry_nbgraders_marks(project):
    _, built = read(project)
    marks = [cell.metadata.get("nbgrader") for cell in code(built)]
    assert marks[:2] == [None, None]
    assert marks[2]["grade_id"] == "answer-heard_frequency"
    assert marks[2]["solution"]
    assert marks[3]["grade_id"] == "check-1-1"
    assert marks[3]["points"] == 4


def test_a_change_in_one_cell_leaves_the_other_ids(project):
    source = project / "book/lessons/09-small.md"
    _, before = read(project)
    source.write_text(LESSON.replace("Some text.", "Some text.\n\nAnd more."))
    _, after = read(project)
    ids = [[cell.id for cell in notebook.cells] for notebook in (before, after)]
    assert [first == second for first, second in zip(*ids, strict=True)].count(False) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# 9. A lesson", "A lesson", "starts with its title"),
        ('"1.1"', '"9.9"', "no exercise '9.9'"),
        ("### END SOLUTION", "", "never closed"),
    ],
)
def test_a_faulty_source_is_named(project, old, new, told):
    source = project / "book/lessons/09-small.md"
    source.write_text(LESSON.replace(old, new))
    with pytest.raises(UserError, match=told) as failure:
        read(project)
    assert "09-small.md" in str(failure.value)


def test_a_failing_cell_stops_the_build_and_is_shown(project):
    source = project / "book/lessons/09-small.md"
    source.write_text(LESSON.replace('print("first")', "1 / 0"))
    with pytest.raises(UserError, match="ZeroDivisionError") as failure:
        notebooks.build(project, source)
    assert "09-small.md" in str(failure.value)
    assert not (project / "solutions").exists()
