"""The figures of the data card are those of the tunes."""

import sys

from refimpl.tinytunes.describe import describe, main


def test_the_figures_say_what_is_known():
    figures = describe(1, 12)
    assert figures["beats per minute"].startswith("117.5 to 117.5")
    assert figures["melody, notes in the scale"] == "100.0%"
    assert figures["different melodies"] == "12 of 12"
    assert figures["melodies in two splits"] == "0"
    assert figures["instruments"] == "2"


def test_the_table_has_a_column_for_each_level(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["describe", "--tunes", "2"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 15
    assert {line.count("|") for line in lines} == {5}
