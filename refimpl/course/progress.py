"""What a learner has solved: one small JSON file that travels.

    {"version": 1, "exercises": {"3.1": {"points": 4, "of": 4, "when": "2026-03-01T12:00+00:00"}}}

It is in the user's folder, or in the place that the environment variable REFIMPL_PROGRESS names.
"""

import json
import os
import warnings
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from filelock import FileLock, Timeout

from refimpl.course.exercise import Exercise
from refimpl.course.exercises import lesson_exercises, lesson_numbers
from refimpl.errors import UserError
from refimpl.files import check_replaceable, replace_json

PATH_VARIABLE = "REFIMPL_PROGRESS"
VERSION = 1


def progress_path() -> Path:
    """Return where the progress is kept."""
    given = os.environ.get(PATH_VARIABLE)
    return Path(given).expanduser() if given else Path.home() / ".refimpl" / "progress.json"


def read_progress() -> dict[str, dict]:
    """Return the points by exercise, `{"3.1": {"points": 4, "of": 4, "when": …}}`.

    A file that holds something else is put aside under another name, and named in a warning.
    """
    path = progress_path()
    try:
        return _read(path)
    except (OSError, UserError) as error:
        warnings.warn(f"your progress in {path} could not be read: {error}", stacklevel=2)
        return {}


def _read(path: Path) -> dict[str, dict]:
    check_replaceable(path)  # a pipe would never end, and a device must not be put aside
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise ValueError(f"version {content['version']}, not {VERSION}")
        exercises = dict(content["exercises"])
        if not all(isinstance(one.get("points"), int) for one in exercises.values()):
            raise ValueError("an exercise without points")
        return exercises
    except FileNotFoundError:
        return {}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        aside = path.with_name(f"{path.name}.unreadable")
        warnings.warn(f"{path} holds no progress ({error}); kept as {aside.name}", stacklevel=3)
        path.replace(aside)
        return {}


def record(exercise: Exercise, points: int) -> None:
    """Note what an answer earned. Points are never taken back by a later, worse answer.

    Where nothing can be written, a warning says so; an answer is right all the same.
    """
    path = progress_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two notebooks may be open at the same time.
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=60):
            exercises = _read(path)  # what cannot be read is not to be overwritten
            if exercises.get(exercise.id, {}).get("points", -1) >= points:
                return
            when = datetime.now(UTC).isoformat(timespec="minutes")
            exercises[exercise.id] = {"points": points, "of": exercise.points, "when": when}
            replace_json(path, {"version": VERSION, "exercises": exercises})
    except (OSError, Timeout, UserError) as error:
        warnings.warn(f"your progress could not be saved in {path}: {error}", stacklevel=3)


class ProgressTable:
    """The points earned, as a table; made by `progress`.

    Attributes:
        rows: Of each exercise its id, title, points earned, and points to earn.
    """

    def __init__(self, rows: list[tuple[str, str, int, int]]):
        self.rows = rows

    @property
    def earned(self) -> int:
        """All points so far."""
        return sum(points for _, _, points, _ in self.rows)

    @property
    def total(self) -> int:
        """All points that can be earned."""
        return sum(of for *_, of in self.rows)

    def __repr__(self) -> str:
        width = max((len(title) for _, title, *_ in self.rows), default=0)
        lines = [
            f"{'✓' if points == of else '·'} {name:4} {title:{width}}  {points:2} of {of}"
            for name, title, points, of in self.rows
        ]
        return "\n".join([*lines, f"in all {self.earned} of {self.total} points"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'✓' if points == of else ''}</td><th scope='row'>{name}</th>"
            f"<td style='text-align: left'>{escape(title)}</td><td>{points} of {of}</td></tr>"
            for name, title, points, of in self.rows
        )
        return (
            "<table><thead><tr><th></th><th>Exercise</th><th>About</th><th>Points</th></tr></thead>"
            f"<tbody>{rows}</tbody></table><p>In all <b>{self.earned} of {self.total} points</b>, "
            f"kept in <code>{escape(str(progress_path()))}</code>.</p>"
        )


def progress(lesson: int | None = None) -> ProgressTable:
    """Show what you have solved: one row for each exercise of a lesson, or of the whole course.

    Args:
        lesson: Its number; None for a table of all lessons, a row for each.

    Returns:
        A table that shows itself as the last value of a cell.

    Raises:
        UserError: No such lesson.

    Taught in lesson 1.
    """
    solved = read_progress()

    def points(exercise: Exercise) -> int:
        # An exercise may have become worth less since it was solved.
        return min(solved.get(exercise.id, {}).get("points", 0), exercise.points)

    if lesson is not None:
        exercises = lesson_exercises(lesson).values()
        return ProgressTable([(e.id, e.title, points(e), e.points) for e in exercises])
    rows = []
    for number in lesson_numbers():
        exercises = list(lesson_exercises(number).values())
        earned, of = sum(map(points, exercises)), sum(e.points for e in exercises)
        rows.append((str(number), f"Lesson {number}", earned, of))
    return ProgressTable(rows)
