"""What the tests of the grader share: a sandbox, or the reason why there is none."""

import os

import pytest

from refimpl.course.grading.task import prepare
from refimpl.errors import UserError
from tests.grading.settings import TASK


@pytest.fixture(scope="session")
def sandbox():
    """Skip where there is no sandbox; in CI, fail."""
    try:
        prepare(TASK)
    except UserError as error:
        if os.environ.get("REFIMPL_REQUIRE_SANDBOX"):
            raise
        pytest.skip(f"no sandbox: {error}")
