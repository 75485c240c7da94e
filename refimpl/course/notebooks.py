"""Build both notebooks of every lesson from its one source: `python -m refimpl.course.notebooks`.

    book/lessons/NN-slug.md   what people write: MyST Markdown with code cells, solutions included
    lessons/NN-slug.ipynb     what a learner opens: solutions cut out, nothing executed
    solutions/NN-slug.ipynb   executed: text outputs stored, pictures and players left out

The same source always gives the same bytes, so that a test can tell when a notebook is out of date.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

from refimpl import __version__
from refimpl.cli.console import speak_any_encoding
from refimpl.course import figures, minutes, outputs, regions
from refimpl.course.executing import ANSI_COLOUR, STOPPED, NotebookRun
from refimpl.course.exercises import find_exercise
from refimpl.errors import UserError

SOURCES = Path("book/lessons")
LESSONS = Path("lessons")
SOLUTIONS = Path("solutions")

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# Torch and numpy are named as they are, so that pip leaves them alone: a changed numpy would need
# the kernel restarted. In a checkout the package comes from there, so that changes take effect;
# elsewhere from the index, where this version is there, or else from the repository. The first line
# is what Colab shows of the cell.
SET_UP_CELL = """\
# @title Set-up: installs the course's package where it is missing. Running it twice is safe.
import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path


class SetUpFailed(Exception):
    def _render_traceback_(self):
        return [str(self)]


if importlib.util.find_spec("refimpl") is None:
    names = [name for name in ("torch", "numpy") if importlib.util.find_spec(name)]
    kept = [f"{{name}}=={{importlib.metadata.version(name)}}" for name in names]
    here = [Path.cwd(), *Path.cwd().parents]
    checkouts = [f for f in here if (f / "refimpl/course").is_dir()]
    if checkouts:
        packages = [["--editable", str(checkouts[0])]]
        sys.path.append(str(checkouts[0]))
    elif "OWNER/REPOSITORY" in "{repository}":
        raise SetUpFailed("No address yet: open this in the course's folder.")
    else:
        packages = [["refimpl=={version}"], ["refimpl @ git+{repository}"]]
    for package in packages:
        pip = [sys.executable, "-m", "pip", "install", "-q", *package, *kept]
        done = subprocess.run(pip, capture_output=True, text=True)
        if done.returncode == 0:
            break
    else:
        raise SetUpFailed(f"pip cannot install it:\\n{{done.stderr}}")
    importlib.invalidate_caches()
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()"""

CHECK_CALL = re.compile(r"""\bcheck\(\s*["'](\d+\.\d+)["']""")
DEFINITION = re.compile(r"^def (\w+)\(", re.MULTILINE)


def read_pair(path: Path, repository: str) -> tuple[NotebookNode, NotebookNode]:
    """Read a lesson's source into its two notebooks, neither of them executed.

    Args:
        path: MyST Markdown with code cells.
        repository: Where Colab installs the package from.

    Returns:
        The open notebook, and the one with solutions.

    Raises:
        UserError: The source has no title, a region that is not closed, or a check of an exercise
            that does not exist.
    """
    try:
        complete = _read_complete(path, repository)
        return _open(complete), complete
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _read_complete(path: Path, repository: str) -> NotebookNode:
    """The notebook with solutions, the set-up cell, ids and nbgrader's metadata."""
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst").cells
    cells = [cell for cell in cells if cell.source.strip()]
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = figures.embed(cell.source, path.parent)
    if not cells or not cells[0].source.startswith("# "):
        raise UserError("a lesson starts with its title, '# ...'")
    set_up = nbformat.v4.new_code_cell(
        SET_UP_CELL.format(repository=repository, version=__version__)
    )
    # Folded in JupyterLab and in Colab: a lesson begins with its question.
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    set_up.metadata = {"tags": ["remove-cell", "set-up"], **folded}
    # The title stays first, for the table of contents and for Colab's file list.
    title, *rest = cells[0].source.split("\n", 1)
    cells[0].source = title
    lead = [nbformat.v4.new_markdown_cell(text.strip()) for text in rest if text.strip()]
    notebook = nbformat.v4.new_notebook(cells=[cells[0], set_up, *lead, *cells[1:]])
    notebook.metadata = nbformat.from_dict(METADATA)
    _name_cells(notebook)
    for cell in notebook.cells:
        _mark_for_nbgrader(cell)
    return notebook


def _name_cells(notebook: NotebookNode) -> None:
    """Give each cell an id from its text, so that a change elsewhere does not change it."""
    seen: set[str] = set()
    for cell in notebook.cells:
        text, again = cell.cell_type + cell.source, 0
        while (name := hashlib.sha256(f"{text}{again}".encode()).hexdigest()[:8]) in seen:
            again += 1
        seen.add(name)
        cell.id = name


def _mark_for_nbgrader(cell: NotebookNode) -> None:
    """Mark the cells of an exercise: the answer to write, and the check that gives points."""
    if cell.cell_type != "code":
        return
    checked = CHECK_CALL.findall(cell.source)
    if regions.has_solution(cell.source):
        name = DEFINITION.search(cell.source)
        if name is None:
            raise UserError("a cell with a solution defines the function that the exercise names")
        details = {"grade_id": f"answer-{name[1]}", "solution": True, "grade": False}
    elif checked:
        points = sum(find_exercise(exercise_id).points for exercise_id in checked)
        grade_id = "check-" + "-".join(checked).replace(".", "-")
        details = {"grade_id": grade_id, "solution": False, "grade": True, "points": points}
    else:
        return
    details |= {"locked": details["grade"], "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = details


def _open(notebook: NotebookNode) -> NotebookNode:
    """The notebook that a learner opens, with the exercises to be solved."""
    notebook = without_outputs(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = regions.open_source(cell.source)
    return notebook


def execute(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the notebook executed from top to bottom, with the outputs that are worth storing.

    Raises:
        UserError: A cell raised an error; names the notebook and shows the cell.
    """
    notebook = nbformat.from_dict(notebook)  # a copy
    try:
        NotebookRun(notebook).execute()
    except STOPPED as error:
        raise UserError(f"{name}: a cell failed\n{ANSI_COLOUR.sub('', str(error))}") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs.stored(cell)
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def _fill(lesson: NotebookNode, solution: NotebookNode, executed: NotebookNode) -> None:
    """Put what the executed solution says of the lesson's minutes into both of its notebooks."""
    told = minutes.told(lesson, executed)
    for notebook in (lesson, solution):
        minutes.fill(notebook, told)


def to_text(notebook: NotebookNode) -> str:
    """Return the file's text: the same for the same notebook, wherever it is written."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def repository_address(root: Path) -> str:
    """Return the repository's address, which `_config.yml` alone holds."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    return config["repository"]["url"]


def build(root: Path, source: Path) -> list[Path]:
    """Build both notebooks of one lesson, and return those that changed."""
    lesson, complete = read_pair(source, repository_address(root))
    solution = execute(complete, source.name)
    _fill(lesson, solution, solution)
    changed = []
    for folder, notebook in ((LESSONS, lesson), (SOLUTIONS, solution)):
        path, text = built_path(root, folder, source), to_text(notebook)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def out_of_date(root: Path) -> list[str]:
    """Return which built notebooks are not what their sources say, without executing anything.

    What a solution's cells print is not looked at here: nbval compares that.
    """
    found = []
    for source in sources(root):
        lesson, complete = read_pair(source, repository_address(root))
        executed = built_path(root, SOLUTIONS, source)
        if executed.exists():
            _fill(lesson, complete, nbformat.read(executed, as_version=4))
        for folder, notebook in ((LESSONS, lesson), (SOLUTIONS, complete)):
            path = built_path(root, folder, source)
            committed = nbformat.read(path, as_version=4) if path.exists() else None
            if committed and folder == SOLUTIONS:
                committed = without_outputs(committed)
            if committed is None or to_text(committed) != to_text(notebook):
                found.append(f"{path.relative_to(root)} is not what {source.name} builds")
    built = {
        path.stem for folder in (LESSONS, SOLUTIONS) for path in (root / folder).glob("*.ipynb")
    }
    orphans = built - {source.stem for source in sources(root)}
    return found + [f"{stem}.ipynb has no source in {SOURCES}" for stem in sorted(orphans)]


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook as it was before it was executed."""
    notebook = nbformat.from_dict(notebook)  # a copy
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def built_path(root: Path, folder: Path, source: Path) -> Path:
    """Return where the notebook of a source lies."""
    return root / folder / f"{source.stem}.ipynb"


def sources(root: Path) -> list[Path]:
    """Return the sources of all lessons, in their order."""
    return sorted((root / SOURCES).glob("[0-9][0-9]-*.md"))


def main() -> int:
    """Build the notebooks of all lessons, or of those named."""
    speak_any_encoding()
    parser = argparse.ArgumentParser(prog="python -m refimpl.course.notebooks", description=__doc__)
    parser.add_argument("names", nargs="*", help="lessons, such as 01 or 01-audio-basics; else all")
    names = parser.parse_args().names
    root = Path.cwd()
    chosen = [path for path in sources(root) if not names or path.stem.startswith(tuple(names))]
    if not chosen:
        print(f"error: no lesson {' '.join(names)} in {root / SOURCES}", file=sys.stderr)
        return 2
    try:
        for source in chosen:
            changed = [str(path.relative_to(root)) for path in build(root, source)]
            print(f"{source.stem}: {', '.join(changed) or 'nothing changed'}")
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
