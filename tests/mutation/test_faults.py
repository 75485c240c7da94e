"""The tests of each core module notice faults that a person could make in it."""

import pytest

from tests.mutation.faults import FAULTS
from tools.mutate import copy_project, read_settings, run_tests

TESTS = read_settings()["tests"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the package and its tests, to put faults in."""
    return copy_project(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def passes_unchanged(project):
    """Say of test files whether they pass without a fault; each set is run once."""
    known = {}

    def passes(files):
        if files not in known:
            known[files] = run_tests(project, files)
        return known[files]

    return passes


def test_each_fault_is_one_change_and_has_tests():
    from tools.mutate import ROOT

    for fault in FAULTS:
        text = (ROOT / "refimpl" / fault.file).read_text(encoding="utf-8")
        assert text.count(fault.right) == 1, fault
        assert TESTS[f"refimpl/{fault.file}"], fault


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_fails_the_tests_of_its_module(fault, project, passes_unchanged):
    files = tuple(TESTS[f"refimpl/{fault.file}"])
    assert passes_unchanged(files) is None
    path = project / "refimpl" / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        failure = run_tests(project, files)
    finally:
        path.write_text(text, encoding="utf-8")
    assert failure, f"{', '.join(files)} pass with this fault: {fault.what}"
