"""`refimpl release`: the learners' archive holds lessons that run, and no solutions."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from refimpl.cli import main
from refimpl.course import regions
from refimpl.course.executing import PATIENCE
from refimpl.course.linting.source import read_source
from refimpl.course.notebooks import sources
from refimpl.course.releasing import FOLDER, LEFT_OUT, write_release
from refimpl.errors import UserError

ROOT = Path(__file__).parents[2]
LESSON = "01-audio-basics"
# A project of one lesson and a package of two files.
NAMES = (
    f"book/lessons/{LESSON}.md",
    f"lessons/{LESSON}.ipynb",
    f"solutions/{LESSON}.ipynb",
    "_config.yml",
    "_toc.yml",
    "pyproject.toml",
    "requirements.txt",
    "LICENSE",
    "LICENSE-TEXT",
    "CITATION.cff",
)


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "a project"
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    for name in ("refimpl/__init__.py", "refimpl/a/__pycache__/b.pyc", "refimpl/.cache/c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1")
    (root / LEFT_OUT[0]).mkdir(parents=True)
    (root / LEFT_OUT[0] / "record.py").touch()
    return root


def unpacked(archive, folder):
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    return folder / FOLDER


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The real archive, unpacked: made of our own lessons as they are now."""
    folder = tmp_path_factory.mktemp("release")
    try:
        write_release(ROOT, folder / "course.zip")
    except UserError as error:
        pytest.fail(str(error))
    return unpacked(folder / "course.zip", folder / "un packed")


def test_no_solution_is_in_the_archive(released):
    texts = {path: path.read_text("utf-8") for path in (released / "lessons").iterdir()}
    cells = "\n".join(
        cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        for text in texts.values()
        for cell in json.loads(text)["cells"]
    )
    n_solutions = 0
    for source in sources(ROOT):
        for cell in read_source(ROOT, source).cells:
            for solution in regions.solutions(cell.source):
                n_solutions += 1
                assert solution not in cells
                last = solution.strip().splitlines()[-1]
                assert last not in cells or last in outside_solutions(source), last
    assert n_solutions > 4 * len(texts)
    assert "### BEGIN" not in cells
    names = {path.relative_to(released).parts[0] for path in released.rglob("*")}
    assert not names & {"solutions", "book", "tests", "_build"}
    assert not (released / LEFT_OUT[0]).exists()


def outside_solutions(source):
    """What a lesson shows anyway: a line of an answer may stand in its text or its other cells."""
    text = source.read_text("utf-8")
    for cell in read_source(ROOT, source).cells:
        for solution in regions.solutions(cell.source):
            text = text.replace(solution, "")
    return text


def environment_of(released):
    return os.environ | {
        "PYTHONPATH": str(released),
        "REFIMPL_QUIET": "1",
        "REFIMPL_PROGRESS": str(released.parent / "progress.json"),
    }


def execute(released, notebook):
    folder = {"metadata": {"path": str(released / "lessons")}}
    client = NotebookClient(notebook, resources=folder, **PATIENCE)
    kept = {name: value for name, value in environment_of(released).items() if name != "MPLBACKEND"}
    client.execute(env=kept)
    return "".join(str(cell.get("outputs", "")) for cell in notebook.cells)


def test_an_open_lesson_runs_from_it(released):
    notebook = nbformat.read(released / "lessons" / f"{LESSON}.ipynb", as_version=4)
    where = nbformat.v4.new_code_cell("import refimpl; print(refimpl.__file__)")
    notebook.cells.append(where)
    told = execute(released, notebook)
    assert str(released / "refimpl") in told
    assert "1.1: not started yet" in told


@pytest.mark.soak
@pytest.mark.parametrize("name", [source.stem for source in sources(ROOT)])
def test_every_open_lesson_runs_from_it(released, name):
    notebook = nbformat.read(released / "lessons" / f"{name}.ipynb", as_version=4)
    assert "not started yet" in execute(released, notebook)


def test_its_package_checks_answers(released):
    code = (
        "import refimpl; from refimpl.course import check; print(refimpl.__file__);"
        "print(check('1.1', lambda frequency, sample_rate:"
        " abs(frequency - sample_rate * round(frequency / sample_rate))))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment_of(released),
        capture_output=True,
        text=True,
        check=True,
    )
    where, *_, points = done.stdout.split("\n")[:-1]
    assert where.startswith(str(released)) and points == "4"


def test_what_its_installation_names_is_in_it(released):
    # pyproject.toml names files that an installation reads.
    assert (released / "README.md").read_text("utf-8").startswith("# From waveform")
    assert {"LICENSE", "LICENSE-TEXT", "requirements.txt"} <= {
        path.name for path in released.iterdir()
    }
    for name in ("checkpoints", "display"):
        here, there = (
            {path.relative_to(root) for path in (root / "refimpl" / name).rglob("*.*")}
            for root in (ROOT, released)
        )
        assert {path for path in here if path.suffix != ".pyc"} - {Path("__pycache__")} <= there


def test_the_same_files_give_the_same_bytes(project, tmp_path):
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    write_release(project, first)
    for path in project.rglob("*"):
        os.utime(path, (10**9, 10**9))
    (project / "refimpl/__init__.py").chmod(0o600)
    (project / "refimpl/a/__pycache__/d.pyc").touch()
    names = write_release(project, second)
    assert first.read_bytes() == second.read_bytes()
    assert [name for name in names if name.startswith("refimpl")] == ["refimpl/__init__.py"]


def test_a_notebook_that_is_out_of_date_stops_it(project, tmp_path):
    path = project / f"lessons/{LESSON}.ipynb"
    path.write_text(path.read_text("utf-8").replace("YOUR CODE", "My code"), "utf-8")
    with pytest.raises(UserError, match="run make notebooks first"):
        write_release(project, tmp_path / "course.zip")
    assert not (tmp_path / "course.zip").exists()


def test_an_answer_that_stands_in_the_text_stops_it(project, tmp_path):
    source = project / f"book/lessons/{LESSON}.md"
    text = source.read_text("utf-8")
    (first, *_) = (
        s for c in read_source(project, source).cells for s in regions.solutions(c.source)
    )
    source.write_text(text.replace("## Listen first", f"## Listen first\n\n{first}\n"), "utf-8")
    open_one, _ = pair(project, source)
    (project / f"lessons/{LESSON}.ipynb").write_text(open_one, "utf-8")
    with pytest.raises(UserError, match=r"holds the solution of 01-audio-basics\.md, line"):
        write_release(project, tmp_path / "course.zip")


def pair(project, source):
    """Build both notebooks' text, the solved one not executed."""
    from refimpl.course import notebooks

    both = notebooks.read_pair(source, notebooks.repository_address(project))
    # How long a lesson takes is also counted from what its executed notebook shows.
    executed = nbformat.read(project / f"solutions/{LESSON}.ipynb", as_version=4)
    notebooks._fill(*both, executed)
    texts = [notebooks.to_text(notebook) for notebook in both]
    (project / f"solutions/{LESSON}.ipynb").write_text(texts[1], "utf-8")
    return texts


def test_the_command_asks_before_it_replaces(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    shutil.rmtree(project / "refimpl")
    (project / "book/lessons/deep").mkdir()
    monkeypatch.chdir(project / "book/lessons/deep")  # from anywhere in the repository
    assert main(["release", "--out", "course"]) == 2
    assert "ends in .zip" in capsys.readouterr().err
    assert main(["release", "--out", "course.zip"]) == 0
    told = capsys.readouterr()
    assert told.out == "course.zip\n" and "1 lessons" in told.err
    assert main(["release", "--out", "course.zip"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["release", "--out", "course.zip", "--force", "--quiet"]) == 0
