"""The tests of each core module notice faults that a person could make in it."""

import time

import pytest

from tests.mutation.faults import FAULTS
from tools.mutate import copy_project, patience, read_settings, run_tests

TESTS = read_settings()["tests"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the package and its tests, to put faults in."""
    return copy_project(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def unchanged(project):
    """Run test files without a fault, each set once: what failed, and the seconds that it took."""
    known = {}

    def run(files):
        if files not in known:
            start = time.monotonic()
            known[files] = run_tests(project, files), time.monotonic() - start
        return known[files]

    return run


def test_each_fault_is_one_change_and_has_tests():
    from tools.mutate import ROOT

    for fault in FAULTS:
        text = (ROOT / "refimpl" / fault.file).read_text(encoding="utf-8")
        assert text.count(fault.right) == 1, fault
        assert TESTS[f"refimpl/{fault.file}"], fault


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_fails_the_tests_of_its_module(fault, project, unchanged):
    files = tuple(TESTS[f"refimpl/{fault.file}"])
    failure, seconds = unchanged(files)
    assert failure is None
    path = project / "refimpl" / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        failure = run_tests(project, files, patience(seconds))
    finally:
        path.write_text(text, encoding="utf-8")
    assert failure, f"{', '.join(files)} pass with this fault: {fault.what}"
