"""What a child sees: Python and the package without its answers, and nothing of its host."""

import os
import subprocess
from pathlib import Path

import pytest
import tqdm

from refimpl.course.grading import sandbox as module
from refimpl.course.grading.edition import PACKAGE
from refimpl.course.grading.sandbox import Limits, Sandbox
from refimpl.course.grading.session import ChildFailed, Session
from refimpl.course.grading.task import prepare
from refimpl.course.grading.users import borrowed_user, is_root
from tests.grading.settings import TASK

pytestmark = pytest.mark.usefixtures("sandbox")


def shell(code):
    """Run Python in the sandbox, before it becomes an ordinary user, and return what it prints."""
    sandbox = prepare(TASK)[1]
    done = subprocess.run(
        sandbox.python(f"import os, sys; sys.path.insert(0, '/package')\n{code}"),
        capture_output=True,
        text=True,
        env=sandbox.environment(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "path",
    [PACKAGE, Path.home(), Path(__file__), Path("/etc/passwd"), Path("/run"), Path("/var/log")],
)
def test_the_host_is_not_there(path):
    # (A home may be there as the empty folder above an interpreter that lies in it.)
    code = f"import pathlib; p = pathlib.Path({str(path)!r}); "
    seen = shell(f"{code}print(p.is_file() or [f for f in p.glob('*') if f.is_file()])")
    assert seen in ("False", "[]")


def test_the_package_is_there_without_its_answers():
    names = shell("import refimpl; print(os.listdir('/package/refimpl/course'))")
    assert "exercises" not in names and "guard.py" in names
    grading = shell("print(os.listdir('/package/refimpl/course/grading'))")
    assert not [n for n in ("answer_key.py", "judging.py", "check.py") if n in grading]
    assert shell("import refimpl; print(refimpl.__file__)").startswith("/package")


def test_an_installed_package_is_covered(monkeypatch):
    # As where pip has put this package into the environment's own folder.
    installed = Path(tqdm.__file__).parent
    monkeypatch.setattr(module, "PACKAGE", installed)
    assert "exercises" not in shell(f"print(os.listdir({str(installed / 'course')!r}))")


def test_the_environment_is_its_own(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert shell("print(os.environ.get('SECRET_TOKEN'))") == "None"


@pytest.mark.skipif(not is_root(), reason="only root has users to give away")
def test_two_children_never_share_a_user():
    with borrowed_user() as first, borrowed_user() as second:
        assert first != second and os.getuid() not in (first, second)
    with borrowed_user() as again:
        assert again == first


class Mute(Sandbox):
    """A sandbox whose child neither reads nor writes."""

    def command(self, user):
        return ["sleep", "100"]


class Gone(Sandbox):
    """A sandbox whose child ends at once."""

    def command(self, user):
        return ["true"]


@pytest.mark.parametrize(("kind", "status"), [(Mute, "stalled"), (Gone, "crash")])
def test_a_child_that_does_not_read_holds_nobody_up(kind, status, tmp_path):
    session = Session(kind(tmp_path, Limits(seconds=0.1)))
    with session, pytest.raises(ChildFailed) as failed:
        session.ask({"more than a pipe holds": "x" * 2**21})
    assert failed.value.status == status
