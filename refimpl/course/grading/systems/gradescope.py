"""Gradescope: a zip with an autograder, which Gradescope runs on every upload by itself.

Gradescope's "Autograder Specifications" ask for two files at the top of the zip: `setup.sh`, which
installs everything once, and `run_autograder`, which grades `/autograder/submission` and writes
`/autograder/results/results.json`. Besides these, the zip holds this package, the lesson's number,
the limits and your secret. Students cannot download it, and answers run as a user who cannot read
it; `autograder.py` tells more.
"""

import json
import shlex
import tomllib
import zipfile
from importlib.resources import files
from pathlib import Path

from packaging.requirements import Requirement

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.sandbox import Limits
from refimpl.course.grading.systems.autograder import SECRET, SETTINGS
from refimpl.errors import UserError
from refimpl.files import replacing

PACKAGE = "refimpl"
EXTRA = "lessons"  # IPython reads the cells of notebooks
_SCRIPTS = ("setup.sh", "run_autograder")
_LEFT_OUT = ("__pycache__",)
_DATE = (2020, 1, 1, 0, 0, 0)  # the same files always make the same zip


def write_autograder(
    root: Path, out: Path, lesson: int, secret: str, limits: Limits, pip_flags: str = ""
) -> None:
    """Write the zip for one lesson.

    Args:
        root: The project's folder.
        out: The zip, over what was there.
        lesson: Its number.
        secret: The hidden inputs are drawn from it.
        limits: Of each submission.
        pip_flags: For the installation there, quoted as in a shell.

    Raises:
        UserError: There is no such lesson, a quotation mark is left open, or something other than
            a regular file is at `out`.
    """
    lesson_exercises(lesson)
    contents = {name: _script(name) for name in _SCRIPTS}
    contents["dependencies.txt"] = "\n".join(_dependencies(root)).encode() + b"\n"
    contents["pip-flags.txt"] = _one_a_line(pip_flags)
    contents["requirements.txt"] = (root / "requirements.txt").read_bytes()
    settings = {"lesson": lesson, "seconds": limits.seconds, "memory": limits.memory}
    contents[SETTINGS] = json.dumps(settings).encode()
    contents[SECRET] = f"{secret}\n".encode()
    for path in sorted((root / PACKAGE).rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not set(name.parts) & set(_LEFT_OUT):
            contents[name.as_posix()] = path.read_bytes()
    with (
        replacing(out, sync=False) as new,
        zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in contents.items():
            member = zipfile.ZipInfo(name, _DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o755 if name in _SCRIPTS else 0o644) << 16
            archive.writestr(member, content)


def _script(name: str) -> bytes:
    return files("refimpl.course.grading.systems").joinpath("container", name).read_bytes()


def _one_a_line(pip_flags: str) -> bytes:
    try:
        return "".join(f"{flag}\n" for flag in shlex.split(pip_flags)).encode()
    except ValueError as error:
        raise UserError(f"--pip-flags {pip_flags!r}: {error}; close what you quote") from None


def _dependencies(root: Path) -> list[str]:
    """Return what the package needs, without what only learners need."""
    path = root / "pyproject.toml"
    if not path.exists():
        raise UserError(f"{root} has no pyproject.toml: work in the course's repository")
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"][EXTRA]]
    return [str(Requirement(one)) for one in wanted]
