"""The page and the card on the text-to-music model show what was measured."""

import json
from pathlib import Path

from refimpl.embeddings import load_embedding
from refimpl.reproduce.asked.card import text_section
from refimpl.reproduce.asked.comparison import WRITTEN_BY
from refimpl.reproduce.asked.tables import asked_tables
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY
from refimpl.text_to_music import load_composer

BOOK = Path(__file__).parents[2] / "book"


def measured():
    return json.loads((BOOK / "results/asked.json").read_text(encoding="utf-8"))


def test_the_page_shows_the_tables_of_what_was_measured():
    page = (BOOK / "results-asked.md").read_text(encoding="utf-8")
    tables = asked_tables(measured()).strip()
    assert (BOOK / "results/asked.md").read_text(encoding="utf-8").strip() == tables
    assert all(table in page for table in tables.split("\n\n"))


def test_the_models_in_the_package_wrote_and_heard_what_was_measured():
    assert measured()[WRITTEN_BY] == load_composer().fingerprint
    assert measured()[HEARD_BY] == load_embedding(EMBEDDING).fingerprint


def test_every_tune_on_the_page_has_its_sound():
    names = {f"results-asked-{n:02d}.mp3" for n in range(1, len(measured()["heard"]) + 1)}
    assert names <= {path.name for path in (BOOK / "results/sounds").iterdir()}


def test_the_card_has_the_section_on_the_model():
    card = (BOOK / "model-card.md").read_text(encoding="utf-8")
    assert text_section(measured()).strip() in card
