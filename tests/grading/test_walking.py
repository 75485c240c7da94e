"""A right answer is right by itself or at its check; what is sure by itself is not run again."""

import sys

import pytest

import refimpl.course
from refimpl.course.exercises import find_exercise
from refimpl.course.grading.answer_key import make_answer_key
from refimpl.course.grading.child import BEFORE, Notebook, answer
from refimpl.course.grading.walking import walk
from tests.grading.honest import ANSWER, CHECK, HONEST
from tests.grading.settings import SECRET

HEADER = "import numpy as np\nfrom refimpl.course import check"
EXERCISE = find_exercise("1.3")
QUESTION = make_answer_key(1, SECRET)[2]
SECONDS = 0.2  # for a cell: a quarter of it


@pytest.fixture(autouse=True)
def notebooks_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(refimpl.course, "check", refimpl.course.check)


def read(cells):
    made = Notebook([HEADER, *cells])
    made.about("signal_to_noise", "1.3", [])
    return made


def is_right(trials):
    return len(trials) == len(QUESTION.trials) and all(
        trial["status"] == "called"
        and not EXERCISE.compare(
            right, {name: one["value"] for name, one in trial["results"].items()}, {}
        )
        for right, trial in zip(QUESTION.expected, trials, strict=True)
    )


def by_itself(made):
    request = QUESTION.how | {"trials": QUESTION.trials}
    reply = answer(made.needed["signal_to_noise"] or [], request, must_hold=False)
    trials = reply.get("trials", [])
    reason = trials[-1].get("reason", "") if trials else reply["reason"]
    return is_right(trials), BEFORE in reason


def at_its_check(made):
    how = QUESTION.how | {"trials": QUESTION.trials}
    request = {"of": {"1.3": how}, "seconds": SECONDS, "seconds each": 30.0}
    found = walk(made.sources, made.statements, request, must_hold=False)["found"]["1.3"]
    return any(map(is_right, found))


@pytest.mark.parametrize("name", HONEST)
def test_a_right_answer_is_right_by_itself_or_at_its_check(name):
    made = read(HONEST[name].cells)
    assert not made.broken
    is_certain = made.about("signal_to_noise", "1.3", [])["certain"]
    right, failed_before = by_itself(made)
    assert right or ((failed_before or not is_certain) and at_its_check(made))


@pytest.mark.parametrize("name", HONEST)
def test_at_its_check_every_answer_is_right_but_an_open_one(name):
    assert at_its_check(read(HONEST[name].cells)) == (name != "a blank stub between")


PLAIN = {
    "nothing else": [ANSWER],
    "a number": ["FACTOR = 10", ANSWER],
    "a helper": ["def ten():\n    return 10", ANSWER.replace("FACTOR", "ten()")],
    "a module imported twice": ["import numpy as np", ANSWER],
    "plots and seeds": [
        "import matplotlib.pyplot as plt\nnp.random.seed(0)\nplt.plot([1])",
        ANSWER,
    ],
    "warnings that are hidden": ["import warnings\nwarnings.simplefilter('ignore')", ANSWER],
    "an object that is set up": ["figure = np.zeros(3)\nfigure.set_title('x')", ANSWER],
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_not_run_again(name):
    assert read([*PLAIN[name], CHECK]).about("signal_to_noise", "1.3", [])["certain"]


UNSURE = {
    "warnings that become errors": ["import warnings\nwarnings.simplefilter('error')", ANSWER],
    "a setting of numpy": ["np.seterr(all='raise')", ANSWER],
}


@pytest.mark.parametrize("name", UNSURE)
def test_what_may_change_an_answer_is_run_again(name):
    assert not read([*UNSURE[name], CHECK]).about("signal_to_noise", "1.3", [])["certain"]


def test_cells_below_the_last_check_are_not_run():
    made = read([ANSWER.replace("FACTOR", "10"), CHECK, "ran_below.append(1)"])
    ran = refimpl.course.ran_below = []
    try:
        made.sources.insert(1, "from refimpl.course import ran_below")
        assert at_its_check(read(made.sources)) and ran == []
    finally:
        del refimpl.course.ran_below
