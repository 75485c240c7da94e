"""Noticing that an answer calls what it is to write."""

import math
import sys
from functools import cache
from types import ModuleType

import numpy as np
import pytest

from refimpl.course.guard import ForbiddenCall, Guard
from refimpl.errors import UserError
from refimpl.mel import MelConfig


def double(x):
    return 2 * x


@cache
def triple(x):
    return 3 * x


def test_a_function_that_calls_nothing_forbidden_works_as_ever():
    assert Guard(lambda x: x + x, [double])(4) == 8


@pytest.mark.parametrize(
    ("function", "forbidden"),
    [
        (lambda x: double(x), [double]),
        (lambda x: list(map(double, [x]))[0], [double]),
        (lambda x: triple(x), [triple]),
        (lambda x: math.sqrt(x), ["math.sqrt"]),
        (lambda x: np.convolve([x], [1.0]), ["numpy.convolve"]),
        (lambda x: MelConfig(n_fft=512), ["refimpl.mel.MelConfig"]),
    ],
)
def test_a_forbidden_call_is_noticed(function, forbidden):
    triple(4)  # what is cached already would be no call
    with pytest.raises(ForbiddenCall, match="which it is to replace"):
        Guard(function, forbidden)(4)


def test_what_was_not_imported_before_is_noticed_too(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "colorsys"]:
        monkeypatch.delitem(sys.modules, name)

    def imports_it_late(x):
        from colorsys import rgb_to_hsv as other_name

        return other_name(x, x, x)

    guard = Guard(imports_it_late, ["colorsys.rgb_to_hsv"])
    assert "colorsys" not in sys.modules
    with pytest.raises(ForbiddenCall):
        guard(0.5)


def test_catching_the_exception_does_not_help():
    def sly(x):
        try:
            return double(x)
        except BaseException:
            return 2 * x

    with pytest.raises(ForbiddenCall):
        Guard(sly, [double])(4)


def test_whoever_profiles_goes_on_profiling():
    def profiler(*event):
        pass

    sys.setprofile(profiler)
    try:
        Guard(lambda: 1, [double])()
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)


def test_a_name_that_does_not_exist_is_the_authors_mistake():
    with pytest.raises(UserError, match="refimpl.mel.no_such_function"):
        Guard(double, ["refimpl.mel.no_such_function"])


def test_a_part_that_a_module_imports_late_is_not_imported_by_a_guard(monkeypatch):
    late = ModuleType("late")
    exec(
        "def __getattr__(name):\n    globals()[name] = lambda x: x\n    return globals()[name]",
        vars(late),
    )
    monkeypatch.setitem(sys.modules, "late", late)
    guard = Guard(lambda x: x, ["late.part"])
    assert guard(1) == 1 and "part" not in vars(late)
