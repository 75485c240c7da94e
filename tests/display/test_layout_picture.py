"""The picture of a layout names the code in each cell."""

import pytest

from refimpl.display import plot_layout
from refimpl.errors import UserError
from refimpl.layouts import LAYOUTS, make_layout


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("flat", ["1.0, 1.1, 2.0, 2.1"]),
        ("partial_flat", ["1.0, –, 2.0, –", "–, 1.1, –, 2.1"]),
        ("parallel", ["1.0, 2.0", "1.1, 2.1"]),
        ("delay", ["1.0, 2.0, –", "–, 1.1, 2.1"]),
        ("delay:0,2", ["1.0, 2.0, –, –", "–, –, 1.1, 2.1"]),
        ("coarse_first", ["1.0, 2.0, –, –, –", "–, –, –, 1.1, 2.1"]),
    ],
)
def test_each_cell_names_its_code(name, columns):
    picture = plot_layout(make_layout(name, [4, 3]), n_steps=2)
    for number, column in enumerate(columns):
        assert f"column {number}: {column}" in picture.alt
    shown = [text.get_text() for text in picture.axes[0].texts]
    assert sorted(shown) == sorted(", ".join(columns).split(", "))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_can_be_drawn(name):
    layout = make_layout(name, [4, 4, 4])
    picture = plot_layout(layout)
    assert f"{name}: {layout.rows_per_step} row" in picture.alt
    assert picture.alt.count(".2") == 4


def test_what_makes_no_picture_is_named():
    for n_steps in (0, 13):
        with pytest.raises(UserError, match=f"n_steps is {n_steps}; give 1 to 12"):
            plot_layout(make_layout("flat", [4]), n_steps=n_steps)
    with pytest.raises(UserError, match="give each 2 or more"):
        plot_layout(make_layout("flat", [4, 1]))
