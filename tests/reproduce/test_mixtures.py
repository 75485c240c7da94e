"""The comparison of mixtures: fair by construction, kept run by run, and shown as it came out."""

import json

import numpy as np
import pytest

from refimpl.objectives import MIXTURES
from refimpl.presets import get_preset
from refimpl.reproduce import compare_mixtures
from refimpl.reproduce.mixture_tables import mixture_tables
from refimpl.reproduce.mixtures import ARMS, NEXT_TOKEN, ROW, preset_of
from refimpl.reproduce.seeds import at_the_same_loss, differences, over_seeds

LITTLE = {
    "tunes.n_bars": 1,
    "data.n_train": 4,
    "data.n_validation": 2,
    "codec.n_clusters": 16,
    "model.n_layers": 1,
    "model.hidden_size": 16,
    "model.n_heads": 2,
    "model.ffn_hidden_size": 16,
    "model.context_length": 160,
    "training.steps": 4,
    "training.warmup_steps": 1,
}


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    """Two seeds of each mixture, in a few seconds."""
    folder, said = tmp_path_factory.mktemp("mixtures"), []
    options = {"n_seeds": 2, "n_tunes": 1, "n_processes": 1, "changes": LITTLE}
    options["work"] = folder / "work"
    results = compare_mixtures(folder / "out", log=said.append, **options)
    return folder, results, said, options


def test_every_mixture_runs_with_every_seed(little):
    _, results, _, _ = little
    made = {(run["name"], run["seed"]) for run in results["runs"]}
    assert made == {(name, seed) for name in ARMS for seed in (0, 1)}
    for run in results["runs"]:
        assert run["steps"] == round(4 * ARMS[run["name"]].share)
        assert run["positions"] == run["steps"] * 2 * 160  # as many for every mixture


def test_all_models_are_scored_on_the_same_objectives(little):
    _, results, _, _ = little
    names = {one["name"] for one in MIXTURES["eight"]}
    for run in results["runs"]:
        assert set(run["held_out"]) == names
        assert all(np.isfinite(list(run["held_out"].values())))
        assert np.isfinite(run["next_token_nats"])


def test_only_objectives_and_seed_tell_the_settings_of_runs_apart():
    one, other = preset_of(NEXT_TOKEN, 0, {}), preset_of("all eight, curriculum", 0, {})
    for part in ("tunes", "data", "codec", "model", "training", "batch_size"):
        assert getattr(one, part) == getattr(other, part)
    assert preset_of(NEXT_TOKEN, 1, {}).training.seed == 1


def test_a_whole_tune_to_be_filled_in_fits_beside_one_to_be_written():
    from refimpl.objectives import make_objective

    tune = 257 + 2  # frames, <|START|> and <|END|>
    lengths = [make_objective(name).packed_length(tune) for name in _names()]
    assert max(lengths) <= ROW
    assert lengths[0] + make_objective("infilling").packed_length(tune) == ROW
    assert get_preset("course").model.context_length == ROW


def _names():
    return [one["name"] for one in MIXTURES["eight"]]


def test_a_second_call_makes_only_what_is_missing(little):
    folder, results, said, options = little
    (gone,) = (folder / "work" / "mixtures").glob("for-music-1.json")
    gone.unlink()
    said.clear()
    again = compare_mixtures(folder / "out", log=said.append, **options)
    assert any("13 of 14 runs are there already" in line for line in said)
    assert sum("nats per token" in line for line in said) == 1
    for before, after in zip(results["runs"], again["runs"], strict=True):
        # The run that was made again comes out as before.
        assert after["next_token_nats"] == pytest.approx(before["next_token_nats"], abs=1e-5)


def test_pictures_have_words_and_tables_have_every_mixture(little):
    folder, results, _, _ = little
    pictures = sorted((folder / "out" / "figures").glob("*.png"))
    assert len(pictures) == 6
    for picture in pictures:
        assert len(picture.with_suffix(".txt").read_text()) > 60
    text = (folder / "out" / "mixtures.md").read_text()
    assert text == mixture_tables(results)
    assert all(text.count(f"| {name} |") >= 2 for name in ARMS)
    written = json.loads((folder / "out" / "mixtures.json").read_text())
    assert [run | {"seconds": 0} for run in written["runs"]] == [
        run | {"seconds": 0} for run in results["runs"]
    ]


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    hits = [
        estimate.low <= 3 <= estimate.high
        for estimate in (over_seeds(rng.normal(3, 2, 5)) for _ in range(2000))
    ]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.015)


def test_what_could_not_be_measured_is_left_out():
    assert over_seeds([1.0, None, float("nan"), 3.0]).mean == 2.0
    assert over_seeds([None]).n == 0
    assert np.isnan(over_seeds([1.0]).low)


def test_differences_are_taken_seed_by_seed():
    def runs(*values):
        return [{"seed": i, "next_token_nats": value} for i, value in enumerate(values)]

    found = differences(runs(2.0, 3.0, 4.0), runs(1.0, 2.0, 3.0), "next_token_nats")
    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)


def test_music_is_compared_at_the_same_loss_and_only_where_there_is_one():
    def run(nats, in_key):
        return {"seed": 0, "next_token_nats": nats, "measures": {"in_key": in_key}}

    curve = [[run(0.2, 0.9)], [run(0.4, 0.7)]]
    assert at_the_same_loss([run(0.3, 0.85)], curve, "in_key").mean == pytest.approx(0.05)
    assert at_the_same_loss([run(0.5, 0.85)], curve, "in_key").n == 0
    assert at_the_same_loss([run(0.3, None)], curve, "in_key").n == 0
