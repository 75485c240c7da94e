"""The study of metres: what is told correctly, and what the page says of models."""

import json
from pathlib import Path

import numpy as np
import pytest

from refimpl.corpora.scores import TICKS, NoteEvents, Score
from refimpl.reproduce.memory import metres
from refimpl.reproduce.memory.metres import balanced_share, go_on_as_bigram, measure_telling
from refimpl.vocabulary import Vocabulary
from tests.reproduce.figures import short

ROOT = Path(__file__).parents[2]
BARS = {"2/4": [2, 1, 1], "3/4": [4, 2], "6/8": [2, 1, 2, 1]}  # eighths


def score(metre, n_bars=30, written=None):
    durations = np.array(n_bars * BARS[metre]) * TICKS // 2
    onsets = np.cumsum(durations) - durations
    notes = np.stack([onsets, durations, 60 + onsets % 7, 0 * onsets], axis=1).astype(np.int32)
    bars = np.array([0, onsets[-1]], np.int32)
    return Score("a", "", ("melody",), notes, bars, metre=metre if written is None else written)


def test_metres_are_compared_with_the_written_ones():
    scores = [score(metre) for metre in BARS for _ in range(4)]
    scores += [score("3/4", written="2/4"), score("3/4", written="5/4"), score("2/4", written="")]
    told = measure_telling(scores)
    assert told["pieces"] == {"duple": 5, "triple": 4, "compound": 4}
    assert told["right"]["mean"] == pytest.approx(12 / 13)
    assert told["always"] == pytest.approx(5 / 13)
    assert told["balanced"]["mean"] == pytest.approx((4 / 5 + 1 + 1) / 3)
    assert told["shuffled"]["mean"] < told["balanced"]["mean"]
    assert told["clear"]["mean"] > 0.9 and told["right_where_clear"]["mean"] > 0.9


def test_each_kind_weighs_the_same():
    hits = np.array(90 * [1] + 10 * [0])
    found = balanced_share(hits, 90 * ["duple"] + 10 * ["triple"])
    assert (found.mean, found.low, found.high, found.n) == (0.5, 0.5, 0.5, 100)
    mixed = balanced_share(np.arange(40) % 2, 20 * ["duple"] + 20 * ["triple"])
    assert mixed.low < mixed.mean == 0.5 < mixed.high


def test_a_bigram_goes_on_with_what_followed():
    training = [np.array([0, 1, 2, 0, 1, 2]), np.array([3, 4])]
    going_on = go_on_as_bigram(training, [0, 3], 5, np.random.default_rng(0))
    assert going_on[0].tolist() == [1, 2, 0, 1, 2]
    assert going_on[1][0] == 4 and len(going_on[1]) == 5  # nothing follows 4: anything may


class Echo:
    """A writer that plays the first bar of what it is given again and again."""

    vocabulary = Vocabulary(9)

    def write(self, n=1, *, seed, most_notes=96, prompt=None, **sampling):
        if prompt is None:
            return n * [np.resize([0, 1, 1], most_notes)]
        assert all(ids[0] == self.vocabulary.start for ids in prompt)
        return [np.resize(ids[1:13], most_notes) for ids in prompt]


def test_a_model_that_keeps_the_prompts_metre_is_told_from_a_bigram():
    scores = [score(metre, 80) for metre in BARS for _ in range(5)]
    events = NoteEvents.fit(scores)
    training = [events.encode(one) for one in scores]
    sets = metres._sets(scores, training, {"echo": Echo()}, events)
    assert set(sets) == {
        metres.REAL, metres.SHUFFLED, metres.BIGRAM, "echo, temperature 1", "echo, top-p 0.9"
    }  # fmt: skip
    assert sets[metres.REAL]["same"]["mean"] == sets["echo, top-p 0.9"]["same"]["mean"] == 1
    assert sets[metres.REAL]["clear"]["mean"] > sets[metres.SHUFFLED]["clear"]["mean"]
    assert sets["echo, temperature 1"]["notes"] == 96


@pytest.fixture(scope="module")
def results():
    return json.loads((ROOT / "book/results/metres.json").read_text(encoding="utf-8"))


def test_the_tables_are_those_of_the_results(results):
    tables = (ROOT / "book/results/metres.md").read_text(encoding="utf-8")
    assert tables == metres.metre_tables(results)


def test_the_page_says_what_was_measured(results):
    page = (ROOT / "book/results-memory.md").read_text(encoding="utf-8")
    said = " ".join(page[page.index("## Metre") :].split())
    told, sets = results["told"]["fiddle tunes, held out"], results["sets"]
    right, balanced = (short(told[name]["mean"]) for name in ("right", "balanced"))
    assert f"Of {sum(told['pieces'].values())} held-out fiddle tunes" in said
    assert f"the written kind in {right} (mean over the kinds {balanced})" in said
    assert f"notes the mean is {short(told['shuffled']['mean'])}, and by chance .33" in said
    sung = results["told"]["chorales, all"]
    assert f"Of chorales it tells {short(sung['right']['mean'])}," in said
    assert f"would be right in {short(sung['always'])}," in said
    clear = {name: short(row["clear"]["mean"]) for name, row in sets.items()}
    assert f"clear in {clear[metres.REAL]} of real tunes and in {clear[metres.BIGRAM]}" in said
    both = [clear[f"attention-long, {way}"] for way in metres.SAMPLINGS]
    assert f"in {both[0]} at temperature 1 and in {both[1]} with top-p" in said
    same = {name: short(row["same"]["mean"]) for name, row in sets.items()}
    assert f"tell the written metre in {same[metres.REAL]}" in said
    long = same["attention-long, temperature 1"]
    assert f"tell it in {same[metres.BIGRAM]} and that model's in {long} at temp" in said


def test_no_model_is_above_chance_where_the_page_says_so(results):
    for name, row in results["sets"].items():
        if name not in (metres.REAL, metres.SHUFFLED):
            assert row["same"]["low"] < metres.CHANCE, name
        if "temperature 1" in name:
            assert row["clear"]["low"] < 0.05 < row["clear"]["high"], name
