"""Make the project's environment in `.venv`: what `make` runs before anything that needs it.

Only the standard library, because it runs before anything is installed:

    python3 tools/set_up.py --stamp .venv/set-up.stamp [extra pip flags]

The stamp is written last. A set-up that fails half-way leaves none, so the next `make` goes on from
where it stopped; pip skips what is there already.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)

# librosa compiles its first mel spectrogram for 15 s and keeps the result; better here, once, than
# in the middle of a reader's first lesson.
WARM_UP = """
import librosa, numpy
tone = numpy.sin(numpy.arange(22050, dtype=numpy.float32) / 10)
librosa.feature.melspectrogram(y=tone, sr=22050)
"""


def main() -> None:
    """Create or bring up to date the environment that the stamp lies in."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0],
        allow_abbrev=False,  # what is not ours goes to pip as it is
    )
    parser.add_argument("--stamp", type=Path, required=True, help="written when all went well")
    parser.add_argument("--requirements", action="append", default=[], help="further lock files")
    options, pip_flags = parser.parse_known_args()

    environment = options.stamp.parent
    options.stamp.unlink(missing_ok=True)
    python = create_environment(environment)

    locks = ["requirements.txt", *options.requirements]
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pip_flags]
    print(f"set-up: installing {' and '.join(locks)} into {environment} (minutes the first time)")
    run([*pip, *(word for lock in locks for word in ("-r", lock))])
    # --no-deps: the lock alone decides the versions, the package's floors only check them.
    run([*pip, "--no-deps", "--editable", "."])
    print("set-up: warming up librosa")
    run([python, "-c", WARM_UP])
    options.stamp.write_text("The environment matches its lock.\n", encoding="utf-8")


def create_environment(environment: Path) -> Path:
    """Return the environment's Python, after making the environment if it is not whole."""
    folder, name = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    python = environment.absolute() / folder / name
    if has_pip(python):
        return python
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        given = ".".join(map(str, sys.version_info[:2]))
        stop(
            f"set-up: {sys.executable} is Python {given}; the locked versions need "
            f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}. "
            "Name another one: make PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401  (Debian and Ubuntu leave it out of their Python)
    except ImportError:
        stop(
            "set-up: this Python cannot make virtual environments (it has no ensurepip). "
            "On Debian or Ubuntu: sudo apt-get install python3-venv, then run make again"
        )
    print(f"set-up: making the environment {environment} with {sys.executable}")
    # --clear: what is left of an environment that was broken off has no working pip.
    run([sys.executable, "-m", "venv", "--clear", str(environment)])
    return python


def has_pip(python: Path) -> bool:
    """Tell whether an interpreter is there, starts, and has pip."""
    if not python.exists():
        return False
    try:
        asked = subprocess.run([python, "-m", "pip", "--version"], capture_output=True)
        return asked.returncode == 0
    except OSError:  # a link to a Python that was removed
        return False


def run(command: list) -> None:
    """Run a command in the project's root, and stop with its exit status if it fails."""
    command = [str(word) for word in command]
    status = subprocess.run(command, cwd=ROOT).returncode
    if status:
        stop(f"set-up: failed (exit status {status}): {' '.join(command[:4])} …", status)


def stop(message: str, status: int = 2) -> None:
    """End with a message that says what to do."""
    print(message, file=sys.stderr)
    raise SystemExit(status)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # our lines before those of the programs we start
    main()
