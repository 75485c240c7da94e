"""Whose a file is: what the common systems tell by the names of what they export."""

import re

from refimpl.errors import UserError

NAMINGS = {
    # Moodle: "Ada Lovelace_12345_assignsubmission_file_/anything.ipynb", or no folder but a name
    "moodle": r"^(?:.*/)?(?P<student>[^/]+_\d+)_assignsubmission_",
    # Canvas: "lovelaceada_LATE_123_456_03-k-means-2.ipynb", -2 for the second resubmission
    "canvas": r"^(?:.*/)?(?P<student>[^/_]+(?:_LATE)?_\d+)_\d+_"
    r"[^/]*?(?:-(?P<attempt>\d+))?\.[^./]+$",
    # A folder for each student
    "folder": r"^(?P<student>[^/]+)/",
    # A file for each student
    "file": r"^(?P<student>[^/]+)\.[^./]+$",
}


class Naming:
    """A rule that tells a student, and perhaps an attempt, from the name of a file.

    Args:
        rule: "moodle", "canvas", "folder" or "file"; "auto" for the first that fits each name; or a
            regular expression with a group `student`, and `attempt` if names tell it.

    Raises:
        UserError: It is none of these.
    """

    def __init__(self, rule: str):
        self.patterns = _patterns(rule)

    def __call__(self, name: str) -> tuple[str, int] | None:
        """Return student and attempt (0 where the name tells none), or None: it does not fit."""
        for pattern in self.patterns:
            if match := pattern.search(name):
                told = match.groupdict().get("attempt") or "0"
                attempt = int(told) if told.isdecimal() and len(told) < 10 else 0
                return match["student"].replace("_LATE", ""), attempt
        return None


def _patterns(rule: str) -> list[re.Pattern]:
    if rule == "auto":
        return [re.compile(pattern) for pattern in NAMINGS.values()]
    try:
        pattern = re.compile(NAMINGS.get(rule, rule))
    except re.error as error:
        raise UserError(f"the naming rule {rule!r} is no regular expression: {error}") from None
    if "student" not in pattern.groupindex:
        names = ", ".join(NAMINGS)
        raise UserError(
            f"the naming rule {rule!r} is none of auto, {names}, and has no group (?P<student>…)"
        )
    return [pattern]
