"""Write `requirements.txt` anew: the newest set that the extras of `pyproject.toml` allow.

    make lock

Installs the package with all extras but `bench` into an empty environment, and freezes that. Read
the difference, run `make test` and `make book`, look at a page, and then commit it. To keep a
version where it is, put a constraint into the extras, with the reason.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
HEADER = """\
# The exact versions that the book, the lessons and the tests use, all of them tried together.
# Written by `make lock` from the extras of pyproject.toml; the package itself asks for floors only.
# On Linux the torch named here may be the one with CUDA: README.md says how to get the smaller one.
"""


def main() -> None:
    """Resolve in a fresh environment, freeze, write."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = next(Path(folder).glob("*/python*"))
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *sys.argv[1:], f"{ROOT}[test,lab]"], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    LOCK.write_text(HEADER + requirements(frozen), encoding="utf-8")
    print(f"wrote {LOCK.name}: {len(LOCK.read_text(encoding='utf-8').splitlines()) - 3} packages")


def requirements(frozen: str) -> str:
    """Keep what every machine can install: no package itself, no build labels such as `+cpu`."""
    lines = [line for line in frozen.splitlines() if re.match(r"(?!refimpl\b)[\w.-]+==", line)]
    return "".join(re.sub(r"\+\w+$", "", line) + "\n" for line in lines)


if __name__ == "__main__":
    main()
