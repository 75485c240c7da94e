"""Layouts: how a codec's streams of codes become the rows of tokens that a model reads.

Read in this order: `layout`, `flat`, `delay`, `coarse_first`, `partial_flat`.
"""

import re
from collections.abc import Sequence

from refimpl.errors import suggest
from refimpl.layouts.coarse_first import CoarseFirst
from refimpl.layouts.delay import Delay, Parallel, PartialDelay
from refimpl.layouts.flat import Flat
from refimpl.layouts.layout import Layout, LayoutError
from refimpl.layouts.partial_flat import PartialFlat

LAYOUTS: dict[str, type[Layout]] = {
    "flat": Flat,
    "partial_flat": PartialFlat,
    "parallel": Parallel,
    "delay": Delay,
    "partial_delay": PartialDelay,
    "coarse_first": CoarseFirst,
}


def make_layout(name: str, stream_sizes: Sequence[int], kind: str = "course") -> Layout:
    """Make a layout by its name in `LAYOUTS`.

    Args:
        name: such as "flat" or "delay"; behind a colon, the delays of "delay:0,1,1,3".
        stream_sizes: number of codes in each of the codec's streams.
        kind: of the vocabulary, "course" or "report".

    Raises:
        LayoutError: no layout of that name, delays that do not fit, or no streams.
    """
    word, colon, numbers = name.partition(":")
    if word not in LAYOUTS:
        raise LayoutError(f"there is no layout {word!r}; {suggest(word, LAYOUTS)}")
    if not colon:
        return LAYOUTS[word](stream_sizes, kind)
    if word != "delay" or not re.fullmatch(r"[0-9]{1,4}(,[0-9]{1,4})*", numbers):
        raise LayoutError(
            f"the layout is {name!r}; only delay takes numbers, such as delay:0,1,1,3"
        )
    return Delay(stream_sizes, kind, delays=[int(number) for number in numbers.split(",")])


__all__ = [
    "LAYOUTS",
    "CoarseFirst",
    "Delay",
    "Flat",
    "Layout",
    "LayoutError",
    "Parallel",
    "PartialDelay",
    "PartialFlat",
    "make_layout",
]
