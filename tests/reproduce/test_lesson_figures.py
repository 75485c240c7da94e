"""Figures that lesson 8 quotes from the committed results are those that were measured."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSON = (ROOT / "book/lessons/08-neural-codecs.md").read_text(encoding="utf-8")
NAMES = {  # in the lesson, and in the results
    "MP3": "MP3, 8.4 kbit/s",
    "the course's codebook": "the course's codebook, 1,024",
    "neural codec, 4 books": "neural codec, 4 × 512",
    "neural codec, 2 books": "neural codec, 2 × 512",
    "neural codec, 1 book": "neural codec, 1 × 512",
}
MEASURES = ("bits_per_second", "si_sdr", "mel_sound", "melody", "bass")


def results(name: str) -> dict:
    return json.loads((ROOT / f"book/results/{name}.json").read_text(encoding="utf-8"))


def number(cell: str) -> float:
    return float(re.sub(r"[^\d.-]", "", cell.replace("−", "-")))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_codecs_says_what_was_measured(name):
    (line,) = re.findall(rf"^\| {re.escape(name)} \|(.*)\|$", LESSON, re.MULTILINE)
    cells = [cell.strip() for cell in line.split("|")]
    (row,) = [row for row in results("codecs")["rows"] if row["name"] == NAMES[name]]
    for cell, measure in zip(cells, MEASURES, strict=True):
        decimals = len(cell.split(" ")[0].partition(".")[2])
        assert number(cell) == round(row[measure]["mean"], decimals), measure
