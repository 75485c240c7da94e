"""Change the numerical core in one place at a time, and see whether its tests notice.

    make mutants                                      a sample of every module
    .venv/bin/python tools/mutate.py refimpl/codecs/codebook.py tests/codecs/test_codebook.py
                                                      a sample of one module, with tests of its own

Cosmic Ray makes the mutants and runs the tests; this script gives it a copy of the project, the
tests of each module (`tools/mutation.toml`), and a sample: all mutants would take days. Cosmic Ray
takes any command as the tests of a module and keeps its mutants in a session that a filter can thin
out. mutmut has neither, and leaves out functions with a decorator (but for static and class
methods), such as the quantizer's updates under `torch.no_grad`.

What survives is listed with its difference. It is a gap in the tests, or it changes nothing that
can be observed: a person decides, and lists the latter with the reason (`changes_nothing` in
`tools/mutation.toml`), so that it counts neither as caught nor as missed.
"""

import argparse
import ast
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "tools/mutation.toml"
COPIED = ("refimpl", "tests", "tools", "conftest.py", "pyproject.toml")


def read_settings() -> dict:
    """The sample's seed and size, the time limit, the tests of each module, and what is judged."""
    return tomllib.loads(SETTINGS.read_text(encoding="utf-8"))


def changes_nothing(module: str, difference: str, judged: Sequence[dict]) -> bool:
    """Whether a person has found that a mutant changes nothing that can be observed.

    Args:
        module: the mutant's module.
        difference: between the module and the mutant, as `diff -u` writes it.
        judged: each with the module, the line and what became of it.
    """
    lines = difference.splitlines()
    gone, new = (
        [line[1:].strip() for line in lines if line[:1] == sign and line[:3] != 3 * sign]
        for sign in "-+"
    )
    change = " ".join(gone).strip(), " ".join(new).strip()  # a decorator goes with an empty line
    return any((module, *change) == (one["module"], one["line"], one["mutant"]) for one in judged)


def copy_project(folder: Path) -> Path:
    """Copy into a folder what the tests of the core need, so that no mutant touches the project."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)
    return folder


def test_command(files: Sequence[str]) -> list[str]:
    """The command that runs test files until the first failure, in the current folder."""
    return [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]


def environment(project: Path) -> dict[str, str]:
    """Variables that make a copy of the project the one that is imported, always anew."""
    return os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}


def run_tests(project: Path, files: Sequence[str], timeout: float | None = None) -> str | None:
    """Run test files in a copy of the project; None when they pass, else the end of what they say.

    Tests that do not end within `timeout` seconds have noticed a fault, too.
    """
    command = test_command(files)
    try:
        ran = subprocess.run(
            command,
            cwd=project,
            env=environment(project),
            capture_output=True,
            text=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    return ran.stdout[-2000:] if ran.returncode else None


def patience(seconds: float) -> float:
    """Seconds after which a run has noticed a fault, if it takes `seconds` without one.

    On a busy machine a fixed time would take slow tests for tests that have noticed something.
    """
    return max(read_settings()["timeout"], 10 * seconds)


def main() -> int:
    """Run the sample and print the report; 1 where a module's tests fail without a mutant."""
    settings = read_settings()
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("module", nargs="?", help="a module; by default all of mutation.toml")
    parser.add_argument("tests", nargs="*", help="its test files; by default those listed there")
    parser.add_argument("--mutants", type=int, default=settings["mutants_per_module"])
    parser.add_argument("--seed", type=int, default=settings["seed"])
    options = parser.parse_args()
    tests = settings["tests"]
    if options.module:
        tests = {options.module: options.tests or tests[options.module]}

    counts, n_judged = {}, 0
    with tempfile.TemporaryDirectory(prefix="refimpl-mutants-") as name:
        project = copy_project(Path(name))
        os.environ |= environment(project)
        seconds = {}
        with contextlib.chdir(project):  # where Cosmic Ray looks for modules and starts the tests
            for module, files in tests.items():
                if tuple(files) not in seconds:
                    start = time.monotonic()
                    if failure := run_tests(project, files):
                        print(f"{' '.join(files)} fail without a mutant:\n{failure}")
                        return 1
                    seconds[tuple(files)] = time.monotonic() - start
                results = run_sample(module, files, options, patience(seconds[tuple(files)]))
                known = settings["changes_nothing"]
                judged = [r for r in results if r[0] and changes_nothing(module, r[1], known)]
                survivors = [r[1] for r in results if r[0] and r not in judged]
                n = len(results) - len(judged)
                counts[module] = n - len(survivors), n
                n_judged += len(judged)
                print(f"{module}: {n - len(survivors)} of {n} caught", *survivors, sep="\n")
                sys.stdout.flush()
    print(report(counts, n_judged))
    return 0


def run_sample(
    module: str, files: Sequence[str], options: argparse.Namespace, timeout: float
) -> list[tuple[bool, str]]:
    """Run a sample of a module's mutants: (whether it survived, its difference) of each."""
    # Not above: the tests of this script's other half need no Cosmic Ray.
    from cosmic_ray.commands import execute, init
    from cosmic_ray.config import ConfigDict
    from cosmic_ray.work_db import WorkDB
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

    session = Path(tempfile.mkdtemp(dir=Path.cwd())) / "session.sqlite"
    database = WorkDB(session, WorkDB.Mode.create)
    init([Path(module)], database, {})
    items = {item.job_id: item.mutations[0] for item in database.work_items}
    chosen = sample(module, items, options.mutants, options.seed)
    skipped = WorkResult(worker_outcome=WorkerOutcome.SKIPPED)
    database.set_multiple_results([job for job in items if job not in chosen], skipped)
    command = " ".join(test_command(files))
    local = {"name": "local"}
    execute(
        database,
        ConfigDict({"test-command": command, "timeout": timeout, "distributor": local}),
    )
    results = [result for job, result in database.results if job in chosen]
    database.close()
    return [(r.test_outcome == TestOutcome.SURVIVED, r.diff or r.output) for r in results]


def sample(module: str, items: dict, n: int, seed: int) -> set[str]:
    """Choose n mutants at random, the same for the same seed; none of an annotation.

    An annotation that fails stops the import, which any test notices: it would flatter the tests.
    """
    hints = annotations(Path(module).read_text(encoding="utf-8"))
    places = sorted(
        (item.start_pos, item.operator_name, item.occurrence, job)
        for job, item in items.items()
        if not any(first <= item.start_pos < last for first, last in hints)
    )
    chosen = random.Random(f"{seed} {module}").sample(places, min(n, len(places)))
    return {job for *_, job in chosen}


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the annotations of a source stand: (line, column) of their beginnings and ends."""
    hints = []
    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            if hint := getattr(node, name, None):
                begin = hint.lineno, hint.col_offset
                hints.append((begin, (hint.end_lineno, hint.end_col_offset)))
    return hints


def report(counts: dict[str, tuple[int, int]], n_judged: int) -> str:
    """A table of what was caught in each module, and how many mutants change nothing."""
    lines = ["| module | caught | of |", "| --- | ---: | ---: |"]
    lines += [f"| {module} | {caught} | {n} |" for module, (caught, n) in counts.items()]
    caught, n = (sum(column) for column in zip(*counts.values(), strict=True))
    share = f" ({caught / n:.0%})" if n else ""
    lines.append(f"| all | {caught}{share} | {n} |")
    return "\n".join([*lines, "", f"Not counted: {n_judged} that change nothing."])


if __name__ == "__main__":
    sys.exit(main())
