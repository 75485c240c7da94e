"""The set-up cell in a fresh environment, as in Colab: twice, and then the lesson.

Nothing is downloaded: the environment borrows all packages from the one that runs the tests, all
but `refimpl`, which the cell installs from a clone of this repository.
"""

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from refimpl.course import notebooks

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "book/lessons/01-audio-basics.md"
ADDRESS = "https://example.org/course"
try:
    SETUPTOOLS = int(importlib.metadata.version("setuptools").split(".")[0])
except importlib.metadata.PackageNotFoundError:
    SETUPTOOLS = 0
# Runs cells as a notebook does, and writes down what the session then holds.
SESSION = """
import importlib.metadata, importlib.util, json, sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

def versions():
    return {name: importlib.metadata.version(name) for name in ("torch", "numpy")}

told = {"missing": importlib.util.find_spec("refimpl") is None, "before": versions()}
shell = InteractiveShell.instance()
for source in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    if not shell.run_cell(source).success:
        sys.exit(f"a cell failed: {source}")
import refimpl
told |= {"home": refimpl.__file__, "after": versions()}
Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
"""


@pytest.fixture
def environment(tmp_path):
    """A new environment that has all packages but `refimpl`."""
    folder, borrowed = tmp_path / "environment", tmp_path / "borrowed"
    venv.create(folder, with_pip=True)
    borrowed.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "refimpl" not in entry.name and not entry.match("*.pth") and not entry.match("pip*"):
            (borrowed / entry.name).symlink_to(entry)
    (site,) = folder.glob("lib/python*/site-packages")
    for old in [*site.glob("*setuptools*"), *site.glob("*distutils*"), *site.glob("pkg_resources")]:
        # Python 3.11 puts one into new environments that cannot build the package.
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    (site / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return folder


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")
@pytest.mark.skipif(SETUPTOOLS < 77, reason="the package is built with setuptools 77 or newer")
@pytest.mark.parametrize("where", ["elsewhere", "clone/lessons"])
def test_the_set_up_cell_runs_twice_and_then_the_lesson(environment, tmp_path, where):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    lesson, _ = notebooks.read_pair(LESSON, ADDRESS)
    set_up, *rest = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    assert "pip" in set_up
    elsewhere = tmp_path / where
    elsewhere.mkdir(exist_ok=True)
    (elsewhere / "session.py").write_text(SESSION, encoding="utf-8")
    (elsewhere / "cells.json").write_text(json.dumps([set_up, set_up, *rest]), encoding="utf-8")

    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    settings = {
        "REFIMPL_QUIET": "1",
        "REFIMPL_PROGRESS": str(tmp_path / "progress.json"),
        "MPLBACKEND": "Agg",
        "IPYTHONDIR": str(tmp_path / "ipython"),
        # Whoever asks git for the course's address gets the clone.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIP_NO_INDEX": "1",  # whatever it wanted to download would be an error
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as: build with what is there
    }
    ran = subprocess.run(
        [str(environment / "bin/python"), "session.py", "cells.json", "told.json"],
        cwd=elsewhere,
        env=kept | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads((elsewhere / "told.json").read_text(encoding="utf-8"))
    assert told["missing"]
    assert Path(told["home"]).is_relative_to(environment if where == "elsewhere" else clone)
    assert told["before"] == told["after"]
    assert "1.1: not started yet" in ran.stdout
    # Nothing but the package came into the environment.
    (site,) = environment.glob("lib/python*/site-packages")
    installed = {path.name.split("-")[0] for path in site.glob("*.dist-info")}
    assert installed == {"pip", "refimpl"}
