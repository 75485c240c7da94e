"""A sandbox of bubblewrap: no network, nothing to see but Python and the package, and limits.

Where there is none (Windows, macOS, hosts that forbid user namespaces), a child can only be run in
the open, which the grader must ask for.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from refimpl.course.budgets import LESSON_BUDGET
from refimpl.course.grading.edition import PACKAGE
from refimpl.course.grading.users import is_root
from refimpl.errors import UserError

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache")
INSIDE = "/package"  # where the package lies for a child
FOLDERS = ("/dev/shm", "/tmp")  # where a child may write
OPEN_FILES = 256  # of one process


@dataclass(frozen=True)
class Limits:
    """The limits of one child.

    Attributes:
        seconds: For one question about one exercise: processor time, in reference seconds (see
            `refimpl.course.budgets`). Imports that can be seen in the text are not counted. A child
            may sleep `PATIENCE` times as long, by the clock.
        notebook: As much more where the whole notebook has to be run for an answer.
        memory: Bytes, of all processes of a child together.
        processes: How many there may be, threads counted.
        file_size: Bytes that a file may have; each folder to write in has room for two such files.
        files: How many files there may be.
        descriptors: How many may be open at once, sockets included, in all processes together.
    """

    seconds: float = 60.0
    notebook: float = LESSON_BUDGET
    memory: int = 4 * 2**30
    processes: int = 64
    file_size: int = 32 * 2**20
    files: int = 5_000
    descriptors: int = 1_024

    @property
    def room(self) -> int:
        """Bytes that files may take in each folder to write in."""
        return 2 * self.file_size


@dataclass(frozen=True)
class Sandbox:
    """How children are started.

    Attributes:
        edition: The folder with the package for the child's import path.
        limits: Of one child.
        trusted: Run children in the open, as the grader's own user.
        container: Run children as an ordinary user and with the kernel's limits, and without
            bubblewrap, in a container that holds nothing else. Only root can do that.
        reference_second: Seconds of processor time on this machine that do the work of one
            reference second.
    """

    edition: Path
    limits: Limits = Limits()
    trusted: bool = False
    reference_second: float = 1.0
    container: bool = False

    @property
    def is_open(self) -> bool:
        """Whether children run without bubblewrap."""
        return self.trusted or self.container

    def command(self, user: int | None) -> list[str]:
        """Return the command line of a child, which becomes a user first, if told to."""
        start = (
            "from refimpl.course.grading.child import main; "
            f"main({None if self.trusted else user}, {json.dumps(self._limits())}, "
            f"must_hold={not self.trusted})"
        )
        return self.python(self.with_package(start))

    def with_package(self, code: str) -> str:
        """Return Python code that finds the package of the sandbox."""
        package = str(self.edition) if self.is_open else INSIDE
        return f"import sys; sys.path.insert(0, {package!r})\n{code}"

    def python(self, code: str) -> list[str]:
        """Return the command line of Python code in the sandbox."""
        # Without the user's own packages, and without the working directory as an import path.
        python = [sys.executable, "-s", "-P", "-B", "-c", code]
        if self.is_open:
            return python
        return [*_bubblewrap(), *self._what_it_sees(), "--", *python]

    def environment(self) -> dict[str, str]:
        """Return the environment of a child: nothing of the grader's own."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        folder = tempfile.gettempdir() if self.trusted else "/tmp"
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        folders = ("HOME", "TMPDIR", "TEMP", "MPLCONFIGDIR", "NUMBA_CACHE_DIR")
        return {
            **kept,
            **one_thread,
            **dict.fromkeys(folders, folder),
            "MPLBACKEND": "Agg",
            "MALLOC_ARENA_MAX": "2",  # each thread's own would take 64 MiB of the address space
            "REFIMPL_QUIET": "1",
            "PYTHONHASHSEED": "0",  # the same grade for the same submission
            "LC_ALL": "C.UTF-8",
        }

    def _limits(self) -> dict[str, int]:
        """The limits that the kernel keeps, by their names in the module `resource`."""
        limits = self.limits
        kept = {
            "RLIMIT_AS": limits.memory,
            "RLIMIT_FSIZE": limits.file_size,
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": OPEN_FILES,
        }
        if not self.trusted:
            # Counts all processes of a user: an ordinary one may have others running.
            there = 0 if is_root() else _processes_of_this_user()
            kept["RLIMIT_NPROC"] = limits.processes + there
        return kept

    def _what_it_sees(self) -> list[str]:
        """The child's file system: Python and the package, read-only, and some room in /tmp."""
        seen = [path for path in SYSTEM if Path(path).exists()]
        # A virtual environment lies over another Python; both are needed.
        seen += dict.fromkeys(str(Path(prefix)) for prefix in (sys.base_prefix, sys.prefix))
        # Folders above them, which anyone may pass: bubblewrap's own are for root alone.
        above = sorted(
            {str(folder) for path in seen for folder in Path(path).parents} - {"/", "/tmp"}
        )
        passages = [word for path in above for word in ("--perms", "0755", "--dir", path)]
        binds = [word for path in seen for word in ("--ro-bind", path, path)]
        # The package as it is installed holds the references.
        if any(PACKAGE.is_relative_to(path) for path in seen):
            binds += ["--ro-bind", str(self.edition / "refimpl"), str(PACKAGE)]
        size = str(self.limits.room)
        room = [
            word
            for folder in FOLDERS
            for word in ("--size", size, "--perms", "1777", "--tmpfs", folder)
        ]
        package = ["--ro-bind", str(self.edition), INSIDE]
        shut = [word for folder in ("/dev", "/") for word in ("--remount-ro", folder)]
        devices = ["--proc", "/proc", "--dev", "/dev"]
        # Room first: Python itself may lie somewhere below /tmp.
        return [*devices, *room, *passages, *binds, *package, *shut, "--chdir", "/tmp"]


def check_sandbox(sandbox: Sandbox) -> None:
    """Start nothing much in a sandbox, to know that it works here.

    Raises:
        UserError: It does not; says why, and what to do.
    """
    advice = "grade on Linux with bubblewrap, or give --trust to run submissions without a sandbox"
    if sys.platform != "linux":
        raise UserError(f"there is no sandbox on {sys.platform}: {advice}")
    if shutil.which("bwrap") is None:
        raise UserError(f"bubblewrap (bwrap) is not installed: install it, or {advice}")
    command = sandbox.python(sandbox.with_package("import refimpl, numpy"))
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", env=sandbox.environment()
    )
    if done.returncode:
        raise UserError(f"bubblewrap does not work here ({done.stderr.strip()[-200:]}): {advice}")


def check_container(edition: Path) -> None:
    """Make sure that children can become ordinary users, and read what they need as such.

    Args:
        edition: The folder with the package for the children.

    Raises:
        UserError: This process is not root, or a folder is closed to ordinary users.
    """
    if not is_root():
        raise UserError("grading in a container needs root, to make an ordinary user of an answer")
    for needed in map(Path, (sys.base_prefix, sys.prefix, edition)):
        for folder in (needed, *needed.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise UserError(
                    f"{folder} is closed to ordinary users, and an answer runs as one and needs "
                    f"{needed}: open it with `chmod o+x {folder}`, or install Python elsewhere"
                )


def _bubblewrap() -> list[str]:
    """bubblewrap and what it takes away."""
    # No process but the child's own: bubblewrap's first one could be written to from inside.
    words = ["bwrap", "--die-with-parent", "--new-session", "--as-pid-1"]
    if not is_root():
        return [*words, "--unshare-all"]
    # Root stays root until the child has become an ordinary user, for whom limits hold.
    apart = ("ipc", "pid", "net", "uts", "cgroup")
    return [
        *words,
        *(f"--unshare-{space}" for space in apart),
        *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
    ]


def _processes_of_this_user() -> int:
    import psutil

    user = os.getuid()
    return sum(
        process.info["num_threads"] or 0
        for process in psutil.process_iter(["uids", "num_threads"])
        if process.info["uids"] and process.info["uids"].real == user
    )
