"""All exercises: a package for each lesson, in it a module for each exercise.

A module holds one `EXERCISE`: where its inputs come from, the reference, and the wrong answers that
people give. A lesson's exercises are imported when one of them is first asked for.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from refimpl.course.exercise import Exercise
from refimpl.errors import UserError


def lesson_numbers() -> list[int]:
    """Return the numbers of the lessons that have exercises."""
    names = (module.name for module in iter_modules(__path__))
    return sorted(int(name.removeprefix("lesson_")) for name in names)


@cache
def lesson_exercises(lesson: int) -> dict[str, Exercise]:
    """Return a lesson's exercises by their id, in their order.

    Args:
        lesson: Its number, from 1.

    Raises:
        UserError: No such lesson.
    """
    if lesson not in lesson_numbers():
        known = ", ".join(map(str, lesson_numbers()))
        raise UserError(f"lesson {lesson} has no exercises; there are lessons {known}")
    package = import_module(f"{__name__}.lesson_{lesson:02}")
    found = [
        import_module(f"{package.__name__}.{module.name}").EXERCISE
        for module in iter_modules(package.__path__)
    ]
    found.sort(key=lambda exercise: int(exercise.id.split(".")[1]))
    return {exercise.id: exercise for exercise in found}


def all_exercises() -> dict[str, Exercise]:
    """Return the exercises of all lessons by their id, in their order."""
    return {
        exercise_id: exercise
        for lesson in lesson_numbers()
        for exercise_id, exercise in lesson_exercises(lesson).items()
    }


def find_exercise(exercise_id: str) -> Exercise:
    """Return an exercise by its id, such as "1.2", or say which ids there are.

    Raises:
        UserError: There is no such exercise.
    """
    lesson = str(exercise_id).split(".")[0]
    known_lesson = lesson.isdecimal() and int(lesson) in lesson_numbers()
    there = lesson_exercises(int(lesson)) if known_lesson else all_exercises()
    if exercise_id not in there:
        raise UserError(f"no exercise {exercise_id!r}; there are {', '.join(there)}")
    return there[exercise_id]
