"""Making the environment: the stamp is there only when all went well."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def set_up():
    """The script as a module; `tools/` is no package."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools/set_up.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stamp(tmp_path):
    """An old stamp in a folder whose name has a space."""
    path = tmp_path / "my project" / ".venv" / "set-up.stamp"
    path.parent.mkdir(parents=True)
    path.write_text("from an earlier set-up")
    return path


@pytest.fixture
def commands(set_up, monkeypatch):
    """Collect the commands instead of running them, and pretend that the environment is whole."""
    ran = []
    monkeypatch.setattr(set_up, "run", ran.append)
    monkeypatch.setattr(set_up, "has_pip", lambda python: True)
    return ran


def start(set_up, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["set_up.py", *map(str, arguments)])
    set_up.main()


def test_all_locks_are_installed_and_then_the_package(set_up, stamp, commands, monkeypatch):
    start(set_up, monkeypatch, "--stamp", stamp, "--requirements", "requirements-bench.txt")
    assert stamp.read_text() != "from an earlier set-up"
    first, second, *_ = commands
    assert first[-4:] == ["-r", "requirements.txt", "-r", "requirements-bench.txt"]
    assert second[-3:] == ["--no-deps", "--editable", "."]


def test_further_flags_reach_pip(set_up, stamp, commands, monkeypatch):
    start(set_up, monkeypatch, "--stamp", stamp, "--find-links", "a folder", "--pre")
    assert {"--find-links", "a folder", "--pre"} <= set(commands[0])


def test_a_failure_leaves_no_stamp(set_up, stamp, monkeypatch, capsys):
    def fails(command, **options):
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(set_up, "has_pip", lambda python: True)
    monkeypatch.setattr(set_up.subprocess, "run", fails)
    with pytest.raises(SystemExit) as stopped:
        start(set_up, monkeypatch, "--stamp", stamp)
    assert stopped.value.code == 1
    assert not stamp.exists()
    assert "failed" in capsys.readouterr().err


def test_without_ensurepip_it_says_what_to_install(set_up, stamp, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        start(set_up, monkeypatch, "--stamp", stamp)
    assert "apt-get install python3-venv" in capsys.readouterr().err
    assert not stamp.exists()


def test_a_python_that_the_lock_does_not_support_is_named(set_up, stamp, monkeypatch, capsys):
    monkeypatch.setattr(set_up.sys, "version_info", (3, 10, 0))
    with pytest.raises(SystemExit):
        start(set_up, monkeypatch, "--stamp", stamp)
    assert "make PYTHON=" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="needs the right to make links")
def test_an_environment_is_whole_only_with_pip(set_up, tmp_path):
    assert set_up.has_pip(Path(sys.executable))
    assert not set_up.has_pip(tmp_path / "bin" / "python")
    broken = tmp_path / "python"
    broken.symlink_to(tmp_path / "removed")
    assert not set_up.has_pip(broken)
