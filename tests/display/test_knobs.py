"""A knob to turn, and its static twin."""

import ipywidgets
import pytest

from refimpl.display import explore


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, one after another."""
    monkeypatch.setenv("REFIMPL_QUIET", "1")
    objects = []
    monkeypatch.setattr("IPython.display.display", objects.append)
    return objects


def test_the_twin_shows_each_value_of_the_first_knob(shown):
    explore(lambda n_fft, hop: n_fft + hop, {"n_fft": [512, 2048], "hop": [32, 704]})
    assert repr(shown[2]) == "n_fft = 2,048, hop = 32"
    assert [shown[1], shown[3]] == [544, 2080]
    assert len(shown) == 4


def test_the_twin_shows_chosen_settings_and_several_drawings(shown):
    knobs = {"n_fft": [512, 2048], "hop": [32, 704]}
    explore(lambda n_fft, hop: [n_fft, hop], knobs, twin=[{"n_fft": 2048, "hop": 704}])
    assert shown[1:] == [2048, 704]


def test_a_widget_follows_where_somebody_is_at_the_screen(shown, monkeypatch):
    monkeypatch.delenv("REFIMPL_QUIET")
    explore(lambda n_fft: n_fft, {"n_fft": [512, 2048]})
    sliders = [child for child in shown[-1].children if hasattr(child, "options")]
    assert isinstance(shown[-1], ipywidgets.VBox)
    assert [label for label, _ in sliders[0].options] == ["512", "2,048"]
