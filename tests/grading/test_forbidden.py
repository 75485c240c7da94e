"""Calling what an answer is to replace is noticed, or else a human is told of it.

All tricks are handed in at once, each as an answer to an exercise of its own: exercise 2.2 under
many names.
"""

from dataclasses import replace

import pytest

from refimpl.course.grading.answer_key import make_answer_key
from refimpl.course.grading.examine import Examiner
from refimpl.course.grading.task import Task, prepare
from tests.grading.settings import LIMITS, SECRET, TASK
from tests.grading.tricks import COPIES, EARNED, IMPORT, TRICKS, handed_in

pytestmark = pytest.mark.usefixtures("sandbox")
ROOMY = Task(1, SECRET, replace(LIMITS, seconds=20, memory=2**32))
FRAMES = make_answer_key(2, SECRET)[1]


def graded(cells, question=FRAMES, task=TASK, before=()):
    """What answers come to, by their names, where each is an exercise of its own."""
    questions, sources = [], list(before)
    for number, (name, cell) in enumerate(cells.items(), start=1):
        exercise = replace(question.exercise, id=f"{name}.{number}", function=f"answer_{number}")
        questions.append(replace(question, exercise=exercise))
        sources.append(handed_in(cell, exercise.function))
    sandbox = prepare(task)[1]
    report = Examiner(questions, sandbox).examine(sources)
    assert report.status == "graded", report.reason
    return dict(zip(cells, report.exercises, strict=True))


@pytest.fixture(scope="module")
def tricks():
    return graded(TRICKS)


@pytest.fixture(scope="module")
def earned():
    return graded(EARNED, task=ROOMY)


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_earns_nothing_and_a_human_is_told(tricks, name):
    assert (tricks[name].points, tricks[name].needs_a_look) == (0, True), tricks[name]


@pytest.mark.parametrize("name", EARNED)
def test_an_honest_answer_that_looks_like_a_trick_earns_its_points(earned, name):
    assert earned[name].status == "right", earned[name]


CUT = """    padded = np.pad(audio, (n_fft // 2, n_fft))
    starts = hop_length * np.arange(1 + len(audio) // hop_length)
"""
SAME_NAME = f"""import numpy as np
def frame(padded, starts, n_fft):
    return np.array([padded[start : start + n_fft] for start in starts])
def NAME(audio, n_fft, hop_length):
{CUT}    return frame(padded, starts, n_fft)"""
NUMBA = f"""from numba import njit
import numpy as np
@njit
def cut(padded, starts, n_fft):
    out = np.zeros((len(starts), n_fft))
    for i, start in enumerate(starts):
        out[i] = padded[start : start + n_fft]
    return out
def NAME(audio, n_fft, hop_length):
{CUT}    return cut(padded, starts, n_fft)"""


@pytest.mark.parametrize("cell", [SAME_NAME, pytest.param(NUMBA, marks=pytest.mark.soak)])
def test_other_code_of_ones_own_earns_its_points(cell):
    assert graded({"own": cell}, task=ROOMY)["own"].status == "right"


DISARMS = """import sys, threading
import refimpl.course.guard as guard
def NAME(audio, n_fft, hop_length):
    guard.Guard.notice = guard.Guard.complain = lambda *given: None
    sys.setprofile = threading.setprofile = lambda f: None
    threading.Thread(target=lambda: [setattr(guard.Guard, 'notice', None) for _ in range(10**6)])
    return audio"""


def test_an_answer_to_another_exercise_disarms_nothing():
    came = graded({"disarms": DISARMS, "calls": COPIES["another name"]})
    assert came["calls"].status == "forbidden", came


def test_cells_above_a_check_disarm_nothing():
    above = f"""{DISARMS}
np = __import__("numpy")
NAME(np.zeros(3), 3, 1)"""
    call = "exec('same = frame')\ndef NAME(*given, **named):\n    return same(*given, **named)"
    cells = [
        "from refimpl.course import check",
        above.replace("NAME", "disarm"),
        "import sys\nsys.settrace(lambda *event: None)",
    ]
    came = graded({"calls": IMPORT + call}, before=cells)
    assert came["calls"].status in ("forbidden", "error"), came
    assert came["calls"].points == 0


TWIN = "import numpy as np\nwork = np.fft._pocketfft_umath\ndef NAME(**given):\n    return work"


def test_what_cannot_be_noticed_is_seen_in_the_text():
    remark = graded({"twin": TWIN})["twin"].remark
    assert "names numpy.fft._pocketfft_umath, a private part of numpy" in remark
