"""The rules of a course, in `course.toml` beside the gradebook.

An option of the command that is given once holds from then on, because it is written there: limits,
a date or a late rule that were forgotten in the next run would change grades. People may change the
file too; what it does not name has its default.
"""

import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.course.grading.term.times import (
    LateRule,
    find_zone,
    parse_late_rule,
    parse_lesson,
    parse_time,
)
from refimpl.errors import UserError
from refimpl.files import replace_file

FILE = "course.toml"
LAST, BEST = "last", "best"
_HEAD = """\
# Rules of the course, for `refimpl grade`. Change them here or by its options; when an option
# changes one, this file is rewritten, and comments of your own are lost.
"""
_TABLE = "lesson-"


@dataclass(frozen=True)
class LessonRules:
    """Rules of one lesson.

    Attributes:
        due: The date; "" for none.
        times: A list of when students handed in, for an export that does not tell.
        weight: Of the lesson in the course; as many points as it gives, if None.
        weights: Of exercises, by their id; 1 for those that it does not name.
    """

    due: str = ""
    times: str = ""
    weight: float | None = None
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """Rules of a course.

    Attributes:
        zone: Of dates that name none, such as "Europe/Berlin"; this machine's own for "".
        attempt: Which of a student's attempts counts, "last" or "best".
        late: The cost of lateness, as `parse_late_rule` reads it.
        drop_lowest: How many lessons of each student do not count, their lowest.
        seconds: How long an exercise may compute, in reference seconds.
        memory: What a submission may use, in GiB.
        roster: The students: id, name, e-mail, section.
        extensions: Student, lesson, until, why.
        overrides: Student, exercise, points, comment, who, when.
        requests: Student, exercise, request, when.
        lessons: Rules of a lesson, by its number.
    """

    zone: str = ""
    attempt: str = LAST
    late: str = "none"
    drop_lowest: int = 0
    seconds: float = 60.0
    memory: float = 4.0
    roster: str = ""
    extensions: str = ""
    overrides: str = ""
    requests: str = ""
    lessons: dict[int, LessonRules] = field(default_factory=dict)

    @property
    def time_zone(self) -> tzinfo | None:
        """The zone of dates that name none."""
        return find_zone(self.zone)

    @property
    def late_rule(self) -> LateRule:
        """The cost of lateness."""
        return parse_late_rule(self.late)

    def of(self, lesson: int) -> LessonRules:
        """Return the rules of one lesson."""
        return self.lessons.get(lesson, LessonRules())

    def due(self, lesson: int) -> datetime | None:
        """Return when a lesson is due, or None."""
        text = self.of(lesson).due
        return parse_time(text, self.time_zone, f"due date of lesson {lesson}") if text else None

    def with_options(self, lesson: int, options: dict[str, Any]) -> "Rules":
        """Return the rules as options of a run change them.

        Args:
            lesson: Its number.
            options: By the names of rules and of a lesson's rules; None for what was not given.
        """
        given = {name: value for name, value in options.items() if value is not None}
        of_lesson = {name: given.pop(name) for name in ("due", "times") if name in given}
        lessons = self.lessons
        if of_lesson:
            lessons = {**lessons, lesson: replace(self.of(lesson), **of_lesson)}
        return replace(self, **given, lessons=lessons)


def read_rules(folder: Path) -> Rules:
    """Return the rules in a folder; the defaults, where there are none yet.

    Raises:
        UserError: The file holds something else; the message names it.
    """
    path = folder / FILE
    if not path.exists():
        return Rules()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML ({error}): correct it, or remove it") from None
    lessons = {}
    for name in [name for name in content if str(name).startswith(_TABLE)]:
        number = parse_lesson(name, str(path))
        lessons[number] = _take(LessonRules, content.pop(name), f"{path}, [{name}]")
    rules = replace(_take(Rules, content, str(path)), lessons=lessons)
    check_rules(rules)
    return rules


def check_rules(rules: Rules) -> None:
    """Make sure that all dates, zones and words can be read.

    Raises:
        UserError: Something cannot; the message names it.
    """
    assert rules.late_rule is not None  # each property raises where it cannot be read
    for lesson in rules.lessons:
        rules.due(lesson)
    if rules.attempt not in (LAST, BEST):
        raise UserError(f"attempt = {rules.attempt!r}: which counts is {LAST!r} or {BEST!r}")
    numbers = {"seconds": rules.seconds, "memory": rules.memory}
    for name, value in numbers.items():
        if not 0 < value < float("inf"):
            raise UserError(f"{name} = {value}: it must be above 0")
    _check_lessons(rules)
    weights = [w for one in rules.lessons.values() for w in (one.weight, *one.weights.values())]
    if rules.drop_lowest < 0 or any(w is not None and not 0 <= w < float("inf") for w in weights):
        raise UserError("weights and the number of lessons to drop are not below 0")


def _check_lessons(rules: Rules) -> None:
    """Make sure that a misspelt lesson or exercise does not silently lose its rule."""
    for number, one in rules.lessons.items():
        if number not in lesson_numbers():
            known = ", ".join(map(str, lesson_numbers()))
            raise UserError(f"[{_TABLE}{number:02}]: there is no such lesson; there are {known}")
        there = lesson_exercises(number) if one.weights else {}
        if unknown := sorted(set(one.weights) - set(there)):
            raise UserError(
                f"[{_TABLE}{number:02}.weights] has {', '.join(unknown)}; "
                f"the exercises of this lesson are {', '.join(there)}"
            )


def write_rules(folder: Path, rules: Rules) -> None:
    """Write the rules, if the file does not say the same already."""
    path = folder / FILE
    if path.exists() and read_rules(folder) == rules:
        return
    replace_file(path, (_HEAD + _to_toml(rules)).encode())


def find_list(folder: Path, name: str) -> Path | None:
    """Return the path of a list that the rules name, seen from their folder; None for none."""
    # Not through the folder itself, which is not there before the first run.
    return Path(os.path.normpath(folder / name)) if name else None


def _take(kind: type, content: Any, where: str) -> Any:
    """Build rules from a table, each of its own type."""
    if not isinstance(content, dict):
        raise UserError(f"{where} is no table")
    known = {one.name: one for one in fields(kind) if one.name != "lessons"}
    default = kind()
    taken = {}
    for name, value in content.items():
        if name not in known:
            raise UserError(f"{where} has {name!r}; there are {', '.join(known)}")
        taken[name] = _fitting(value, getattr(default, name), f"{where}: {name} = {value!r}")
    return kind(**taken)


def _fitting(value: Any, default: Any, where: str) -> Any:
    """A value of the type that a rule has."""
    if isinstance(default, str):
        return str(value)  # TOML has dates of its own
    if isinstance(default, dict):
        if not isinstance(value, dict) or not all(map(_is_number, value.values())):
            raise UserError(f"{where}: it needs a number for each exercise")
        return {str(name): float(number) for name, number in value.items()}
    if isinstance(default, int) and not isinstance(value, bool) and isinstance(value, int):
        return value
    if not isinstance(default, int) and _is_number(value):
        return float(value)
    raise UserError(f"{where}: it needs a number")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _to_toml(rules: Rules) -> str:
    from refimpl.cli.toml import to_toml

    tables: dict[str, Any] = {
        one.name: getattr(rules, one.name) for one in fields(rules) if one.name != "lessons"
    }
    text = to_toml(tables)
    for number, one in sorted(rules.lessons.items()):
        words = {"due": one.due, "times": one.times}
        plain: dict[str, Any] = {name: value for name, value in words.items() if value}
        plain |= {} if one.weight is None else {"weight": one.weight}
        text += to_toml({f"{_TABLE}{number:02}": plain})
        if one.weights:
            quoted = {f'"{name}"': value for name, value in sorted(one.weights.items())}
            text += to_toml({f"{_TABLE}{number:02}.weights": quoted})
    return text
