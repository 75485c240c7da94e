"""What a run changes: why something is graded again, and who has other points afterwards."""

from collections import defaultdict
from collections.abc import Mapping

Points = Mapping[tuple[int, str, str], float]  # by lesson, student, and exercise ("": the total)
_A_DIGEST = 16  # letters; anything else is a value that people know


def say_why(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the changes in everything that a grade depends on, in words.

    Args:
        before: The parts of the key that a lesson was graded with last.
        after: Those of now.
    """
    if not before:
        return ["the gradebook is of a version that did not note what it graded with"]
    reasons = []
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None or new is None:
            reasons.append(f"{name} is {'new' if old is None else 'gone'}")
        elif len(old) == len(new) == _A_DIGEST:
            reasons.append(name)
        else:
            reasons.append(f"{name}: {old} → {new}")
    return reasons


def say_changes(before: Points, after: Points) -> tuple[list[str], list[str]]:
    """Return who has other points than before, in words.

    Args:
        before: At the end of the run before.
        after: Now. A student who was not there before has no change.

    Returns:
        A line for each student and lesson in which something changed; and of these, the ones whose
        total is lower than before.
    """
    changed: dict[tuple[int, str], list[str]] = defaultdict(list)
    for (lesson, student, exercise), points in sorted(after.items()):
        old = before.get((lesson, student, exercise))
        if old is not None and exercise and old != points:
            changed[lesson, student].append(f"{exercise}: {_plain(old)} → {_plain(points)}")
    lines, lower = [], []
    for key in sorted({key[:2] for key in after} & {key[:2] for key in before}):
        old, new = before.get((*key, "")), after.get((*key, ""))
        if not changed.get(key) and (old == new or old is None or new is None):
            continue
        total = (
            f"total {_plain(old)} → {_plain(new)}"
            if old != new
            else f"total {_plain(new)} as before"
        )
        line = f"lesson {key[0]}, {key[1]}: {', '.join([*changed.get(key, []), total])}"
        lines.append(line)
        if old is not None and new is not None and new < old:
            lower.append(line)
    return lines, lower


def _plain(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"
