"""The comparison of memories: what it keeps, what it measures, and the figures that pages quote."""

import json

import numpy as np
import pytest

from refimpl.corpora.scores import NoteEvents
from refimpl.errors import UserError
from refimpl.pipeline.generators import shipped_folder
from refimpl.reproduce.claims.memory import memory as memory_claims
from refimpl.reproduce.memory import compare_memory, load_tune_writer
from refimpl.reproduce.memory.arms import RECURRENT, ROPE, SHIFTED, all_arms, questioned
from refimpl.reproduce.memory.shipped import FOLDER, SHIPPED
from refimpl.reproduce.memory.tunes import EventTunes
from refimpl.vocabulary import Vocabulary

EVENTS = NoteEvents(range(60, 76), [240] * 16)


def some_tunes(n, seed):
    rng = np.random.default_rng(seed)
    parts = [rng.integers(0, 16, 16) for _ in range(n)]
    return [np.concatenate([part, part, part[:4]]) for part in parts]


TUNES = EventTunes(EVENTS, Vocabulary(16), some_tunes(12, 0), some_tunes(4, 1))


def compare(folder, **options):
    given = {"arms": [ROPE], "seconds": 0.2, "n_seeds": 1, "n_written": 2, "log": lambda _: None}
    return compare_memory(folder / "out", work=folder, tunes=TUNES, **given | options)


def test_a_run_is_kept_with_its_tunes_and_model_and_the_tables_are_of_all_runs(tmp_path):
    first = compare(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "memory").rglob("*.*")}
    both = compare(tmp_path, arms=[ROPE, RECURRENT])
    assert [run["name"] for run in both["runs"]] == [ROPE, RECURRENT]
    assert both["runs"][0] == first["runs"][0]
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert json.loads((tmp_path / "out" / "memory.json").read_text()) == json.loads(
        json.dumps(both)
    )
    record = json.loads((tmp_path / "memory" / "rope-0.2-1.json").read_text())
    assert all(len(tunes) == 2 for tunes in record["tunes"].values())
    assert (tmp_path / "memory" / "rope-0.2-1" / "model.safetensors").exists()


def test_what_is_measured_of_a_run(tmp_path):
    run = compare(tmp_path, arms=[SHIFTED])["runs"][0]
    assert run["steps"] >= 1 and run["tokens"] > 0
    assert set(run["nats"]) == {"within", "beyond", "returning", "other"}
    assert 0 < run["nats"]["within"] < 10
    assert set(run["recall"]) == {"8", "16", "32"}  # no tune here has 64 notes
    assert 0 <= run["recall"]["16"]["right"] <= 1
    for measures in run["sets"].values():
        assert {"returns", "times", "copied", "longest_copied", "notes"} <= set(measures)


def test_references_know_that_real_tunes_return_and_a_bigrams_do_not(tmp_path):
    sets = compare(tmp_path)["references"]["sets"]
    assert sets["held-out tunes"]["returns"]["mean"] == pytest.approx(9 / 25)
    assert sets["bigram"]["returns"]["mean"] < 0.05


def test_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="there is no model"):
        compare(tmp_path, arms=["rope"])


@pytest.mark.parametrize("name", all_arms())
def test_every_model_can_be_made_and_trained_on_its_batches(name):
    from refimpl.reproduce.memory.training import train_arm

    _, record = train_arm(all_arms()[name], TUNES, 0.01, 1, show=False)
    assert record["steps"] >= 1


def test_tunes_of_every_model_can_be_heard_beside_real_ones_and_a_bigrams(tmp_path):
    compare(tmp_path, arms=[ROPE, RECURRENT], seconds=0.5)
    names = {path.name for path in (tmp_path / "out" / "sounds").iterdir()}
    assert {"results-memory-held-out-tunes.mp3", "results-memory-bigram.mp3"} <= names
    assert names <= {
        *(f"results-memory-{name}.mp3" for name in ("held-out-tunes", "bigram", "rope")),
        "results-memory-recurrence.mp3",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_writes_tunes_that_can_be_played(name):
    writer = load_tune_writer(name)
    (tune,) = writer.write(seed=1, most_notes=40, top_p=0.9)
    assert 0 < len(tune) <= 40
    sound = writer.play(tune)
    seconds = writer.events.gaps[tune].sum() / 480 * 60 / 117.4538
    assert len(sound) / 22050 == pytest.approx(seconds, abs=0.01)
    assert np.abs(sound).max() > 0.01
    assert not np.array_equal(sound, writer.play(tune, instrument="flute"))


def test_the_shipped_models_are_small_and_say_how_they_were_made():
    for name, (arm, seconds) in SHIPPED.items():
        facts = load_tune_writer(name).facts
        assert (facts["name"], facts["seconds"]) == (arm, seconds)
        assert facts["command"].startswith("refimpl reproduce --memory")
    files = [path for path in shipped_folder(FOLDER).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_500_000


def test_an_unknown_shipped_model_is_refused():
    with pytest.raises(UserError, match="there is no model of tunes 'rope'"):
        load_tune_writer("rope")


def run_of(name, seed, *, seconds=40.0, nats=2.0, right=0.3):
    return {
        "name": name,
        "seed": seed,
        "seconds": seconds,
        "nats": dict.fromkeys(("within", "beyond", "returning", "other"), nats),
        "recall": {"32": {"right": right}},
    }


def claims_of(folder, runs):
    (folder / "memory.json").write_text(json.dumps({"runs": runs}))
    return {claim.name: claim for claim in memory_claims(folder)}


def test_claims_are_judged_by_seeds_that_both_models_have(tmp_path):
    runs = [run_of(ROPE, seed, nats=2.0 + seed) for seed in (1, 2, 3, 5)]
    runs += [run_of(SHIFTED, seed, nats=1.5 + seed) for seed in (1, 3, 4, 5)]
    claims = claims_of(tmp_path, runs)
    assert list(claims) == ["Keys from the token before"]
    claim = claims["Keys from the token before"]
    assert claim.n_seeds == 3 and "40 processor seconds" in claim.setting
    assert [claim.experiment(place) for place in range(3)] == pytest.approx([0.5] * 3)


def test_claims_take_the_longest_training_with_three_seeds(tmp_path):
    runs = [run_of(name, seed) for name in (ROPE, RECURRENT) for seed in (1, 2, 3)]
    runs += [run_of(ROPE, s, seconds=80.0, right=0.9) for s in (1, 2, 3)]
    runs += [run_of(RECURRENT, s, seconds=80.0, right=0.4) for s in (1, 2)]
    assert claims_of(tmp_path, runs)["Attention copies better than a state"].experiment(0) == 0
    runs.append(run_of(RECURRENT, 3, seconds=80.0, right=0.4))
    claim = claims_of(tmp_path, runs)["Attention copies better than a state"]
    assert claim.experiment(2) == pytest.approx(0.5) and "80 processor" in claim.setting


def test_a_gain_of_gains_is_a_difference(tmp_path):
    right = {RECURRENT: 0.3, questioned(RECURRENT): 0.6, ROPE: 0.3, questioned(ROPE): 0.4}
    runs = [run_of(name, s, right=value) for name, value in right.items() for s in (1, 2, 3)]
    claims = claims_of(tmp_path, runs)
    assert claims["Birdie's objectives for a recurrence"].experiment(0) == pytest.approx(0.3)
    more = claims["Birdie's objectives help a recurrence more than attention"]
    assert more.experiment(0) == pytest.approx(0.2)


def test_without_results_there_are_no_claims(tmp_path):
    assert memory_claims(tmp_path) == []
    assert claims_of(tmp_path, [run_of(ROPE, 1)]) == {}
