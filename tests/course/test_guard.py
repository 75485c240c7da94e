"""Noticing that an answer calls what it is to write."""

import _thread
import math
import os
import sys
from functools import cache
from types import ModuleType

import numpy as np
import pytest
import scipy.fft
import scipy.signal
import torch

from refimpl.course.differences import arrays, as_array
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


X = torch.arange(4.0)
SIGNAL = np.arange(8.0)
SOFTMAX = ["torch.softmax", "torch.nn.functional.softmax"]
ATTENTION = ["torch.nn.functional.scaled_dot_product_attention"]
FFT = ["numpy.fft.rfft", "scipy.fft.rfft", "torch.fft.rfft"]


@torch.jit.script
def scripted(x):
    return torch.softmax(x, 0)


@pytest.mark.parametrize(
    ("forbidden", "function"),
    [
        (SOFTMAX, lambda: torch.softmax(X, 0)),
        (SOFTMAX, lambda: X.softmax(0)),
        (SOFTMAX, lambda: list(map(torch.softmax, [X], [0]))),
        (SOFTMAX, lambda: torch.ops.aten.softmax(X, 0)),
        (SOFTMAX, lambda: torch.ops.aten._softmax(X, 0, False)),
        (SOFTMAX, lambda: torch.nn.Softmax(0)(X)),
        (SOFTMAX, lambda: torch.special.softmax(X, 0)),
        (SOFTMAX, lambda: scripted(X)),
        (ATTENTION, lambda: torch.ops.aten.scaled_dot_product_attention(*[X[None]] * 3)),
        (FFT, lambda: np.fft.rfft(SIGNAL)),
        (FFT, lambda: np.fft._pocketfft._raw_fft(SIGNAL, 8, -1, True, True, None)),
        (FFT, lambda: torch.ops.aten.fft_rfft(X)),
        (FFT, lambda: scipy.fft.rfft(SIGNAL)),
        (FFT, lambda: scipy.fft._pocketfft.basic.r2c(True, SIGNAL)),
        (FFT, lambda: scipy.fft._pocketfft.pypocketfft.r2c(SIGNAL, (0,))),
        (FFT, lambda: scipy.signal.stft(SIGNAL, nperseg=8)),
    ],
)
def test_a_function_under_another_of_its_names_is_noticed(forbidden, function):
    with pytest.raises(ForbiddenCall):
        Guard(function, forbidden)()


@pytest.mark.parametrize(
    ("forbidden", "function"),
    [
        (SOFTMAX, lambda: torch.exp(X) / torch.exp(X).sum()),
        (SOFTMAX, lambda: torch.log_softmax(X, 0)),
        (ATTENTION, lambda: torch.softmax(X[None] @ X[:, None], -1)),
        (FFT, lambda: np.exp(np.outer(SIGNAL, SIGNAL) * -2j) @ SIGNAL + np.fft.fftfreq(8)),
        (FFT, lambda: scipy.fft.dct(SIGNAL)),
    ],
)
def test_what_only_looks_like_it_is_not(forbidden, function):
    Guard(function, forbidden)()


def test_all_is_watched_until_the_results_are_plain():
    class Late:
        def __array__(self, *args, **kwargs):
            return np.array(double(2))

    guard = Guard(Late, [double])
    with pytest.raises(ForbiddenCall), guard.watching():
        arrays({"result": guard()})


def test_before_its_first_call_nothing_is_watched():
    guard = Guard(lambda x: x, [double])
    with guard.watching():
        assert guard(double(2)) == 4


def test_only_a_real_tensor_is_detached():
    class Sly:
        detach = cpu = lambda self: self
        numpy = lambda self: np.ones(3)  # noqa: E731

    assert as_array(Sly()).dtype == object
    assert as_array(torch.ones(3, requires_grad=True)).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "leave",
    [os.fork, lambda: sys.setprofile(None), lambda: _thread.start_new_thread(print, ())],
)
def test_whoever_must_stay_in_sight_cannot_leave(leave):
    with pytest.raises(ForbiddenCall, match="where nobody notices"):
        Guard(leave, [double])()


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
