"""Dates as people write them, extensions, and what lateness costs.

A day late is a day that has begun: a minute after the date is one day. A date without a time ends
with its day, and a time without seconds with its minute.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from refimpl.course.grading.term.lists import STUDENT, read_list
from refimpl.errors import UserError

DAY = timedelta(days=1)


def find_zone(name: str) -> tzinfo | None:
    """Return a time zone by its name, such as "Europe/Berlin"; None, this machine's own, for "".

    Raises:
        UserError: There is no such zone.
    """
    if not name:
        return None
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UserError(
            f"there is no time zone {name!r}: give one such as Europe/Berlin, or UTC"
        ) from None


def parse_time(text: str, zone: tzinfo | None, where: str = "") -> datetime:
    """Read a date, as "2026-11-20", "2026-11-20 23:59" or with an offset, as "…T23:59:30+01:00".

    Args:
        text: The date; a day alone stands for its end.
        zone: The date's zone, if it names no offset.
        where: Where it stands, for messages.

    Returns:
        The last moment that is meant, with its zone.

    Raises:
        UserError: It is no date.
    """
    plain = text.strip().replace("/", "-")
    time = _from_iso(plain) or _from_moodle(plain)
    if time is None:
        place = f"{where}: " if where else ""
        raise UserError(f"{place}{text!r} is no date: write it as 2026-11-20 23:59")
    if re.fullmatch(r"\d{4}-?\d\d-?\d\d", plain):
        time = time.replace(hour=23, minute=59)
    if not time.second:
        time += timedelta(seconds=59, microseconds=999_999)
    return in_zone(time, zone)


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_moodle(text: str) -> datetime | None:
    """Read "Friday, 20 November 2026, 11:05 PM", as Moodle's grading worksheet has it."""
    date = re.sub(r"^\w+, (?=\d)", "", text)
    for form in ("%d %B %Y, %I:%M %p", "%d %B %Y, %H:%M", "%d %b %Y, %I:%M %p", "%d %b %Y, %H:%M"):
        try:
            return datetime.strptime(date, form)
        except ValueError:
            continue
    return None


def in_zone(time: datetime, zone: tzinfo | None) -> datetime:
    """Return a time as the clocks of a zone show it; one without a zone is of that zone already."""
    if time.tzinfo is None and zone is not None:
        return time.replace(tzinfo=zone)
    return time.astimezone(zone)


def show_time(time: datetime | None, zone: tzinfo | None) -> str:
    """Return a time for people, such as "2026-11-20 23:59"; "" for none."""
    return in_zone(time, zone).strftime("%Y-%m-%d %H:%M") if time else ""


def days_late(handed_in: datetime, due: datetime) -> int:
    """Return how many days have begun after a date, when something was handed in."""
    # In UTC: a day of 23 hours, when clocks change, is no reason for a day more.
    late = handed_in.astimezone(UTC) - due.astimezone(UTC)
    return max(0, math.ceil(late / DAY))


@dataclass(frozen=True)
class Extension:
    """More time for somebody.

    Attributes:
        student: As the list names them.
        lesson: Its number.
        until: The new date.
        why: For the reader of the list.
        where: The row, for messages.
    """

    student: str
    lesson: int
    until: datetime
    why: str
    where: str


def read_extensions(path: Path, zone: tzinfo | None) -> list[Extension]:
    """Read a list of extensions: student, lesson, until, why.

    Raises:
        UserError: A row is none.
    """
    columns = {
        "student": STUDENT,
        "lesson": [],
        "until": ["due", "new due"],
        "why": ["reason", "comment"],
    }
    return [
        Extension(
            row["student"],
            parse_lesson(row["lesson"], row.where),
            parse_time(row["until"], zone, row.where),
            row["why"],
            row.where,
        )
        for row in read_list(path, columns, ["student", "lesson", "until"])
    ]


@dataclass(frozen=True)
class HandedIn:
    """When somebody handed something in, for an export that does not tell.

    Attributes:
        student: As the list names them.
        when: Then.
        where: The row, for messages.
    """

    student: str
    when: datetime
    where: str


def read_times(path: Path, zone: tzinfo | None) -> list[HandedIn]:
    """Read when students handed in, as a list of your own or Moodle's grading worksheet tells.

    Raises:
        UserError: A row has no date that can be read.
    """
    columns = {
        "student": ["email address", "email", "id", "full name", "name"],
        "when": ["last modified (submission)", "handed in", "submitted", "time", "date"],
    }
    rows = read_list(path, columns, ["student", "when"])
    return [
        HandedIn(row["student"], parse_time(row["when"], zone, row.where), row.where)
        for row in rows
        if row["when"].strip("- ") and row["student"]
    ]


def parse_lesson(text: str, where: str) -> int:
    """Read a lesson's number, as "2" or "lesson-02".

    Raises:
        UserError: It is none.
    """
    match = re.fullmatch(r"(?:lesson)?[\s_-]*0*([1-9]\d{0,3})", text.strip(), re.IGNORECASE)
    if not match:
        raise UserError(f"{where}: {text!r} is no number of a lesson")
    return int(match[1])


@dataclass(frozen=True)
class LateRule:
    """The cost of a day late.

    Attributes:
        percent: Of the points that were earned, for each day.
        points: For each day.
        most_percent: Of the points that were earned, at most.
        most_points: At most.
        free_days: How many days late each student has without any cost, over the whole course;
            they go to the lessons in the order of their dates.
    """

    percent: Fraction = Fraction(0)
    points: Fraction = Fraction(0)
    most_percent: Fraction = Fraction(100)
    most_points: Fraction | None = None
    free_days: int = 0

    @property
    def costs_something(self) -> bool:
        """Whether there is a rule at all."""
        return bool(self.percent or self.points)

    def deduction(self, earned: Fraction, days: int) -> Fraction:
        """Return what is taken off, rounded down to a hundredth of a point.

        Args:
            earned: Points.
            days: How many are late and not free.
        """
        if days <= 0:
            return Fraction(0)
        cost = earned * self.percent * days / 100 + self.points * days
        limits = [cost, earned * self.most_percent / 100, earned]
        limits += [self.most_points] if self.most_points is not None else []
        return Fraction(math.floor(min(limits) * 100), 100)


_NUMBER = r"(\d+(?:\.\d+)?)"
_PER_DAY = re.compile(rf"{_NUMBER}\s*(%|per ?cent|points?)\s*(?:a|per|each)\s*day")
_AT_MOST = re.compile(rf"(?:at most|up to|max\.?)\s*{_NUMBER}\s*(%|per ?cent|points?)")
_FREE = re.compile(r"(\d+)\s*(?:free days?|days? free)")


def parse_late_rule(text: str) -> LateRule:
    """Read a rule such as "10 % a day, at most 50 %, 3 free days", or "none".

    Raises:
        UserError: It is none.
    """
    values: dict[str, Fraction | int] = {}
    parts: Sequence[str] = [part.strip().lower() for part in text.split(",")]
    for part in parts if text.strip().lower() not in ("", "none") else []:
        if match := _PER_DAY.fullmatch(part):
            values["points" if "point" in match[2] else "percent"] = Fraction(match[1])
        elif match := _AT_MOST.fullmatch(part):
            kind = "most_points" if "point" in match[2] else "most_percent"
            values[kind] = Fraction(match[1])
        elif match := _FREE.fullmatch(part):
            values["free_days"] = int(match[1])
        else:
            raise UserError(
                f"{part!r} is no part of a late rule: write it as "
                "'10 % a day, at most 50 %, 3 free days', '2 points each day' or 'none'"
            )
    return LateRule(**values)
