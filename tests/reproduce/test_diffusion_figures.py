"""The page about diffusion shows what was measured, and the card what the model's facts say."""

import json
from pathlib import Path

import pytest

from refimpl.reproduce.diffusion.rows import FAMILIES, STRENGTH, all_rows
from refimpl.reproduce.diffusion.tables import diffusion_tables
from refimpl.reproduce.diffusion_card import diffusion_section
from tests.reproduce.figures import short

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "book/results/diffusion.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "book/results-diffusion.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
ROWS = {(row["group"], row["name"]): row for row in RESULTS["rows"]}
DIFFUSION, TOKENS, RESIDUAL = (
    ROWS[FAMILIES, name]
    for name in ("diffusion, 16 steps", "tokens, equal time", "residual tokens, equal time")
)


def said(row, measure):
    """A mean and its interval, as the page writes them."""
    mean, low, high = (short(row[measure][part]) for part in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def above(one, other, measure):
    return one[measure]["low"] > other[measure]["high"]


def overlap(one, other, measure):
    return not above(one, other, measure) and not above(other, one, measure)


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


def test_the_time_of_models_of_tokens_is_equal():
    trained = [row["training"] for row in (TOKENS, RESIDUAL)]
    assert trained[0]["core_seconds"] == pytest.approx(trained[1]["core_seconds"], abs=1)
    steps, seconds = RESULTS["model"]["steps"], trained[0]["core_seconds"]
    assert f"the {steps:,} steps of the diffusion model take {seconds:.0f} seconds of" in TEXT
    steps = [one["steps"] for one in trained]
    assert f"{steps[0]:,} steps of the course's preset and {steps[1]:,} of residual" in TEXT


def test_what_is_said_of_tokens_at_equal_time():
    for measure in ("grid", "voiced"):
        assert f"({said(TOKENS, measure)} against {said(DIFFUSION, measure)})" in TEXT
        assert above(TOKENS, DIFFUSION, measure)
    assert short(RESIDUAL["grid"]["mean"]) == short(DIFFUSION["grid"]["mean"]) == ".98"
    assert f"voiced time of {said(RESIDUAL, 'voiced')} is only just" in TEXT
    assert 0 < RESIDUAL["voiced"]["low"] - DIFFUSION["voiced"]["high"] < 0.001
    for measure in ("cross_key", "ioi_tv", "onsets_per_second"):
        assert overlap(TOKENS, DIFFUSION, measure) and overlap(RESIDUAL, DIFFUSION, measure)


def test_what_is_said_of_keys_at_equal_time():
    rows = (DIFFUSION, TOKENS, RESIDUAL)
    keys = [short(row["in_key"]["mean"]) for row in rows]
    said_of = f"in key: {keys[0]}, where tokens have {keys[1]} and residual tokens {keys[2]}."
    assert said_of in TEXT
    alone = ROWS[STRENGTH, "no key"]
    assert f"diffusion has {said(alone, 'in_key')} over {alone['n_tunes']} tunes" in TEXT
    for row in (TOKENS, RESIDUAL):
        assert above(DIFFUSION, row, "in_key") and above(row, alone, "in_key")


def test_what_is_said_of_melodic_intervals_at_equal_time():
    found = [said(row, "interval_tv") for row in (DIFFUSION, TOKENS, RESIDUAL)]
    assert f"It is {found[0]} for diffusion, {found[1]} for tokens and {found[2]} for" in TEXT
    latents = ROWS[FAMILIES, "the same, through the latents"]
    assert f"through the latents have {said(latents, 'interval_tv')}," in TEXT
    assert all(above(DIFFUSION, row, "interval_tv") for row in (TOKENS, RESIDUAL, latents))


def test_the_card_has_the_section_of_the_model():
    assert diffusion_section() in (ROOT / "book/model-card.md").read_text(encoding="utf-8")
