"""Knobs: a widget if a kernel runs, and its static version everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from refimpl.display.bars import is_quiet


def explore(
    draw: Callable[..., Any],
    knobs: Mapping[str, Sequence],
    *,
    twin: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Show drawings for some settings and, if there is a kernel, a widget to change them.

    The static version comes first: the drawings for a few settings, each under its settings in
    words. A page without a kernel shows it too. The widget follows in an interactive session, but
    not if REFIMPL_QUIET is set, as it is while notebooks and the book are built.

    Args:
        draw: Called with one value for each knob, by name; returns something to show, such as a
            `Picture`, a `Player`, or a list of them.
        knobs: For each argument of `draw` the values that it can take, at least two.
        twin: The settings of the static version; None for each value of the first knob, with the
            other knobs at their first value.

    Taught in lesson 1.
    """
    from IPython.display import display

    first = {name: values[0] for name, values in knobs.items()}
    name = next(iter(knobs))
    for settings in twin or [first | {name: value} for value in knobs[name]]:
        display(Settings(settings))
        _show(draw(**first | dict(settings)))
    if not is_quiet():
        _show_widget(draw, knobs)


class Settings:
    """The settings above a drawing, in words."""

    def __init__(self, values: Mapping[str, Any]):
        self.values = values

    def __repr__(self) -> str:
        return ", ".join(f"{name} = {_spoken(value)}" for name, value in self.values.items())

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(repr(self))}</b></p>"


def _show_widget(draw: Callable[..., Any], knobs: Mapping[str, Sequence]) -> None:
    """Show a slider for each knob, and the drawing below."""
    import ipywidgets
    from IPython.display import display

    sliders = {
        name: ipywidgets.SelectionSlider(
            options=[(_spoken(value), value) for value in values],
            description=name,
            continuous_update=False,
            style={"description_width": "initial"},
        )
        for name, values in knobs.items()
    }

    def redraw(**values: Any) -> None:
        _show(draw(**values))

    drawn = ipywidgets.interactive_output(redraw, sliders)
    display(ipywidgets.VBox([*sliders.values(), drawn]))


def _show(drawn: Any) -> None:
    from IPython.display import display

    for one in drawn if isinstance(drawn, list | tuple) else [drawn]:
        display(one)


def _spoken(value: Any) -> str:
    """A value as it is read: thousands with a comma."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
