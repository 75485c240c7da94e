"""Run notebooks on all cores, and keep each result as long as nothing that it came from changes.

A notebook's outputs depend on its code cells, on the modules of `refimpl` that they import, on the
package's data files, on the measurements in `book/results` where a cell reads them, and on the
versions of everything else. Which modules those are is not
guessed: after the last cell the kernel is asked what it has imported, lazily or not. A module that
was not imported has had no influence, and gets none unless a cell or an imported module changes.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from refimpl.course import executing
from refimpl.course.executing import STOPPED, NotebookRun

PACKAGE = "refimpl"
RESULTS = "book/results"  # a cell that names this folder may read any file in it
KEPT = Path("_build/executed")  # what ran, between builds, whatever else is removed
RUN_BY = [Path(__file__), Path(executing.__file__)]  # what they do decides over outputs, too
# What a cell starts outside the kernel may import anything: then every module counts.
STARTS_A_PROCESS = re.compile(r"^\s*[!%]|\bsubprocess\b|\bmultiprocessing\b", re.MULTILINE)
ASK_FOR_MODULES = f"""\
import json, sys
print(json.dumps(sorted(m for m in sys.modules if m.split(".")[0] == {PACKAGE!r})))"""


class ExecutionFailed(Exception):
    """A cell failed; the message names the notebook and shows the cell and its error."""


@dataclass
class Executed:
    """What running a notebook gave.

    Attributes:
        outputs: for each code cell, in order, its outputs.
        widgets: the state of the widgets that it shows, for its metadata.
        modules: which modules of the package it imported.
        costs: what each code cell cost, in reference seconds (see `refimpl.course.budgets`).
        failure: what failed first, in words; "" if nothing did.
        key: hash of all that it came from.
    """

    outputs: list[list]
    widgets: dict
    modules: list[str]
    costs: list[float]
    failure: str = ""
    key: str = ""

    @property
    def seconds(self) -> float:
        """What the run cost, in reference seconds."""
        return sum(self.costs)

    def into(self, notebook: NotebookNode) -> NotebookNode:
        """Return a copy of the notebook that holds these outputs."""
        notebook = nbformat.from_dict(notebook)
        for count, cell in enumerate(code_cells(notebook)):
            cell.execution_count = count + 1
            cell.outputs = nbformat.from_dict(self.outputs[count])
        if self.widgets:
            notebook.metadata["widgets"] = self.widgets
        return notebook


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that are executed."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def still_hold(root: Path, paths: Iterable[Path], cache: Path) -> dict[Path, Executed]:
    """Return the kept results of those notebooks for which nothing has changed since.

    Args:
        root: the project's folder, which holds the package.
        paths: of notebooks.
        cache: folder that keeps results between builds.
    """
    hashes, results = file_hashes(root), {}
    for path in paths:
        kept = load(kept_at(cache, path))
        notebook = nbformat.read(path, as_version=4)
        if kept and kept.key == key_of(notebook, kept.modules, hashes):
            results[path] = kept
    return results


def execute_all(
    root: Path, paths: Iterable[Path], cache: Path, *, fresh: bool = False
) -> dict[Path, Executed]:
    """Return what each notebook gives, running those whose kept result does not hold any more.

    Args:
        root: the project's folder, which holds the package.
        paths: of notebooks.
        cache: folder that keeps results between builds.
        fresh: run all of them, whatever is kept.

    Raises:
        ExecutionFailed: a cell failed; what ran well until then is kept.
    """
    hashes = file_hashes(root)
    notebooks = {path: nbformat.read(path, as_version=4) for path in paths}
    results = {} if fresh else still_hold(root, notebooks, cache)
    to_run = [path for path in notebooks if path not in results]
    # The longest first, so that no core is left with it alone at the end.
    to_run.sort(key=lambda path: -seconds_before(cache, path))
    for path, result in run_parallel({path: notebooks[path] for path in to_run}):
        result.key = key_of(notebooks[path], result.modules, hashes)
        save(kept_at(cache, path), result)
        results[path] = result
        name = f"{path.parent.name}/{path.name}"
        print(f"book: ran {name} in {result.seconds:.0f} reference seconds", flush=True)
    return results


def run_anew(root: Path, path: Path, cache: Path) -> Executed:
    """Run one notebook to its end, whatever is kept of it, and keep the result if nothing failed.

    The tests of the notebooks run them by this, so that the book finds them run.
    """
    hashes, notebook = file_hashes(root), nbformat.read(path, as_version=4)
    result = run(path, notebook, keep_going=True)
    if not result.failure:
        result.key = key_of(notebook, result.modules, hashes)
        save(kept_at(cache, path), result)
    return result


def run_parallel(notebooks: dict[Path, NotebookNode]) -> Iterator[tuple[Path, Executed]]:
    """Run the notebooks on all cores, yielding each result when it is there."""
    if not notebooks:
        return
    n_workers = min(len(notebooks), os.cpu_count() or 1)
    print(f"book: running {len(notebooks)} notebooks, {n_workers} at a time", flush=True)
    with ProcessPoolExecutor(n_workers, initializer=prepare_worker) as pool:
        futures = {pool.submit(run_or_fail, *item): item[0] for item in notebooks.items()}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def prepare_worker() -> None:
    """Set what a kernel inherits: one core each."""
    os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def run_or_fail(path: Path, notebook: NotebookNode) -> Executed:
    """Run one notebook up to the first cell that fails.

    Raises:
        ExecutionFailed: a cell raised an error, took too long, or ended the kernel.
    """
    ran = run(path, notebook)
    if ran.failure:
        raise ExecutionFailed(ran.failure)
    return ran


def run(path: Path, notebook: NotebookNode, *, keep_going: bool = False) -> Executed:
    """Run one notebook from top to bottom; what it gave until a cell failed is no loss.

    Args:
        path: of the notebook, which a failure names.
        notebook: it stays as it is.
        keep_going: run the cells after one that fails, too.
    """
    notebook = nbformat.from_dict(notebook)
    notebook.cells.append(nbformat.v4.new_code_cell(ASK_FOR_MODULES))
    ran = NotebookRun(notebook, keep_going=keep_going)
    failure = ""
    try:
        ran.execute()
    except STOPPED as error:
        failure = describe(path, ran, error)
    outputs = [cell.outputs for cell in code_cells(notebook)][: ran.n_begun]
    modules = []
    if ran.n_begun == len(code_cells(notebook)):
        modules = json.loads(outputs.pop()[0].text)
    # With keep_going an error is no exception here.
    errors = [output for cell in outputs for output in cell if output.output_type == "error"]
    if errors and not failure:
        failure = f"{path.parent.name}/{path.name}: {errors[0].ename}: {errors[0].evalue}"
    widgets = notebook.metadata.get("widgets", {})
    return Executed(outputs, widgets, modules, ran.costs[: len(outputs)], failure)


def describe(path: Path, ran: NotebookRun, error: Exception) -> str:
    """Return the notebook, the cell and the error in words."""
    name = f"{path.parent.name}/{path.name}"
    place = f"{name}, code cell {ran.n_begun}" if ran.n_begun else name
    begun = code_cells(ran.notebook)[: ran.n_begun]
    cell = "\n".join(f"    {line}" for line in begun[-1].source.splitlines()) if begun else ""
    if isinstance(error, CellExecutionError):
        told = f"{error.ename}: {error.evalue}"
    else:
        told = f"{type(error).__name__}: {error}"
    return f"{place}, failed:\n\n{cell}\n\n{told}"


def file_hashes(root: Path) -> dict[str, str]:
    """Return a hash for every file that a notebook may depend on, by its path."""
    folders = (root / PACKAGE, root / RESULTS)
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    paths = [path for path in paths if path.suffix != ".pyc"] + [root / "requirements.txt"]
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
    }


def key_of(notebook: NotebookNode, modules: list[str], hashes: dict[str, str]) -> str:
    """Return one hash of all that a notebook's outputs depend on."""
    sources = [cell.source for cell in code_cells(notebook)]
    all_count = any(STARTS_A_PROCESS.search(source) for source in sources[1:])  # [0]: set-up cell
    names = {module.replace(".", "/") for module in modules}
    reads_results = any(RESULTS in source for source in sources)

    def counts(path: str) -> bool:
        if path.startswith(f"{RESULTS}/"):
            return reads_results
        module = path.removesuffix(".py").removesuffix("/__init__")
        return all_count or not path.endswith(".py") or module in names

    used = {path: value for path, value in hashes.items() if counts(path)}
    own = [hashlib.sha256(path.read_bytes()).hexdigest() for path in RUN_BY]
    text = json.dumps([sources, used, own, sys.version_info[:2]])
    return hashlib.sha256(text.encode()).hexdigest()


def kept_at(cache: Path, path: Path) -> Path:
    """Return where a notebook's result is kept."""
    return cache / f"{path.parent.name}-{path.stem}.json"


def load(path: Path) -> Executed | None:
    """Return a kept result, or None if there is none that can be read."""
    try:
        return Executed(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def save(path: Path, result: Executed) -> None:
    """Keep a result; it is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(vars(result)), encoding="utf-8")
    draft.replace(path)


def seconds_before(cache: Path, path: Path) -> float:
    """Return what a notebook cost the last time; a new one counts as the longest."""
    kept = load(kept_at(cache, path))
    return kept.seconds if kept else float("inf")
