"""Build the book: `make book`, or `EDITION=class make book` for one without solutions.

Runs the notebooks whose result does not hold any more (`bookbuild/execution.py` says when), and of
a lesson and its solutions only the latter (`bookbuild/one_run.py` says why); FRESH=1 runs them all.
Then it puts the pages together, and lets Jupyter Book make HTML of them. A page that changed alone
is made anew alone; when anything else changed, or the last build failed, all pages are: Jupyter
Book would go on with those that it read before, and show no warning about them again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bookbuild.execution import KEPT, ExecutionFailed, execute_all
from bookbuild.one_run import execute_once
from bookbuild.staging import EDITIONS, notebooks, publish_open_notebooks, stage

from refimpl.course.notebooks import out_of_date
from refimpl.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
SOURCE = BUILD / "source"  # all pages, as Jupyter Book reads them
HTML = BUILD / "html"
BUILT_FROM = BUILD / "built-from.json"
PAGES = {".md", ".ipynb"}


def main() -> int:
    """Build, and say where the start page is; the exit status is 1 if anything went wrong."""
    start = time.perf_counter()
    edition = os.environ.get("EDITION") or "full"
    if edition not in EDITIONS:
        print(f"book: EDITION is {edition!r}, it can be {' or '.join(EDITIONS)}", file=sys.stderr)
        return 2
    try:
        if stale := out_of_date(ROOT):
            raise UserError("\n  ".join(["run `make notebooks` first:", *stale]))
        paths = notebooks(ROOT, edition)
        if os.environ.get("FRESH"):
            executed = execute_all(ROOT, paths, ROOT / KEPT, fresh=True)
        else:
            executed = execute_once(ROOT, paths, ROOT / KEPT)
    except (UserError, ExecutionFailed) as error:
        print(f"book: not built: {error}", file=sys.stderr)
        return 1
    stage(ROOT, SOURCE, edition, executed)

    now = {"pages": content_hash(pages_staged()), "else": content_hash(all_else()), "for": edition}
    before = read_json(BUILT_FROM)
    if now != before or not (HTML / "index.html").exists():
        BUILT_FROM.unlink(missing_ok=True)  # written again when all went well
        if any(now[name] != before.get(name) for name in ("else", "for")):
            shutil.rmtree(HTML, ignore_errors=True)
            shutil.rmtree(BUILD / ".doctrees", ignore_errors=True)
        if not run_jupyter_book():
            print("book: not built; the warnings above say why", file=sys.stderr)
            return 1
        publish_open_notebooks(ROOT, HTML)
        BUILT_FROM.write_text(json.dumps(now), encoding="utf-8")
    seconds = time.perf_counter() - start
    print(f"\nbook: {HTML / 'index.html'} ({edition} edition, {seconds:.0f} s)")
    print("book: to serve it at http://localhost:8000: make serve")
    return 0


def run_jupyter_book() -> bool:
    """Make HTML of the pages; False if there was an error or a warning."""
    program = [sys.executable, "-m", "bookbuild.parallel_sphinx"]
    command = [*program, "build", SOURCE, "--path-output", ROOT, "--warningiserror", "--keep-going"]
    # The folder of this file holds the extension that _config.yml names.
    path = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    environment.pop("MPLBACKEND", None)
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in process.stdout:
        # A warning names the page as people know it, not its copy.
        print(line.replace(f"{SOURCE}{os.sep}", ""), end="", flush=True)
    return process.wait() == 0


def pages_staged() -> list[Path]:
    """Return the pages that Jupyter Book reads."""
    return [path for path in SOURCE.rglob("*") if path.suffix in PAGES]


def all_else() -> list[Path]:
    """Return every other file that decides what the pages look like."""
    staged = [path for path in SOURCE.rglob("*") if path.suffix not in PAGES]
    package = [path for path in (ROOT / "refimpl").rglob("*.py")]  # its docstrings are pages
    return [*staged, *package, *(ROOT / "tools").rglob("*.py"), ROOT / "requirements.txt"]


def content_hash(paths: list[Path]) -> str:
    """Return one hash over files, their paths and their contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_json(path: Path) -> dict:
    """Return what a file holds, or nothing if it is not there or not whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(main())
