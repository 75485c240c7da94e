"""The archive for learners: `refimpl release`. Open lessons, the package, and no solutions."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import nbformat

from refimpl.course.linting.source import read_source
from refimpl.course.notebooks import LESSONS, out_of_date, sources
from refimpl.course.regions import solutions
from refimpl.errors import UserError
from refimpl.files import replacing

FOLDER = "from-waveform-to-music"  # what unpacking makes
# Besides lessons and package: what installs it, and what one may do with it.
PLAIN = ("pyproject.toml", "requirements.txt", "LICENSE", "LICENSE-TEXT", "CITATION.cff")
# Tools for authors of the course, with other exercises or answers.
LEFT_OUT = ("refimpl/course/scaffolding/template",)
README = """\
# From waveform to music

The lessons of the course, with the package that they use. You need Python 3.11 to 3.13.

1. Unpack this folder, and open a terminal in it.
2. Install, once; this takes some minutes and about 2 GB. On Linux and macOS:

       python3 -m venv .venv
       .venv/bin/python -m pip install -e '.[lab]'

   On Windows:

       py -m venv .venv
       .venv\\Scripts\\python -m pip install -e .[lab]

   For the very versions that the course was made with, add `-c requirements.txt` to the command.
   A Linux machine without an NVIDIA card may get gigabytes of CUDA libraries with torch;
   pytorch.org, under "Get started", has the command for the smaller one: run that first.
3. Begin:

       .venv/bin/jupyter lab lessons        (on Windows .venv\\Scripts\\jupyter lab lessons)

An exercise is one function, to be written in place of `raise NotImplementedError`; the cell below
it says how far you are. To hand in a lesson, save its notebook with all cells run, and send the
file.
"""


def write_release(root: Path, out: Path) -> list[str]:
    """Write the archive. The same files always give the same bytes.

    Args:
        root: The project's folder.
        out: The archive, a zip; one that is there is replaced.

    Returns:
        The names of all files in it.

    Raises:
        UserError: The notebooks are not what their sources build, or hold something of a solution;
            or something other than a regular file is at `out`.
    """
    if stale := out_of_date(root):
        raise UserError(f"{stale[0]} ({len(stale)} of that kind): run make notebooks first")
    files = {"README.md": README.encode()}
    for path in _chosen(root):
        files[path.relative_to(root).as_posix()] = path.read_bytes()
    for source in sources(root):
        _check_open(root, source)
    # Complete or not at all: somebody may be downloading the one that is there.
    with replacing(out) as written:
        _write_zip(written, files)
    return sorted(files)


def _chosen(root: Path) -> Iterable[Path]:
    """All files of the archive but its README."""
    for source in sources(root):
        yield root / LESSONS / f"{source.stem}.ipynb"
    yield from (root / name for name in PLAIN)
    for path in (root / "refimpl").rglob("*"):
        name = path.relative_to(root)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if path.is_file() and not hidden and not name.as_posix().startswith(LEFT_OUT):
            yield path


def _check_open(root: Path, source: Path) -> None:
    """Make sure that no notebook for learners contains an answer, not even a pasted one."""
    path = root / LESSONS / f"{source.stem}.ipynb"
    shown = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    for cell in read_source(root, source).cells:
        if any(text in shown for text in solutions(cell.source)):
            raise UserError(f"{path.name} holds the solution of {source.name}, line {cell.line}")


def _write_zip(path: Path, files: dict[str, bytes]) -> None:
    """Write files in the order of their names, without times, owners, or a library's compression.

    (How well a library compresses depends on its version, so nothing is compressed. The largest
    files, the models, would not get smaller anyway.)
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
