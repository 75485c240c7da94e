"""Calling what an answer is to replace is noticed, or else a human is told of it."""

import pytest

from refimpl.course.grading.task import grade_cells
from tests.grading.notebooks import answered
from tests.grading.settings import TASK

pytestmark = pytest.mark.usefixtures("sandbox")
CALL = "standardise(audio, 100)"


def report_of(body, before="from refimpl.audio import standardise"):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    cell = f"{before}\ndef standard_clip(audio, n_samples):\n{lines}"
    report = grade_cells(TASK, answered(cell, "standard_clip"))
    (one,) = [one for one in report.exercises if one.id == "1.5"]
    assert report.points - one.points == 15
    return one


@pytest.mark.parametrize(
    "body",
    [
        f"return {CALL}",
        f"try:\n    return {CALL}\nexcept BaseException:\n    return audio[:n_samples]",
        f"import threading\nt = threading.Thread(target=lambda: {CALL})\nt.start()\nt.join()\n"
        "return audio[:n_samples]",
        "import refimpl.audio as tools\nreturn getattr(tools, 'stand' + 'ardise')(audio, 100)",
    ],
)
def test_a_forbidden_call_is_noticed(body):
    one = report_of(body)
    assert (one.status, one.points) == ("forbidden", 0), one
    assert one.needs_a_look


def test_what_cannot_be_noticed_is_seen_in_the_text():
    # Code in the same process can switch off whatever watches it.
    one = report_of(f"import sys\nsys.setprofile(None)\nreturn {CALL}")
    assert "uses setprofile" in one.remark
    assert "standardise, which the exercise forbids" in one.remark
    assert one.needs_a_look
