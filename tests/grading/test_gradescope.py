"""The autograder for Gradescope: built as a zip, and run here as its container runs it.

What is not tried here: what pip installs, and Gradescope itself.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from refimpl.course.grading.sandbox import SYSTEM, Limits, check_container
from refimpl.course.grading.systems.autograder import main, results
from refimpl.course.grading.systems.gradescope import write_autograder
from refimpl.course.grading.users import is_root
from refimpl.errors import UserError
from tests.grading.notebooks import ROOT, answered, cells_of, write
from tests.grading.settings import SECRET
from tests.patience import PATIENCE

LIMITS = Limits(seconds=20, memory=3 * 2**30)
# What Gradescope's specification names, of a submission and of a test.
OF_ALL = {"score", "execution_time", "output", "output_format", "test_output_format"}
OF_ALL |= {"test_name_format", "visibility", "stdout_visibility", "extra_data", "tests"}
OF_ALL |= {"leaderboard"}
OF_A_TEST = {"score", "max_score", "status", "name", "name_format", "number", "output"}
OF_A_TEST |= {"output_format", "tags", "visibility", "extra_data"}
PEEK = """
def signal_to_noise(clean, noisy):
    import glob, os, socket
    seen = [str(os.getuid() == 0)]
    for name in ({paths}):
        try:
            seen.append(str(os.listdir(name) if os.path.isdir(name) else open(name).read()))
        except OSError as error:
            seen.append(type(error).__name__)
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        seen.append("a socket")
    except OSError as error:
        seen.append(type(error).__name__)
    raise ValueError("; ".join(seen))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    path = tmp_path_factory.mktemp("autograder") / "autograder.zip"
    write_autograder(ROOT, path, 1, SECRET, LIMITS)
    return path


@pytest.fixture
def container(built, tmp_path, sandbox):
    """Unpacks the zip, hands something in, runs the script, and returns its results."""
    if not is_root():
        if os.environ.get("REFIMPL_REQUIRE_SANDBOX"):
            pytest.fail("only root can do what Gradescope's container does")
        pytest.skip("only root can do what Gradescope's container does")
    here = tmp_path / "autograder"
    with zipfile.ZipFile(built) as archive:
        archive.extractall(here / "source")
    shutil.copyfile(here / "source/run_autograder", here / "run_autograder")
    (here / "run_autograder").chmod(0o755)
    (here / "submission").mkdir()

    def run(name, cells):
        write(here / "submission" / name, cells)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        environment |= {"AUTOGRADER": str(here), "AUTOGRADER_VENV": sys.prefix}
        done = subprocess.run(
            [*inside(here), here / "run_autograder"],
            env=environment,
            capture_output=True,
            text=True,
            cwd=here,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads((here / "results/results.json").read_text(encoding="utf-8"))
        check_form(found)
        return found

    run.here = here
    return run


def inside(here):
    """A container in which root finds the folder, and anybody may pass the folders above Python."""
    seen = [path for path in SYSTEM if Path(path).exists()]
    seen += dict.fromkeys((sys.base_prefix, sys.prefix))
    above = {str(folder) for path in [*seen, here] for folder in Path(path).parents}
    words = ["bwrap", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--dir", "/run"]
    words += ["--perms", "1777", "--tmpfs", "/tmp"]
    for folder in sorted(above - {"/", "/tmp"}):
        words += ["--perms", "0755", "--dir", folder]
    for path in seen:
        words += ["--ro-bind", path, path]
    return [*words, "--bind", here, here, "--"]


def check_form(found):
    assert set(found) <= OF_ALL and all(set(one) <= OF_A_TEST for one in found["tests"])
    assert found["stdout_visibility"] == "hidden"
    for one in found["tests"]:
        assert 0 <= one["score"] <= one["max_score"]
        assert one.get("status", "failed") in ("passed", "failed")
    assert found["score"] == sum(one["score"] for one in found["tests"])


def test_what_the_zip_holds(built):
    with zipfile.ZipFile(built) as archive:
        members = {one.filename: one for one in archive.infolist()}
        for name in ("setup.sh", "run_autograder"):  # at the top, and executable
            assert members[name].external_attr >> 16 & 0o111
            assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        wanted = archive.read("dependencies.txt").decode().split()
    assert "refimpl/course/exercises/lesson_01/signal_to_noise.py" in members
    assert any(one.startswith("torch") for one in wanted) and not any("pytest" in w for w in wanted)
    assert not any("__pycache__" in name for name in members)


def test_the_same_files_make_the_same_zip(built, tmp_path):
    write_autograder(ROOT, tmp_path / "again.zip", 1, SECRET, LIMITS)
    assert (tmp_path / "again.zip").read_bytes() == built.read_bytes()


def test_no_zip_for_a_lesson_that_is_none(tmp_path):
    with pytest.raises(UserError, match="lesson 99"):
        write_autograder(ROOT, tmp_path / "x.zip", 99, SECRET, LIMITS)


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_bash_reads_the_scripts(built, tmp_path, script):
    with zipfile.ZipFile(built) as archive:
        archive.extract(script, tmp_path)
    subprocess.run(["bash", "-n", tmp_path / script], check=True)


# Stand-ins for what installs: they write down what pip was asked for.
STAND_INS = {
    "apt-get": "exit 0",
    "python3": """
if [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\nprintf "%%s\\\\n" "$@" > "$0.asked"\\n' > "$3/bin/python"
  chmod +x "$3/bin/python"
fi
""",
}


@pytest.mark.parametrize(
    ("flags", "given"),
    [("", []), ("--pre --find-links '/a folder'", ["--pre", "--find-links", "/a folder"])],
)
def test_pip_is_given_the_instructors_flags_and_no_others(tmp_path, flags, given):
    write_autograder(ROOT, tmp_path / "a.zip", 1, SECRET, LIMITS, flags)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "source")
    (tmp_path / "bin").mkdir()
    for name, script in STAND_INS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{script}")
        (tmp_path / "bin" / name).chmod(0o755)
    there = {"AUTOGRADER": str(tmp_path), "AUTOGRADER_VENV": str(tmp_path / "venv")}
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    setup = tmp_path / "source" / "setup.sh"
    subprocess.run(["bash", setup], check=True, env={**os.environ, **there, "PATH": path})
    asked = (tmp_path / "venv/bin/python.asked").read_text().splitlines()
    source = f"{tmp_path}/source"
    locked = ["-c", f"{source}/requirements.txt", "-r", f"{source}/dependencies.txt"]
    assert asked == ["-m", "pip", "install", "--no-cache-dir", *given, *locked]


def test_flags_with_an_open_quotation_mark_are_refused(tmp_path):
    with pytest.raises(UserError, match="close what you quote"):
        write_autograder(ROOT, tmp_path / "a.zip", 1, SECRET, LIMITS, "--find-links '/a")


def test_a_right_notebook_and_a_wrong_answer(container):
    wrong = "import numpy as np\ndef signal_to_noise(clean, noisy):\n    return 0.0"
    found = container("my work.ipynb", answered(wrong))
    assert {one["number"]: one["score"] for one in found["tests"]} == {
        **{"1.1": 4, "1.2": 4, "1.3": 0, "1.4": 3, "1.5": 5},
    }
    assert found["score"] == 16
    assert found["tests"][2]["output"].startswith("expected")


def test_an_answer_can_read_neither_secret_nor_references_nor_open_a_socket(container):
    here = container.here
    paths = [here / "source/seeds.txt", here / "source/refimpl", here / "results"]
    cell = PEEK.format(paths=", ".join(repr(str(path)) for path in paths) + ",")
    found = container("x.ipynb", answered(cell))
    said = next(one["output"] for one in found["tests"] if one["number"] == "1.3")
    assert "False; PermissionError; PermissionError; PermissionError; OSError" in said, said


def test_something_that_is_no_lesson(container):
    (container.here / "submission/cut.ipynb").write_text("{")
    found = container("01-audio-basics.ipynb", cells_of("solutions", 1))
    assert found["score"] == 20  # the lesson's own notebook, of two
    (container.here / "submission/01-audio-basics.ipynb").unlink()
    main([str(container.here)])
    text = (container.here / "results/results.json").read_text(encoding="utf-8")
    assert json.loads(text)["score"] == 0 and "no whole notebook" in text


def test_two_notebooks_of_which_neither_is_the_lessons(container):
    write(container.here / "submission/a.ipynb", [""])
    found = container("b.ipynb", [""])
    assert found["score"] == 0 and "hand in one notebook, of lesson 1" in found["output"]


def test_a_report_that_is_none_has_all_exercises():
    from refimpl.course.grading.report import Report

    found = json.loads(results(1, Report("unreadable", "cut")))
    check_form(found)
    assert [one["max_score"] for one in found["tests"]] == [4, 4, 4, 3, 5]


def test_a_folder_that_an_answer_could_not_pass_is_named(tmp_path):
    if not is_root():
        with pytest.raises(UserError, match="needs root"):
            check_container(tmp_path)
        return
    (tmp_path / "edition").mkdir()
    tmp_path.chmod(0o700)
    # Python itself may be in such a folder, too, which is then the one named.
    with pytest.raises(UserError, match=r"is closed to ordinary users.*chmod o\+x"):
        check_container(tmp_path / "edition")
