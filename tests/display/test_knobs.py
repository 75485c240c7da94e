"""Explored functions: what is drawn, what is stored, and what a page gets without a script."""

import re

import pytest

from refimpl.display import explore, play
from refimpl.display.knobs import MARK, SLIDERS, STILL
from refimpl.errors import UserError
from tests.display.shown import RATE, Tags, tone

KNOBS = {"n_fft": [512, 2048], "hop": [32, 704]}


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, one after another, each with how it is marked."""
    monkeypatch.setenv("REFIMPL_QUIET", "1")
    objects = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda one, metadata, raw=False: objects.append((one, metadata[MARK])),
    )
    return objects


def stills(shown):
    return [one for one, mark in shown if mark == STILL]


def html(shown):
    (page,) = (one for one, mark in shown if mark == SLIDERS)
    assert list(page) == ["text/html"]  # no words: a notebook that stores text leaves it out
    return page["text/html"]


def test_the_stills_are_each_value_of_the_first_knob(shown):
    explore(lambda n_fft, hop: n_fft + hop, KNOBS)
    assert repr(stills(shown)[2]) == "n_fft = 2,048, hop = 32"
    assert [stills(shown)[1], stills(shown)[3]] == [544, 2080]
    assert len(stills(shown)) == 4


def test_the_stills_are_chosen_settings_and_several_drawings(shown):
    explore(lambda n_fft, hop: [n_fft, hop], KNOBS, twin=[{"n_fft": 2048, "hop": 704}])
    assert stills(shown)[1:] == [2048, 704]


def test_every_combination_is_drawn_once_and_is_in_the_page_in_order(shown):
    drawn = []

    def draw(n_fft, hop):
        drawn.append((n_fft, hop))
        return f"<{n_fft}+{hop}>"

    explore(draw, KNOBS, twin=[{"n_fft": 2048, "hop": 704}])
    assert drawn == [(512, 32), (512, 704), (2048, 32), (2048, 704)]
    page = html(shown)
    assert re.findall(r"&lt;\d+\+\d+&gt;", page) == [f"&lt;{a}+{b}&gt;" for a, b in drawn]
    assert [tag for tag, _ in Tags(page).tags].count("section") == 4
    assert page.count("<section data-twin>") == 1
    assert page.index("<section data-twin>") > page.index("512+704")
    assert "http" not in page


def test_a_session_at_the_screen_shows_the_sliders_alone(shown, monkeypatch):
    monkeypatch.delenv("REFIMPL_QUIET")
    explore(lambda hop: play(tone(), RATE, f"{hop}"), {"hop": [32, 1704]})
    assert stills(shown) == []
    assert 'aria-label="1704, 1.00 s"' in html(shown)
    assert "hop = 1,704" in html(shown)


@pytest.mark.parametrize(
    ("knobs", "twin", "needed"),
    [
        ({"a": [1]}, None, "a has 1 values: a knob needs at least two"),
        ({"a": range(7), "b": range(6)}, None, "42 combinations of values given, 40 at most"),
        ({"a": [1, 2]}, [{"a": 3}], "twin has a = 3"),
    ],
)
def test_what_cannot_be_explored_is_an_error(shown, knobs, twin, needed):
    with pytest.raises(UserError, match=needed):
        explore(lambda **values: values, knobs, twin=twin)
    assert shown == []
