"""What tests of several folders share: a sandbox, or the reason why there is none."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Keep parsed scores out of the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REFIMPL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def sandbox():
    """Skip where there is no sandbox; in CI, fail."""
    # Not above: most runs of tests need no grader.
    from refimpl.course.grading.task import prepare
    from refimpl.errors import UserError
    from tests.grading.settings import TASK

    try:
        prepare(TASK)
    except UserError as error:
        if os.environ.get("REFIMPL_REQUIRE_SANDBOX"):
            raise
        pytest.skip(f"no sandbox: {error}")
