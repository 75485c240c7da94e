"""Knobs: what a function draws for each of some settings, under sliders, without a kernel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from refimpl.display.bars import is_quiet, progress_bar
from refimpl.errors import UserError

SCRIPT = Path(__file__).with_suffix(".js")
MAX_DRAWINGS = 40  # all of them are drawn at once and lie in the page
# How outputs are marked for the book: it shows the sliders, and leaves the stills out.
MARK, STILL, SLIDERS = "refimpl", "still", "sliders"


def explore(
    draw: Callable[..., Any],
    knobs: Mapping[str, Sequence],
    *,
    twin: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Show what a function draws, with a slider for each of its arguments.

    The function is called once for every combination of the values. The sliders choose between
    these drawings, so they work in a saved notebook and on a page of the book. A sound that plays
    continues at the same position when a slider moves.

    Args:
        draw: Called with one value for each knob, by name; returns something to show, such as a
            `Picture`, a `Player`, or a list of them.
        knobs: For each argument of `draw` the values that it can take, at least two.
        twin: The settings that paper shows, and pages without a script; None for each value of
            the first knob, with the other knobs at their first value. The sliders start at the
            first of these settings.

    Raises:
        UserError: A knob with fewer than two values, more than 40 combinations, or a setting in
            `twin` that the knobs do not have.

    Taught in lesson 1.
    """
    from IPython.display import display

    first = {name: values[0] for name, values in knobs.items()}
    name = next(iter(knobs))
    stills = [first | dict(one) for one in twin or [{name: value} for value in knobs[name]]]
    settings = _all_settings(knobs)
    _check(knobs, settings, stills)
    bar = progress_bar(settings, description="drawing", leave=False)
    drawn = [_as_list(draw(**one)) for one in bar]
    if is_quiet():
        # Words for a notebook that stores no HTML.
        for one in stills:
            for part in [Settings(one), *drawn[settings.index(one)]]:
                display(part, metadata={MARK: STILL})
    html = _html(knobs, settings, stills, drawn)
    display({"text/html": html}, raw=True, metadata={MARK: SLIDERS})


class Settings:
    """The settings above a drawing, in words."""

    def __init__(self, values: Mapping[str, Any]):
        self.values = values

    def __repr__(self) -> str:
        return ", ".join(f"{name} = {_spoken(value)}" for name, value in self.values.items())

    def _repr_html_(self) -> str:
        return f'<p class="settings"><b>{escape(repr(self))}</b></p>'


def _all_settings(knobs: Mapping[str, Sequence]) -> list[dict[str, Any]]:
    """Every combination of the knobs' values; the last knob turns fastest."""
    return [dict(zip(knobs, values, strict=True)) for values in product(*knobs.values())]


def _check(
    knobs: Mapping[str, Sequence], settings: list[dict[str, Any]], stills: list[dict[str, Any]]
) -> None:
    for name, values in knobs.items():
        if len(values) < 2:
            raise UserError(f"{name} has {len(values)} values: a knob needs at least two to turn")
    if (n_settings := prod(len(values) for values in knobs.values())) > MAX_DRAWINGS:
        raise UserError(
            f"{n_settings} combinations of values given, {MAX_DRAWINGS} at most can be drawn: "
            "give fewer values, or fewer knobs"
        )
    for one in stills:
        if one not in settings:
            raise UserError(f"twin has {Settings(one)}, which the knobs cannot be turned to")


def _html(
    knobs: Mapping[str, Sequence],
    settings: list[dict[str, Any]],
    stills: list[dict[str, Any]],
    drawn: list[list[Any]],
) -> str:
    """The drawings as one piece of HTML, with the script that lays the sliders over them."""
    sections = ""
    for one, parts in zip(settings, drawn, strict=True):
        mark = " data-twin" if one in stills else ""
        inside = "".join(map(_as_html, [Settings(one), *parts]))
        sections += f"<section{mark}>{inside}</section>"
    data = [{"name": name, "values": [*map(_spoken, values)]} for name, values in knobs.items()]
    label = f"{len(settings)} drawings, chosen by {' and '.join(knobs)}"
    script = SCRIPT.read_text(encoding="utf-8")
    return (
        f'<div class="refimpl-knobs" role="group" aria-label="{escape(label)}" '
        f'data-knobs="{escape(json.dumps(data))}"><div class="panels">{sections}</div>'
        f"<script>{script}</script></div>"
    )


def _as_list(drawn: Any) -> list[Any]:
    return list(drawn) if isinstance(drawn, list | tuple) else [drawn]


def _as_html(part: Any) -> str:
    if hasattr(part, "_repr_html_"):
        return part._repr_html_()
    return f"<pre>{escape(str(part))}</pre>"


def _spoken(value: Any) -> str:
    """A value as it is read: thousands with a comma."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
