"""The page about diffusion shows what was measured, and the card what the model's facts say."""

import json
from pathlib import Path

from refimpl.reproduce.diffusion.rows import all_rows
from refimpl.reproduce.diffusion.tables import diffusion_tables
from refimpl.reproduce.diffusion_card import diffusion_section

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "book/results/diffusion.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "book/results-diffusion.md").read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_results():
    tables = (ROOT / "book/results/diffusion.md").read_text(encoding="utf-8")
    assert tables == diffusion_tables(RESULTS)


def test_every_row_is_one_that_the_command_makes():
    known = {(row.group, row.name) for row in all_rows()}
    assert {(row["group"], row["name"]) for row in RESULTS["rows"]} <= known


def test_the_page_plays_sounds_that_are_there():
    sounds = {path.name for path in (ROOT / "book/results/sounds").glob("results-diffusion-*.mp3")}
    assert sounds and all(f'src="../{name}"' in PAGE for name in sounds)
    assert PAGE.count("<audio") == len(sounds)


def test_the_card_has_the_section_of_the_model():
    assert diffusion_section() in (ROOT / "book/model-card.md").read_text(encoding="utf-8")
