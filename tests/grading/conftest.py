"""What several tests of grading share."""

import pytest

from refimpl.course.grading import grade as grading
from tests.browsing import browser  # noqa: F401  (a fixture)
from tests.grading.term_course import TermCourse


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course that is graded without a sandbox."""
    made = TermCourse(tmp_path)
    monkeypatch.setattr(grading, "on_this_machine", made.engine)
    monkeypatch.setattr(grading, "prepare", lambda task: None)
    return made
