"""What a term comes to, against reckonings by hand: weights, dropped lessons, lateness."""

from dataclasses import replace
from fractions import Fraction

import pytest

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.term.decisions import EXCUSED
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.rules import LessonRules, Rules
from refimpl.course.grading.term.standing import NOT_HANDED_IN, Standing
from refimpl.course.grading.term.totals import total_up

ADA = Person("ada")


def stand(lesson, *points, **more):
    """Ada's standing in a lesson whose exercises came to these points."""
    ids = list(lesson_exercises(lesson))[: len(points)]
    earned = {name: Fraction(one) for name, one in zip(ids, points, strict=True)}
    return Standing(lesson, ADA, "graded", points=earned, **more)


def total(rules, *standings):
    (one,) = total_up({one.lesson: [one] for one in standings}, rules)
    return one


def points_of(lesson):
    return [one.points for one in lesson_exercises(lesson).values()]


def test_the_points_that_the_reckonings_below_take_for_granted():
    assert points_of(1) == [4, 4, 4, 3, 5]
    assert points_of(2) == [4, 4, 3, 3, 6, 3]


def test_without_weights_a_lesson_counts_as_many_points_as_it_gives():
    one = total(Rules(), stand(1, 4, 0, 0, 3, 0), stand(2, 4, 4))
    assert (one.points, one.of) == (15, 20 + sum(points_of(2)))
    assert one.percent == 100 * Fraction(15, one.of)


def test_lessons_with_weights():
    # Lesson 1: 15 of 20, weight 3. Lesson 2: 8 of 23, weight 1.
    # (3 · 3/4 + 1 · 8/23) / 4 = (207/92 + 32/92) / 4 = 239/368
    rules = Rules(lessons={1: LessonRules(weight=3), 2: LessonRules(weight=1)})
    one = total(rules, stand(1, 4, 4, 4, 3, 0), stand(2, 4, 4))
    assert one.percent == 100 * Fraction(239, 368)


def test_exercises_with_weights():
    # 1.1 counts double and 1.5 not at all: 2·4 + 4 + 4 + 3 = 19 can be reached.
    # Reached: 1.1 and 1.4, 2·4 + 3 = 11. Exercise 1.5, right as it is, adds nothing.
    rules = Rules(lessons={1: LessonRules(weights={"1.1": 2, "1.5": 0})})
    one = total(rules, stand(1, 4, 0, 0, 3, 5))
    assert one.percent == 100 * Fraction(11, 19)
    assert one.points == 12  # the points themselves stay as they were earned


def test_lateness_takes_the_same_share_of_a_weighted_lesson():
    # 12 points earned, 3 off: a quarter. Weighted share 11/19, less a quarter of it.
    rules = Rules(lessons={1: LessonRules(weights={"1.1": 2, "1.5": 0})})
    one = total(rules, stand(1, 4, 0, 0, 3, 5, deducted=Fraction(3)))
    assert one.percent == 100 * Fraction(11, 19) * Fraction(3, 4)


def test_the_lowest_share_is_dropped_and_not_the_fewest_points():
    # Lesson 1 with weights: 5 of 20 by points, and yet all that counts.
    rules = Rules(
        drop_lowest=1,
        lessons={1: LessonRules(weights={"1.1": 0, "1.2": 0, "1.3": 0, "1.4": 0})},
    )
    one = total(rules, stand(1, 0, 0, 0, 0, 5), stand(2, 4, 4))
    assert one.dropped == (2,) and one.percent == 100 and (one.points, one.of) == (5, 20)


@pytest.mark.parametrize(("drop", "dropped"), [(0, ()), (1, (3,)), (2, (2, 3)), (9, (2, 3))])
def test_so_many_are_dropped_and_one_is_always_left(drop, dropped):
    nothing = replace(stand(3), status=NOT_HANDED_IN)
    one = total(Rules(drop_lowest=drop), stand(1, 4, 4, 4, 3, 5), stand(2, 4, 4), nothing)
    assert one.dropped == dropped
    of = 20 + sum(sum(points_of(n)) for n in (2, 3) if n not in dropped)
    assert one.percent == 100 * Fraction(20 + (8 if 2 not in dropped else 0), of)


def test_what_is_excused_neither_counts_nor_uses_up_a_drop():
    excused = replace(stand(2), status=EXCUSED)
    one = total(Rules(drop_lowest=1), stand(1, 4, 4, 4, 3, 5), excused, stand(3))
    assert one.dropped == (3,) and one.percent == 100 and one.of == 20


def test_a_lesson_of_weight_0_uses_up_no_drop():
    rules = Rules(drop_lowest=1, lessons={3: LessonRules(weight=0)})
    one = total(rules, stand(1, 4, 4, 4, 3, 5), stand(2, 4, 4), stand(3))
    assert one.dropped == (2,) and one.percent == 100


def test_nothing_that_counts_has_no_percent():
    rules = Rules(lessons={1: LessonRules(weight=0)})
    assert total(rules, stand(1, 4)).percent is None
    assert total(Rules(), replace(stand(1), status=EXCUSED)).percent is None
