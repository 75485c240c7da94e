"""Remove what the project's commands build, and leave the environment and what git tracks."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ["_build", "build", ".pytest_cache", ".ruff_cache", ".hypothesis"]


def main() -> None:
    """Delete the built folders and Python's own caches."""
    for name in BUILT:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for top in ("refimpl", "tests", "tools", "benchmarks"):
        for cache in (ROOT / top).rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
