"""All exercises by their id; one module a lesson."""

from refimpl.course.exercise import Exercise
from refimpl.course.exercises import lesson_01

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise for lesson in (lesson_01,) for exercise in lesson.EXERCISES
}
