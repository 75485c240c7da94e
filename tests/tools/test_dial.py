"""The start page's dial, as HTML: a player and a picture for every number of codes."""

import json
from pathlib import Path

from bookbuild.dial import of_codes
from bs4 import BeautifulSoup

START = Path(__file__).parents[2] / "book/start"


def test_every_number_has_its_files_and_its_words():
    row = BeautifulSoup(of_codes(START / "codes.json"), "html.parser").select_one(
        ".refimpl-compare"
    )
    numbers = json.loads((START / "codes.json").read_text())["numbers"]
    figures = row.select("figure")
    assert len(figures) == len(numbers) > 5
    for figure, said in zip(figures, numbers, strict=True):
        assert figure["data-value"].replace(",", "") == str(said["codes"])
        assert f"{round(100 * said['melody'])} %" in figure["data-said"]
        assert figure.img["alt"] and figure.audio["aria-label"].endswith(" s")
        for tag in (figure.img, figure.audio):
            assert (START / tag["src"].removeprefix("../")).stat().st_size > 1000
