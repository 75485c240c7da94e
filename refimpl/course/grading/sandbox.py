"""A sandbox of bubblewrap: no network, nothing to see but Python and the package, and limits.

Where there is none (Windows, macOS, hosts that forbid user namespaces), a child can only be run in
the open, which whoever grades must ask for.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from refimpl.errors import UserError

FIRST_USER = 61_000  # an ordinary user for each slot, where the grader itself runs as root
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Limits:
    """What one child may use.

    Attributes:
        seconds: For one exercise, on the wall clock.
        memory: Bytes, of all processes of a child together.
        processes: How many there may be, threads counted.
        file_size: Bytes that a file may have; there is room for twice as much.
    """

    seconds: float = 60.0
    memory: int = 4 * 2**30
    processes: int = 64
    file_size: int = 32 * 2**20


@dataclass(frozen=True)
class Sandbox:
    """How children are started.

    Attributes:
        edition: The folder with the package for the child's import path.
        limits: What one child may use.
        trusted: Run children in the open, as whoever grades.
    """

    edition: Path
    limits: Limits = Limits()
    trusted: bool = False

    def command(self, reply_descriptor: int, slot: int) -> list[str]:
        """Return the command line of a child.

        Args:
            reply_descriptor: Where it writes its replies.
            slot: A number for each child that runs at the same time.
        """
        path = self.edition if self.trusted else Path("/package")
        start = (
            f"import sys; sys.path.insert(0, {str(path)!r}); "
            "from refimpl.course.grading.child import main; "
            f"main({reply_descriptor}, {_user(slot)})"
        )
        python = [sys.executable, "-I", "-B", "-c", start]
        if self.trusted:
            return python
        return [*_bubblewrap(), *self._what_it_sees(), "--", *python]

    def _what_it_sees(self) -> list[str]:
        """The child's file system: Python and the package, read-only, and some room in /tmp."""
        seen = [path for path in SYSTEM if Path(path).exists()]
        # A virtual environment lies over another Python; both are needed.
        seen += dict.fromkeys(str(Path(prefix)) for prefix in (sys.base_prefix, sys.prefix))
        # Folders above them, which anyone may pass: bubblewrap's own are for root alone.
        above = sorted({str(folder) for path in seen for folder in Path(path).parents} - {"/"})
        passages = [word for path in above for word in ("--perms", "0755", "--dir", path)]
        binds = [word for path in seen for word in ("--ro-bind", path, path)]
        room = ["--size", str(2 * self.limits.file_size), "--perms", "1777", "--tmpfs", "/tmp"]
        package = ["--ro-bind", str(self.edition), "/package"]
        return [
            *passages,
            *binds,
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            *room,
            *package,
            "--chdir",
            "/tmp",
        ]

    def environment(self) -> dict[str, str]:
        """Return the environment of a child: nothing of the grader's own."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        folder = tempfile.gettempdir() if self.trusted else "/tmp"
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        return (
            kept
            | one_thread
            | {
                "HOME": folder,
                "TMPDIR": folder,
                "MPLBACKEND": "Agg",
                "MPLCONFIGDIR": folder,
                "NUMBA_CACHE_DIR": folder,
                "REFIMPL_QUIET": "1",
                "PYTHONHASHSEED": "0",  # the same grade for the same submission
                "LC_ALL": "C.UTF-8",
            }
        )

    def set_limits(self) -> None:
        """Set the limits of the process that is to become the child; called in that process."""
        import resource

        limits = self.limits
        for kind, value in {
            resource.RLIMIT_AS: limits.memory,
            resource.RLIMIT_FSIZE: limits.file_size,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: 256,
        }.items():
            resource.setrlimit(kind, (value, value))
        if not self.trusted:
            # Counts all processes of a user: an ordinary one may have others running.
            there = 0 if os.geteuid() == 0 else _processes_of_this_user()
            n_processes = limits.processes + there
            resource.setrlimit(resource.RLIMIT_NPROC, (n_processes, n_processes))


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
    words = sandbox.command(0, 0)
    program = [*words[: words.index("--") + 1], sys.executable, "-I", "-c", "import refimpl, numpy"]
    program[-1] = "import sys; sys.path.insert(0, '/package'); import refimpl, numpy"
    done = subprocess.run(program, capture_output=True, text=True, env=sandbox.environment())
    if done.returncode:
        raise UserError(f"bubblewrap does not work here ({done.stderr.strip()[:200]}): {advice}")


def _bubblewrap() -> list[str]:
    """bubblewrap and what it takes away."""
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    if os.geteuid() != 0:
        return [*words, "--unshare-user"]
    # Root stays root until the child has become an ordinary user, for whom limits hold.
    words.remove("--unshare-all")
    apart = ("ipc", "pid", "net", "uts", "cgroup")
    return [
        *words,
        *(f"--unshare-{space}" for space in apart),
        *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
    ]


def _user(slot: int) -> int | None:
    """The user that a child becomes: one of its own where the grader is root."""
    return FIRST_USER + slot if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _processes_of_this_user() -> int:
    import psutil

    user = os.getuid()
    return sum(
        process.info["num_threads"] or 0
        for process in psutil.process_iter(["uids", "num_threads"])
        if process.info["uids"] and process.info["uids"].real == user
    )
