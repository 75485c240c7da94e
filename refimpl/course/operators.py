"""Seeing which of torch's operators an answer calls, whatever way it calls them.

A function of torch has many names: `torch.softmax`, `x.softmax`, `torch.ops.aten.softmax`. All lead
to the same operator, and torch tells a *mode* of each operator that it runs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# What a function's operators are called inside torch, where that is not its own name.
_INSIDE = {
    "softmax": ("_softmax", "_safe_softmax"),
    "scaled_dot_product_attention": ("_scaled_dot_product_",),
    "fft": ("_fft_c2c", "_fft_r2c"),
    "rfft": ("_fft_r2c",),
}


@cache
def warm_up() -> None:
    """Let torch import what it needs for this: hundreds of modules, with the first operator."""
    with _Quiet():
        torch.zeros(1) + 1


class _Quiet(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return function(*args, **(kwargs or {}))


@contextmanager
def watch_operators(names: set[str], notice: Callable[[str], None]) -> Iterator[None]:
    """Tell of each call of some functions of torch while a `with` block runs.

    Args:
        names: Of the functions, such as "softmax".
        notice: Called with a name before the operator runs.
    """
    warm_up()
    inside = {start: name for name in names for start in _INSIDE.get(name, ())}

    def look_at_operator(function: Any) -> None:
        operator = function._schema.name.split("::")[-1]
        for start, name in inside.items():
            if operator.startswith(start):
                notice(name)

    class Functions(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            # An overload of an operator is called such as `softmax.int`.
            name = str(getattr(function, "__name__", "")).split(".")[0].strip("_")
            if name in names:
                notice(name)
            return function(*args, **(kwargs or {}))

    class Operators(TorchDispatchMode):
        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            look_at_operator(function)
            return function(*args, **(kwargs or {}))

    with Functions(), Operators():
        yield
