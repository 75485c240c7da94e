"""Progress bars, and what the display package costs to import."""

import subprocess
import sys

import pytest

from refimpl import display


@pytest.fixture
def no_quiet(monkeypatch):
    monkeypatch.delenv("REFIMPL_QUIET", raising=False)


def test_progress_passes_everything_through(no_quiet):
    assert list(display.progress_bar(range(5), description="counting")) == list(range(5))
    assert list(display.progress_bar(iter("abc"), total=3)) == list("abc")


def test_a_shown_bar_goes_to_standard_error(no_quiet, capsys):
    with display.progress_bar(total=10, description="training", show=True) as bar:
        bar.update(10)
        bar.set_postfix(loss=1.25)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "training" in printed.err
    assert "10/10" in printed.err
    assert "loss=1.25" in printed.err


def test_a_bar_keeps_quiet_where_nobody_watches(no_quiet, capsys, monkeypatch):
    list(display.progress_bar(range(5)))  # standard error is no terminal here
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    list(display.progress_bar(range(5)))
    assert "5/5" in capsys.readouterr().err
    monkeypatch.setenv("REFIMPL_QUIET", "1")
    assert display.is_quiet()
    list(display.progress_bar(range(5)))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("REFIMPL_QUIET", "0")
    assert not display.is_quiet()


def test_a_quiet_bar_still_counts_as_a_context(no_quiet):
    with display.progress_bar(total=3, show=False) as bar:
        bar.update(3)
        bar.set_postfix(loss=0.5)


def test_sounds_and_progress_bars_do_not_load_what_they_do_not_need():
    code = """
import sys
import refimpl.audio
assert not {"matplotlib", "librosa", "torch", "tqdm", "refimpl.display"} & set(sys.modules)
from refimpl.display import progress_bar
assert not {"matplotlib", "librosa", "torch"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there_and_no_other():
    assert all(getattr(display, name) is not None for name in display.__all__)
    assert set(display.__all__) <= set(dir(display))
    with pytest.raises(AttributeError, match="plot_nothing"):
        _ = display.plot_nothing
