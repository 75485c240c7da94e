"""Turning what an answer returned into arrays, and saying in words how two arrays differ."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Results = dict[str, np.ndarray]

# What may stand for what: whole numbers for real ones, but not the other way round.
_STANDS_FOR = {"b": "b", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu", "U": "U"}
_CALLED = {
    "b": "True or False (a boolean dtype)",
    "i": "whole numbers (an integer dtype)",
    "u": "whole numbers (an integer dtype)",
    "f": "real numbers",
    "c": "complex numbers",
    "U": "text",
}


def as_array(value: Any) -> np.ndarray:
    """Return a value as a plain array, whatever it is: a number, a list, a tensor, an array.

    Any other value becomes an array of objects, which every comparison rejects.
    """
    torch = sys.modules.get("torch")
    # By its type: anything can have an attribute `detach`, or say that it is of another class.
    if torch and issubclass(type(value), torch.Tensor):
        value = value.detach().cpu().numpy()  # it may still be part of a graph
    try:
        # A copy without the subclass: an array that redefines `==` is not to have a say.
        return np.array(value, subok=False)
    except ValueError:  # a list whose rows have different lengths
        holder = np.empty((), dtype=object)
        holder[()] = value
        return holder


def arrays(returned: dict[str, Any]) -> Results:
    """Return all results as plain arrays."""
    return {name: as_array(value) for name, value in returned.items()}


def call_once(function: Callable, inputs: dict[str, Any]) -> Results:
    """Call the function with the inputs by name, and take its value as the only result."""
    return {"result": function(**inputs)}


def compare_arrays(
    expected: Results, given: Results, inputs: dict[str, Any], *, tolerance: float = 1e-6
) -> str | None:
    """Say what is wrong with the given arrays, or return None when they are right.

    Args:
        expected: The reference's results, by name.
        given: The answer's results, by name.
        inputs: The arguments of both; a comparison that knows a misconception uses them.
        tolerance: The largest difference that is still right, absolute and relative; a whole
            number has to be exact.

    Returns:
        A few lines that say what was expected and what came, or None.
    """
    del inputs  # this comparison knows no misconceptions
    for name, right in expected.items():
        if complaint := compare_array(right, given[name], tolerance):
            return complaint if name == "result" else f"{name}:\n{complaint}"
    return None


def compare_array(right: np.ndarray, answer: np.ndarray, tolerance: float = 1e-6) -> str | None:
    """Say how one array differs from the right one, or return None."""
    if _is_none(right):  # a known wrong answer may return nothing; a reference never does
        return None if _is_none(answer) else "expected None"
    if complaint := _compare_kind(right, answer):
        return complaint
    if not right.shape and answer.shape:
        if answer.size != 1:
            return f"expected a single number, got an array of the shape {answer.shape}"
        answer = answer.reshape(())  # an array that holds one number is one number
    if answer.shape != right.shape:
        return f"expected the shape {right.shape}, got {answer.shape}"
    if right.dtype.kind in "bU":
        bad = answer != right
        difference = ""
    else:
        # A reference is finite; a known wrong answer need not be, and may be compared with too.
        finite = np.isfinite(answer), np.isfinite(right)
        if n_bad := np.count_nonzero(~finite[0] & finite[1]):
            return f"{n_bad} of {answer.size} values are not finite"
        # In double precision, where whole numbers cannot run over.
        wide = np.result_type(right, np.float64)
        with np.errstate(invalid="ignore"):
            distance = np.abs(answer.astype(wide) - right.astype(wide))
            distance = np.where(finite[0] & finite[1], distance, 0.0)
            # A whole number is right or wrong, however large.
            allowed = 0 if right.dtype.kind in "iu" else tolerance
            far = distance > allowed * (1 + np.abs(right.astype(wide)))
        bad = far | (finite[0] != finite[1])
        difference = f"\nlargest difference: {distance.max():.4g}" if distance.size else ""
    if not np.any(bad):
        return None
    where = tuple(int(i) for i in np.argwhere(bad)[0])
    start = max(0, int(np.ravel_multi_index(where, right.shape)) - 1) if where else 0
    first = f"\nfirst at position {where if len(where) > 1 else where[0]}" if where else ""
    count = f", in {np.count_nonzero(bad)} of {right.size} values" if right.size > 1 else ""
    return (
        f"expected {_short(right, start)}\ngot      {_short(answer, start)}"
        f"{first}{difference}{count if difference else ''}"
    )


def _compare_kind(right: np.ndarray, answer: np.ndarray) -> str | None:
    """Say what is wrong with the type of an answer's values, or return None."""
    if _is_none(answer):
        return f"expected {_short(right)}\ngot      None: does your function return its result?"
    if answer.dtype.kind not in _CALLED:
        shown = repr(answer[()] if answer.ndim == 0 else answer.tolist())
        return f"expected {_short(right)}\ngot      {shown:.60}, which is no number and no array"
    if answer.dtype.kind not in _STANDS_FOR[right.dtype.kind]:
        return (
            f"expected {_CALLED[right.dtype.kind]}: {_short(right)}\n"
            f"got      {_CALLED[answer.dtype.kind]}: {_short(answer)}"
        )
    return None


def _is_none(array: np.ndarray) -> bool:
    return array.dtype == object and array.ndim == 0 and array[()] is None


def _short(array: np.ndarray, start: int = 0) -> str:
    """A few of an array's values on one line, from a position on."""
    some = array.ravel()[start : start + 6]
    as_text = "{:.6g}" if array.dtype.kind in "fc" else "{}"
    text = ", ".join(as_text.format(value) for value in some)
    if not array.ndim:
        return text
    return f"[{'… ' if start else ''}{text}{', …' if start + 6 < array.size else ''}]"
