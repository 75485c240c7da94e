"""The page about layouts says what was measured."""

import json
from math import log2
from pathlib import Path

import pytest

from refimpl.embeddings import load_embedding
from refimpl.layouts import make_layout
from refimpl.reproduce.layouts.arms import (
    DELAY,
    FLATTEN,
    FLATTEN_LONG,
    PARALLEL,
    PARTIAL_DELAY,
    batch_size,
)
from refimpl.reproduce.layouts.tables import layout_tables
from refimpl.reproduce.seeds import over_seeds, runs_by_name
from refimpl.reproduce.whole_sets import EMBEDDING, HEARD_BY
from refimpl.text_to_music import load_composer
from refimpl.text_to_music.fitting import BATCH_SIZE, STEPS
from tests.reproduce.figures import short

BOOK = Path(__file__).parents[2] / "book"
PAGE = " ".join((BOOK / "results-layouts.md").read_text(encoding="utf-8").split())
RESULTS = json.loads((BOOK / "results/layouts.json").read_text(encoding="utf-8"))
RUNS = runs_by_name(RESULTS["runs"])


def mean(name, measure, digits=2):
    return short(over_seeds([run[measure] for run in RUNS[name]]).mean, digits)


def test_the_page_includes_the_tables_of_the_results():
    tables = (BOOK / "results/layouts.md").read_text(encoding="utf-8")
    assert tables == layout_tables(RESULTS)
    assert "```{include} results/layouts.md" in PAGE
    for name in (PARALLEL, DELAY, PARTIAL_DELAY, FLATTEN, FLATTEN_LONG):
        assert [run["seed"] for run in RUNS[name]] == [1, 2, 3]


def test_the_embedding_in_the_package_heard_what_was_measured():
    assert RESULTS[HEARD_BY] == load_embedding(EMBEDDING).fingerprint


def test_what_is_said_of_flatten():
    seen = [mean(name, "tunes_seen", 0) for name in (FLATTEN, DELAY)]
    assert f"it reads {seen[0]} tunes in the time in which delay reads {seen[1]}" in PAGE
    asked = [mean(name, "asked") for name in (FLATTEN, DELAY)]
    assert f"{asked[0]} of what was asked for, and those of delay {asked[1]};" in PAGE
    fad = [mean(name, "fad") for name in (FLATTEN, DELAY)]
    assert f"its FAD is {fad[0]}, and that of delay {fad[1]}." in PAGE
    codec = load_composer().tokenizer.codec
    guess = codec.step_rate * sum(map(log2, codec.stream_sizes))
    assert f"which codes there are takes {guess:.0f}." in PAGE
    assert all(run["bits"] < guess for group in RUNS.values() for run in group)


def test_what_is_said_of_flatten_at_equal_tunes():
    long, delay = RUNS[FLATTEN_LONG], RUNS[DELAY]
    assert [run["tunes_seen"] for run in long] == [run["tunes_seen"] for run in delay]
    times = over_seeds([run["core_seconds"] for run in long]).mean / RESULTS["settings"]["seconds"]
    assert f"in {times:.1f} times the time" in PAGE
    asked = [mean(name, "asked") for name in (FLATTEN_LONG, DELAY)]
    assert f"Its tunes have {asked[0]} of what was asked for, more than" in PAGE
    pairs = [(one["asked"], other["asked"]) for one, other in zip(long, delay, strict=True)]
    assert all(one > other for one, other in pairs) and "with every seed" in PAGE
    bits = [mean(name, "bits", 0) for name in (FLATTEN_LONG, DELAY)]
    fad = mean(FLATTEN_LONG, "fad")
    said = f"its FAD is {fad}, and it takes {bits[0]} bits per second, where delay takes {bits[1]}."
    assert said in PAGE


def test_what_is_said_of_delay_and_parallel():
    bits = [mean(name, "bits", 0) for name in (DELAY, PARALLEL)]
    asked = [mean(name, "asked") for name in (DELAY, PARALLEL)]
    assert f"{bits[0]} and {bits[1]} bits per second, {asked[0]} and {asked[1]} of what" in PAGE
    assert f"and has {mean(PARTIAL_DELAY, 'asked')}." in PAGE


def test_what_is_said_of_the_training():
    settings = RESULTS["settings"]
    assert settings["seconds"] == 90 and "Ninety seconds are about 400 steps" in PAGE
    steps = [run["steps"] for run in RUNS[DELAY]]
    assert f"with delay, 90 seconds were {min(steps)} to {max(steps)} steps" in PAGE
    assert over_seeds(steps).mean == pytest.approx(400, rel=0.1)
    sizes = [batch_size(make_layout(name, (512,) * 4)) for name in ("delay", "flat")]
    assert f"A step has {sizes[0]} tunes under delay and parallel, and {sizes[1]} under" in PAGE
    assert f"had {STEPS:,} of twice the tunes" in PAGE and 2 * sizes[0] == BATCH_SIZE
    keys = [over_seeds([run["agreed"]["signature"] for run in group]) for group in RUNS.values()]
    assert f"more often than .{max(100 * key.mean for key in keys):.0f}, where" in PAGE
