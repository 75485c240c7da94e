"""A progress bar that appears in an interactive session and is silent everywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tqdm.auto import tqdm

QUIET_VARIABLE = "REFIMPL_QUIET"


def is_quiet() -> bool:
    """Whether the environment variable REFIMPL_QUIET asks for no progress bars."""
    return os.environ.get(QUIET_VARIABLE, "").lower() not in ("", "0", "false", "no")


def progress_bar(
    iterable: Iterable | None = None,
    total: int | None = None,
    description: str = "",
    *,
    leave: bool = True,
    unit: str = "it",
    show: bool | None = None,
) -> tqdm:
    """A bar with rate and time left, on standard error or as a widget in a notebook.

    Use it around an iterable, or as a context manager with `.update(n)`; in both cases
    `.set_postfix(loss=…)` puts figures behind the bar.

    Args:
        iterable: the items; None for a bar that `.update` moves.
        total: number of steps, if the iterable does not know it.
        description: text in front of the bar.
        leave: keep the finished bar.
        unit: the name of a step, as in "128 frames/s".
        show: True or False decides; None shows the bar in a notebook and in a terminal, but not if
            the output goes to a file or REFIMPL_QUIET is set.
    Returns:
        A tqdm bar, which is also the iterator.
    """
    # For tqdm, None means: disabled unless standard error is a terminal or a notebook.
    by_itself = True if is_quiet() else None
    disable = by_itself if show is None else not show
    return tqdm(
        iterable, desc=description or None, total=total, leave=leave, unit=unit, disable=disable
    )
