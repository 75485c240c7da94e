"""Whose a file is: what the common systems tell by the names of what they export.

Only the outermost name of an export, a folder's or a file's, was given by the system or by the
collector. A student named everything inside, perhaps like a file of somebody else's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from refimpl.course.exercises import lesson_numbers
from refimpl.errors import UserError

# What a notebook's name ends in, also where a browser or an editor has put something behind it.
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json|download|ipynb))*$", re.IGNORECASE)
ZIP = re.compile(r"\.zip$", re.IGNORECASE)
# What these put at the top of an export, which is nobody's.
GRADESCOPE_INDEX = "submission_metadata.yml"  # see `receipts.py`
BRIGHTSPACE_INDEX = "index.html"


@dataclass(frozen=True)
class Whose:
    """The facts that a name tells.

    Attributes:
        student: Who; what the gradebook knows somebody by.
        name: The name alone, without the number that a system puts behind it.
        order: Larger for what came later; 0 where the name does not tell.
        when: When it was handed in, by the system's own clock.
        late: Whether the system calls it late.
        ids: Numbers and addresses of whose it is, which a roster may have too.
        packed: Whether the file's own date is that of the export, and tells nothing.
        copy: Which copy of a file it is, as in "ada (1).ipynb"; 0 for the file itself.
        untold: Whether an export that has an index of its folders does not tell whose this one is.
    """

    student: str
    name: str
    order: int = 0
    when: datetime | None = None
    late: bool = False
    ids: tuple[str, ...] = ()
    packed: bool = False
    copy: int = 0
    untold: bool = False


# Moodle makes "Ada Lovelace_123_assignsubmission_file", with or without a last "_": a folder, or
# the beginning of a file's name (mod/assign/classes/downloader.php). A group may have no number.
_MOODLE = re.compile(
    r"(?:(?P<name>[^/]+?)_(?P<number>\d+)|(?P<group>[^_/]+))_assignsubmission_[a-z]+(_|$)"
)
# Canvas makes "lovelaceada_LATE_77_881_03-k-means-1.ipynb": who, the number of who, and that of the
# file, which is larger for what came later (lib/content_zipper.rb). Where names are hidden,
# "anon_x7Ab2" stands for the first two.
_CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_(?P<late>LATE_)?(?P<number>\d+)|(?P<late_too>LATE_)?(?P<anon>anon_[^\W_]+))"
    r"_(?P<file>\d+)_."
)
# Brightspace makes "271836-442356 - Ada Lovelace - Dec 5, 2024 1149 AM", a folder, or the beginning
# of a file's name. The first number is the person's.
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ - (?P<name>.+?) ?- (?P<when>[^-]*\b\d{4}\b[^-]*?)(?: - |$)"
)
# Blackboard makes "Lesson 3_ada_attempt_2026-11-21-15-30-10_notebook.ipynb", and a receipt that
# ends behind the time, in ".txt". The word for an attempt is that of the system's language.
_BLACKBOARD = re.compile(
    r"(?P<before>.+?)_[^\W\d_]+_(?P<when>\d{4}(?:-\d\d){5})(?:_.|\.txt$)", re.DOTALL
)
# Gradescope numbers folders, and tells in an index whose they are.
_GRADESCOPE = re.compile(r"submission_\d+$")
# What browsers and systems put around the name of a file that is there already, in the languages of
# most users: "ada (1)", "ada-Copy1", "ada - Kopie (2)", "ada (3rd copy)", "Copie de ada".
_WORD = "copy|kopie|copie|copia|c\u00f3pia|kopia"
_COPY = re.compile(
    rf"(?:(?:copy of|kopie von|kopie van|copie de|copia de|copia di|c\u00f3pia de) )?(?P<stem>.+?)"
    rf"(?:[ _]?\((?P<a>\d+)\)|-Copy(?P<b>\d*)| [-\u2013] (?:{_WORD})(?: \((?P<c>\d+)\))?"
    rf"| (?:copy|kopie)(?: (?P<d>\d+))?| \((?:another |(?P<e>\d+)(?:st|nd|rd|th) )?(?:{_WORD})\))*",
    re.IGNORECASE,
)


class Naming:
    """A rule that tells whose a file is from its name.

    Args:
        rule: "moodle", "canvas", "brightspace", "blackboard", "folder" or "file"; "auto" for the
            first of these that fits each name; or a regular expression with a group `student`, and
            `attempt` if names tell it, which is looked for in the whole path.

    Raises:
        UserError: It is none of these.
    """

    def __init__(self, rule: str):
        self.rule = rule
        if rule == "auto":
            self._rules = [*SYSTEMS.values(), _folder, _file_of_somebody]
        elif rule in NAMINGS:
            self._rules = [NAMINGS[rule]]
        else:
            self._rules = [_own_rule(rule)]

    def __call__(self, path: str) -> Whose | None:
        """Return what a path tells, with "/" between folders, or None: the rule does not fit it."""
        for rule in self._rules:
            if whose := rule(path):
                return whose
        return None

    @cached_property
    def may_be_wrapped(self) -> bool:
        """Whether a folder around everything means nothing."""
        return self.rule == "auto" or self.rule in SYSTEMS

    @staticmethod
    def is_of_a_system(path: str) -> bool:
        """Whether a path's outermost name is one that a system gives to what somebody hands in."""
        is_known = any(rule(path) for rule in SYSTEMS.values())
        return is_known or bool(_GRADESCOPE.match(_outermost(path)))


def _moodle(path: str) -> Whose | None:
    if not (match := _MOODLE.match(_outermost(path))):
        return None
    name = match["name"] or match["group"]
    return Whose(_numbered(name, match["number"]), name, packed=True)


def _canvas(path: str) -> Whose | None:
    if not (match := _CANVAS.match(_outermost(path))):
        return None
    name = match["name"] or match["anon"]
    student = _numbered(name, match["number"])
    return Whose(
        student, name, _order(match["file"]), late=bool(match["late"] or match["late_too"])
    )


def _brightspace(path: str) -> Whose | None:
    if not (match := _BRIGHTSPACE.match(_outermost(path))):
        return None
    name = match["name"].strip()
    return Whose(_numbered(name, match["number"]), name, when=_brightspace_time(match["when"]))


def _blackboard(path: str) -> Whose | None:
    if not (match := _BLACKBOARD.match(_outermost(path))):
        return None
    try:
        when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None
    # A user's name may hold a "_", and so may an assignment's: a receipt tells, see `receipts.py`.
    return Whose(match["before"], match["before"].rpartition("_")[2], when=when)


def blackboard_parts(path: str) -> tuple[str, bool] | None:
    """Take a name of a Blackboard export apart.

    Returns:
        The part before the time (assignment and user), and whether the file is a receipt; or
        None: the name is not of that form.
    """
    match = _BLACKBOARD.match(path) if "/" not in path or _blackboard(path) else None
    return match and (match["before"], bool(re.fullmatch(r".*\d\.txt", path)))


def _folder(path: str) -> Whose | None:
    outermost, inside, _ = path.partition("/")
    student = ZIP.sub("", outermost).strip()
    return Whose(student, student) if inside and student else None


def _file(path: str) -> Whose | None:
    if "/" in path or path.startswith("."):
        return None
    stem = NOTEBOOK.sub("", path) if NOTEBOOK.search(path) else path.rpartition(".")[0]
    match = _COPY.fullmatch(stem.strip())
    student = match["stem"].strip() if match else ""
    if not student:
        return None
    number = next((match[group] for group in "abcde" if match[group] is not None), None)
    copy = 0 if student == stem.strip() else _order(number or "1")
    return Whose(student, student, copy=copy)


def _file_of_somebody(path: str) -> Whose | None:
    return None if is_of_a_lesson(path) else _file(path)


SYSTEMS: dict[str, Callable[[str], Whose | None]] = {
    "moodle": _moodle,
    "canvas": _canvas,
    "brightspace": _brightspace,
    "blackboard": _blackboard,
}
NAMINGS = SYSTEMS | {"folder": _folder, "file": _file}


def is_of_a_lesson(path: str) -> bool:
    """Whether a file has the name that the course gives to a lesson's notebook, or a copy of it."""
    whose = _file(path)
    is_like_one = whose and re.fullmatch(r"\d\d(-[a-z0-9]+){2,}", whose.student)
    return bool(is_like_one) and lesson_of(whose.student) is not None


def lesson_of(stem: str) -> int | None:
    """Return the number of the lesson that a notebook's name begins with, or None."""
    match = re.match(r"(\d\d)-[a-z]", stem)
    return int(match[1]) if match and int(match[1]) in lesson_numbers() else None


def _own_rule(rule: str) -> Callable[[str], Whose | None]:
    try:
        pattern = re.compile(rule)
    except re.error as error:
        raise UserError(f"the naming rule {rule!r} is no regular expression: {error}") from None
    if "student" not in pattern.groupindex:
        names = ", ".join(NAMINGS)
        raise UserError(
            f"the naming rule {rule!r} is none of auto, {names}, and has no group (?P<student>…)"
        )

    def read(path: str) -> Whose | None:
        match = pattern.search(path)
        if not match or not match["student"]:
            return None
        order = match.groupdict().get("attempt") or "0"
        return Whose(match["student"], match["student"], _order(order))

    return read


def _outermost(path: str) -> str:
    return path.partition("/")[0]


def _numbered(name: str, number: str | None) -> str:
    return f"{name}_{number}" if number else name


def _order(digits: str) -> int:
    return int(digits) if digits.isdecimal() and len(digits) < 19 else 0


def _brightspace_time(text: str) -> datetime | None:
    """Read "Dec 5, 2024 1149 AM", in which no sign stands between hours and minutes."""
    match = re.fullmatch(r"(\w{3})\w*\.? (\d+), (\d+) (\d{1,2}?)(\d\d)? ?([AP]M)", text.strip())
    if not match:
        return None  # another language's
    month, day, year, hour, minute, half = match.groups()
    try:
        words = f"{month} {day} {year} {hour} {minute or 0} {half}"
        return datetime.strptime(words, "%b %d %Y %I %M %p")
    except ValueError:
        return None
