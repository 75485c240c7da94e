"""Cutting solutions and hidden tests out of a cell."""

import pytest

from refimpl.course.regions import has_solution, open_source, solutions
from refimpl.errors import UserError

SOLVED = '''\
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    twice = 2 * x
    return twice
    ### END SOLUTION
'''


def test_a_solution_becomes_a_placeholder_at_its_indentation():
    assert open_source(SOLVED) == (
        'def double(x):\n    """Twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError'
    )


def test_the_placeholder_runs_and_raises_only_when_called():
    names = {}
    exec(compile(open_source(SOLVED), "cell", "exec"), names)
    with pytest.raises(NotImplementedError):
        names["double"](1)


def test_hidden_tests_leave_nothing():
    source = "a = 1\n### BEGIN HIDDEN TESTS\nassert a == 1\n### END HIDDEN TESTS\nb = 2"
    assert open_source(source) == "a = 1\nb = 2"


def test_a_cell_without_regions_is_kept():
    assert open_source("a = 1  # ### BEGIN SOLUTION inside a line is no marker") == (
        "a = 1  # ### BEGIN SOLUTION inside a line is no marker"
    )
    assert has_solution(SOLVED)
    assert not has_solution("a = 1")


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\na = 1",
        "### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "### BEGIN SOLUTION\n### END HIDDEN TESTS",
        "### BEGIN SOLUTIONS\n### END SOLUTIONS",
    ],
)
def test_a_region_that_does_not_close_is_an_error(source):
    # A typing error here would publish the answer.
    with pytest.raises(UserError):
        open_source(source)


def test_solutions_are_found_as_they_are_written():
    assert solutions(SOLVED + SOLVED) == ["    twice = 2 * x\n    return twice"] * 2
    assert solutions("x = 1") == []
