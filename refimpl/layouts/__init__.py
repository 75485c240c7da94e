"""Layouts: how a codec's streams of codes become the rows of tokens that a model reads.

Read in this order: `layout`, `flat`, `delay`, `coarse_first`.
"""

from collections.abc import Sequence

from refimpl.errors import suggest
from refimpl.layouts.coarse_first import CoarseFirst
from refimpl.layouts.delay import Delay, Parallel
from refimpl.layouts.flat import Flat
from refimpl.layouts.layout import Layout, LayoutError

LAYOUTS: dict[str, type[Layout]] = {
    "flat": Flat,
    "parallel": Parallel,
    "delay": Delay,
    "coarse_first": CoarseFirst,
}


def make_layout(name: str, stream_sizes: Sequence[int], kind: str = "course") -> Layout:
    """Make a layout by its name in `LAYOUTS`.

    Args:
        name: such as "flat" or "delay".
        stream_sizes: number of codes in each of the codec's streams.
        kind: of the vocabulary, "course" or "report".

    Raises:
        LayoutError: no layout of that name, or no streams.
    """
    if name not in LAYOUTS:
        raise LayoutError(f"there is no layout {name!r}; {suggest(name, LAYOUTS)}")
    return LAYOUTS[name](stream_sizes, kind)


__all__ = [
    "LAYOUTS",
    "CoarseFirst",
    "Delay",
    "Flat",
    "Layout",
    "LayoutError",
    "Parallel",
    "make_layout",
]
