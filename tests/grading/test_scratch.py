"""Temporary folders of killed runs do not pile up, and those of others are left alone."""

import signal
import subprocess
import sys
import tempfile

import pytest

from refimpl.course.grading.scratch import PREFIX, remove_leftovers, scratch_folder

HOLD = """
from refimpl.course.grading.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "deep").mkdir()
    (folder / "deep/file").touch()
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def other():
    """Another process that has a folder."""
    command = [sys.executable, "-c", HOLD]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline()
        yield process
        process.kill()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_goes_with_its_run(temporary):
    with scratch_folder() as folder:
        (folder / "x").touch()
        assert folder.parent == temporary and folder.name.startswith(PREFIX)
    assert names(temporary) == []


def test_a_killed_runs_folder_is_removed_by_the_next(temporary, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert len(names(temporary)) == 2
    with scratch_folder() as folder:
        assert names(temporary) == sorted([folder.name, f"{folder.name}.lock"])
    assert names(temporary) == []


def test_a_running_ones_folder_stays(temporary, other):
    before = names(temporary)
    with scratch_folder():
        assert set(before) < set(names(temporary))
    assert names(temporary) == before
    assert (temporary / before[0] / "deep/file").exists()


def test_what_is_none_of_ours_stays(temporary):
    (temporary / "precious").write_text("precious")
    (temporary / f"{PREFIX}a.lock").symlink_to(temporary / "precious")
    (temporary / f"{PREFIX}a").mkdir()
    (temporary / f"{PREFIX}b.lock").mkdir()
    remove_leftovers()
    assert (temporary / "precious").read_text() == "precious"
    assert len(names(temporary)) == 4
