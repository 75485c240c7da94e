"""A made-up term: who hands in what and when, and what it comes to, reckoned without the package.

Each notebook holds the right answer to some exercises, a wrong one to others, and nothing of the
rest. Right answers are the course's own, so a plan of right exercises is a plan of points.
"""

import json
import random
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from math import ceil, floor

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.needed import needed, statements_of
from tests.grading.notebooks import cells_of, notebook

LESSONS = range(1, 8)
N_STUDENTS = 60
FIRST_DUE = datetime(2024, 9, 6, 23, 59)  # by the clocks of Berlin, a week apart
NEARLY = "1.3"  # right within the tolerance that is mended in week 5
PER_DAY, AT_MOST, FREE_DAYS = Fraction(10, 100), Fraction(50, 100), 2
LESSON_WEIGHTS = {4: Fraction(30), 6: Fraction(5)}
EXERCISE_WEIGHTS = {"1.5": Fraction(2), "2.1": Fraction(0)}
DROPPED = 1


@dataclass
class HandIn:
    """Something that a student hands in.

    Attributes:
        when: By the clocks of Berlin.
        right: The exercises with a right answer.
        nearly: Whether exercise 1.3 is off by a hundredth.
        tried: The exercises with a wrong answer.
    """

    when: datetime
    right: list[str]
    nearly: bool = False
    tried: list[str] = field(default_factory=list)


@dataclass
class Student:
    """A student, and all that they do and that is decided about them."""

    id: str
    name: str
    hand_ins: dict[int, list[HandIn]] = field(default_factory=dict)
    extensions: dict[int, datetime] = field(default_factory=dict)
    overrides: dict[str, Fraction] = field(default_factory=dict)
    excused: set[int] = field(default_factory=set)
    leaves_after: int = 99


def due(lesson):
    return FIRST_DUE + timedelta(weeks=lesson - 1)


def ids(lesson):
    return list(lesson_exercises(lesson))


def cheap(lesson):
    """The exercises that are handed in: few, and no right answer imports torch, to save time."""
    found = [name for name in ids(lesson) if "torch" not in right_answer(lesson, name)]
    return found[: 4 if lesson < 3 else 2]


@cache
def _statements(lesson):
    return statements_of(cells_of("solutions", lesson))


@cache
def right_answer(lesson, exercise):
    function = lesson_exercises(lesson)[exercise].function
    return "\n".join(needed(_statements(lesson), function, exercise))


def make_class(seed=5):
    """Sixty students; from the same seed, the same term."""
    rng = random.Random(seed)
    students = [Student(f"s{n:02}", f"{_first(n)} {_last(n)}") for n in range(N_STUDENTS)]
    for student in students:
        for lesson in LESSONS:
            if rng.random() < 0.93:
                student.hand_ins[lesson] = _some(rng, lesson)
    for student in rng.sample(students, 8):
        lesson = rng.choice(LESSONS)
        student.extensions[lesson] = due(lesson) + timedelta(days=3)
    for student in rng.sample(students, 8):
        exercise = rng.choice(ids(rng.choice(LESSONS)))
        most = lesson_exercises(int(exercise[0]))[exercise].points
        student.overrides[exercise] = Fraction(rng.randrange(2 * most + 1), 2)
    for student in rng.sample(students, 3):
        student.excused.add(rng.choice(LESSONS))
    gone = students[17]
    gone.leaves_after = 3
    gone.hand_ins = {n: some for n, some in gone.hand_ins.items() if n <= 3}
    gone.overrides, gone.excused, gone.extensions = {}, set(), {}
    return students


def _some(rng, lesson):
    """One hand-in before or after the date, and sometimes another one in the second export."""
    first = _hand_in(rng, lesson, due(lesson) + timedelta(hours=rng.randint(-90, 20)))
    if rng.random() < 0.75:
        return [first]
    later = max(first.when, due(lesson)) + timedelta(hours=rng.randint(1, 100))
    return [first, _hand_in(rng, lesson, later)]


def _hand_in(rng, lesson, when):
    known = cheap(lesson)
    right = [name for name in known if rng.random() < 0.6]
    nearly = lesson == 1 and rng.random() < 0.3
    right = [name for name in right if not (nearly and name == NEARLY)]
    rest = [name for name in known if name not in right and not (nearly and name == NEARLY)]
    tried = [name for name in rest if rng.random() < 0.3]
    return HandIn(when.replace(minute=rng.randrange(60)), right, nearly, tried)


def _first(n):
    return ("Ada", "Bea", "Cyd", "Dan", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon")[n % 10]


def _last(n):
    return ("Abel", "Brun", "Curi", "Dira", "Eule", "Feig")[n // 10]


# ------------------------------------------------------------------ what is handed in


def cells(lesson, one):
    """The code of a notebook."""
    made = [f"# handed in {one.when}"]  # so that no two of a student are the same file
    made += [right_answer(lesson, name) for name in one.right]
    if one.nearly:
        function = lesson_exercises(lesson)[NEARLY].function
        made.append(right_answer(lesson, NEARLY).replace(f"def {function}(", "def exactly("))
        made.append(f"def {function}(clean, noisy):\n    return exactly(clean, noisy) + 0.01")
    for name in one.tried:
        function = lesson_exercises(lesson)[name].function
        made.append(f"def {function}(*args, **options):\n    return 'no idea'")
    return made


def export(path, students, lesson, until):
    """Write what Brightspace exports at a time: everything that was handed in before."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, student in enumerate(students):
            for one in student.hand_ins.get(lesson, []):
                if one.when > until:
                    continue
                when = one.when.strftime("%b %d, %Y %I%M %p")
                name = f"{1000 + number}-{lesson} - {student.name} - {when} - lesson.ipynb"
                archive.writestr(name, json.dumps(notebook(cells(lesson, one))))


# ------------------------------------------------------------------ what it comes to


def points_of(student, lesson, one, mended):
    """The points of each exercise in one hand-in, with what people have set."""
    right = set(one.right if one else ())
    if one and one.nearly and mended:
        right.add(NEARLY)
    points = {
        name: Fraction(exercise.points if name in right else 0)
        for name, exercise in lesson_exercises(lesson).items()
    }
    return points | {name: p for name, p in student.overrides.items() if name in points}


def days_late(student, lesson, one):
    """Days that had begun, by the clock; the date ends with its minute."""
    until = max(due(lesson), student.extensions.get(lesson, due(lesson)))
    late = one.when - (until + timedelta(seconds=59, microseconds=999_999))
    return max(0, ceil(late / timedelta(days=1)))


def reckon(students, mended=True):
    """Points after lateness by student and lesson, and the per cent of the course."""
    lessons, percents = {}, {}
    for student in students:
        left, shares, weights = FREE_DAYS, {}, {}
        for lesson in LESSONS:
            best = _best(student, lesson, left, mended)
            points, days, free, off = best
            exercises = lesson_exercises(lesson)
            if lesson in student.excused:
                lessons[student.id, lesson] = None
                continue
            left -= free
            earned = sum(points.values())
            lessons[student.id, lesson] = earned - off
            weight = {name: EXERCISE_WEIGHTS.get(name, Fraction(1)) for name in exercises}
            of = sum(weight[name] * exercises[name].points for name in exercises)
            share = sum(weight[name] * points[name] for name in exercises) / of
            shares[lesson] = share * (1 - off / earned) if earned else Fraction(0)
            whole = sum(one.points for one in exercises.values())
            weights[lesson] = LESSON_WEIGHTS.get(lesson, Fraction(whole))
        kept = sorted(shares, key=lambda n: (shares[n], n))[DROPPED:]
        total = sum(weights[n] for n in kept)
        percents[student.id] = 100 * sum(weights[n] * shares[n] for n in kept) / total
    return lessons, percents


def _best(student, lesson, left, mended):
    """The attempt that counts: points, days late, free days, and what is taken off."""
    found = []
    for number, one in enumerate(student.hand_ins.get(lesson, []) or [None]):
        points = points_of(student, lesson, one, mended)
        earned = sum(points.values())
        days = days_late(student, lesson, one) if one else 0
        free = min(days, left) if earned else 0
        off = min(earned * PER_DAY * (days - free), earned * AT_MOST)
        off = Fraction(floor(off * 100), 100)
        found.append(((earned - off, -days, number), (points, days, free, off)))
    return max(found, key=lambda pair: pair[0])[1]
