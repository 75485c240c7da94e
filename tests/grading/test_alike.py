"""Answers that are equal after renaming and reordering, and answers that are not."""

import pytest

from refimpl.course.grading.needed import needed, statements_of
from refimpl.course.grading.report import ExerciseReport
from refimpl.course.grading.reporting.alike import count_pairs, find_alike, normal_form
from refimpl.course.grading.reporting.answers import Answer
from refimpl.course.grading.reporting.known_answers import known_answers
from refimpl.course.grading.term.people import Person
from refimpl.course.grading.term.standing import Standing
from tests.grading.notebooks import ROOT, cells_of

FIRST = '''
import numpy as np
def levels(frames, floor=1e-5):
    """Say something."""
    power = np.mean(frames**2, axis=1)
    largest = np.max(power)
    safe = np.maximum(power, floor)
    total = 0.0
    for value in safe:
        total += value
    return 10 * np.log10(safe / largest), total
'''
RENAMED = """
import numpy as np
def levels(x, eps: float = 1e-5) -> tuple:
    # my own idea
    s = 0.0
    p = np.mean(x**2, axis=1)
    q = np.maximum(p, eps)   # no zeros
    m = np.max(p)
    print("here")
    for v in q:
        s += v
    return 10 * np.log10(q / m), s
"""


def form(source, function="levels"):
    return normal_form(source, function)[0]


def test_names_comments_hints_prints_and_order_make_no_difference():
    assert form(FIRST) == form(RENAMED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("axis=1", "axis=0"),
        ("axis=1", "keepdims=1"),
        ("np.mean", "np.median"),
        ("10 * np", "20 * np"),
        ("safe / largest", "largest / safe"),  # other data, the same words
        ("in safe:", "in power:"),
        ("total += value", "total -= value"),
        ("np.max(power)", "max(power)"),
        ("floor=1e-5", "floor=1e-6"),
    ],
)
def test_another_calculation_is_another_answer(old, new):
    assert old in FIRST and form(FIRST) != form(FIRST.replace(old, new))


def test_helpers_may_have_any_name_and_place():
    one = "def square(a):\n    return a * a\ndef levels(x):\n    y = square(x)\n    return y.sum()"
    two = "def levels(b):\n    c = sq(b)\n    return c.sum()\ndef sq(z):\n    return z * z"
    assert form(one) == form(two)
    assert form(one) != form(two.replace("z * z", "z + z"))


def test_text_that_is_no_python_equals_itself_alone():
    assert form("def (") == form("def (") != form("def ((")
    assert normal_form("def (", "f")[1] == 0


def answer(student, source=FIRST, status="right"):
    person = Person(student)
    report = ExerciseReport("1.3", 4, 4, status)
    return Answer(Standing(1, person, "graded"), report, "levels", source)


def wrong(n):
    return FIRST.replace("10 *", f"{n} *")


def test_groups_say_more_where_the_answer_is_wrong():
    answers = [answer("ada"), answer("bob", RENAMED)]
    answers += [answer("cyd", wrong(3), "wrong"), answer("dan", wrong(3), "wrong")]
    answers += [answer("eve", wrong(7), "wrong")]
    found = find_alike({"1.3": answers}, {})
    names = [[one.standing.person.id for one in group.answers] for group in found.groups]
    assert names == [["cyd", "dan"], ["ada", "bob"]]
    assert count_pairs(found.groups) == [(("cyd", "dan"), 1), (("ada", "bob"), 1)]


def test_the_courses_own_short_and_common_answers_are_counted_and_not_shown():
    short = "def levels(x):\n    return x.sum()"
    answers = [answer("ada"), answer("bob"), answer("cyd", short), answer("dan", short)]
    answers += [answer(f"s{n}", wrong(5)) for n in range(4)]
    found = find_alike({"1.3": answers}, {"1.3": {form(FIRST)}})
    assert (found.groups, found.n_known, found.n_short) == ([], 2, 2)
    assert [len(group.answers) for group in found.common] == [4]


@pytest.mark.parametrize("lesson", [1, 3])
def test_the_released_solution_is_known(lesson):
    known = known_answers(ROOT, lesson)
    assert all(known.values())
    if lesson == 1:
        (cell,) = [one for one in cells_of("solutions", 1) if "def signal_to_noise(" in one]
        cell = "import numpy as np\n" + cell.replace("noisy", "zzz")
        source = "\n".join(needed(statements_of([cell]), "signal_to_noise"))
        assert form(source, "signal_to_noise") in known["1.3"]


def test_without_the_repository_nothing_is_known():
    assert known_answers(None, 1) == {}
