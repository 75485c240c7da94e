"""Build the book: `make book`.

Jupyter Book keeps the outputs of notebooks that did not change. It does not see that the package
which they import changed, and after a failure it goes on with the pages that it read before. So
the build starts from nothing when anything but a page changed, or when the last one failed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from refimpl.course.notebooks import out_of_date
from refimpl.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
KEY = BUILD / "built-from.sha256"
# What decides the outputs of a page besides the page.
INPUTS = ["refimpl", "requirements.txt", "_config.yml", "_toc.yml", "tools/build_book.py"]


def main() -> int:
    """Build, and say where the start page is; the exit status is 1 if anything went wrong."""
    try:
        stale = out_of_date(ROOT)
    except UserError as error:
        stale = [str(error)]
    if stale:
        print("book: run `make notebooks` first:", *stale, sep="\n  ", file=sys.stderr)
        return 1
    key = content_hash(INPUTS)
    if not KEY.exists() or KEY.read_text(encoding="utf-8") != key:
        shutil.rmtree(BUILD, ignore_errors=True)
    KEY.unlink(missing_ok=True)  # written again when all went well

    # The backend of plots is the notebook's, whatever the user's shell says.
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--warningiserror", "--keep-going"]
    if subprocess.run(command, env=environment).returncode:
        print(failures() or "book: not built; the warnings above say why", file=sys.stderr)
        return 1
    KEY.write_text(key, encoding="utf-8")
    print(f"\nbook: {BUILD / 'html' / 'index.html'}")
    print("book: to serve it at http://localhost:8000: make serve")
    return 0


def failures() -> str:
    """Return for each notebook that failed its name, the cell and the error."""
    reports = BUILD / "html" / "reports"
    shown = []
    for report in sorted(reports.rglob("*.err.log")):
        name = report.relative_to(reports).as_posix().removesuffix(".err.log")
        # What comes before is the way through the libraries that ran the cell.
        _, _, cell_and_error = report.read_text(encoding="utf-8").rpartition("CellExecutionError: ")
        shown.append(f"\nbook: not built: {name}: {cell_and_error}")
    return "\n".join(shown)


def content_hash(names: list[str]) -> str:
    """Return one hash over the files and folders named, their paths and their contents."""
    digest = hashlib.sha256()
    for name in names:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
