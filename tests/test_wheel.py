"""The wheel that is published: small, whole, and enough to write music with."""

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_BYTES = 12_000_000  # with all checkpoints
BUILD = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
RUN = "import refimpl.cli; print(refimpl.__file__); refimpl.cli.main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy without network, so that the checkout stays as it is."""
    copy = tmp_path_factory.mktemp("a project")
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copyfile(ROOT / name, copy / name)
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "refimpl", copy / "refimpl", ignore=skipped)
    (copy / "dist").mkdir()
    command = [sys.executable, "-c", BUILD]
    built = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (path,) = (copy / "dist").glob("*.whl")
    return path


def test_it_is_small(wheel):
    assert wheel.stat().st_size < MAX_BYTES


def test_it_holds_every_file_of_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        inside = {name for name in file.namelist() if ".dist-info/" not in name}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "refimpl").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == there


def test_it_says_what_it_is_and_brings_the_command(wheel):
    with zipfile.ZipFile(wheel) as file:
        (folder,) = {name.split("/")[0] for name in file.namelist() if ".dist-info/" in name}
        said = Parser().parsestr(file.read(f"{folder}/METADATA").decode())
        assert "refimpl = refimpl.cli:main" in file.read(f"{folder}/entry_points.txt").decode()
    assert said["Name"] == "refimpl" and said["License-Expression"] == "MIT"
    assert said["Description-Content-Type"] == "text/markdown"
    assert any(one.startswith("torch>=") for one in said.get_all("Requires-Dist"))


@pytest.mark.soak
def test_unpacked_elsewhere_it_writes_a_tune(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, "generate", "--seconds", "2", "--out", "tune.wav"],
        cwd=tmp_path / "elsewhere",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "site") in done.stdout
    assert (tmp_path / "elsewhere/tune.wav").stat().st_size > 10_000
