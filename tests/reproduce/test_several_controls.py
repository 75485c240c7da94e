"""Several controls: what is told, what is heard of it, and the claims that it decides."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from refimpl.diffusion import ControlBranch, ControlConfig, ControlledTransformer
from refimpl.diffusion.tune_latents import TuneHints, TuneLatents
from refimpl.reproduce.claims import judge
from refimpl.reproduce.claims.claim import DOES_NOT_SHOW, SHOWS
from refimpl.reproduce.claims.diffusion import controls
from refimpl.reproduce.diffusion import several_controls
from refimpl.reproduce.diffusion.control_page import controls_page
from refimpl.reproduce.diffusion.several_controls import (
    AFTER,
    ARMS,
    BEFORE,
    ENDING,
    SWAPPED,
    WAYS,
    Told,
    bass_right,
    compare_controls,
    correlation,
    level_lost,
    train_branch,
)
from refimpl.reproduce.diffusion.writers import Studio
from refimpl.reproduce.records import read_record
from tests.diffusion.diffusion_examples import disturbed
from tests.reproduce.diffusion_studio import small_saved
from tests.reproduce.figures import short

MEASURES = {"melody_right", "bass_right", "loudness", "loudness_away", "other_loudness", "in_key"}


@pytest.fixture(scope="module")
def studio():
    return Studio(small_saved())


@pytest.fixture(scope="module")
def told(studio):
    return Told(studio, 2, show=False)


def test_a_tune_itself_agrees_with_itself_and_another_one_with_its_own(told):
    sounds = [tune.render() for tune in told.tunes]
    same, swapped = told.measure(sounds), told.measure(sounds[::-1])
    assert same["melody_right"] == same["bass_right"] == 1
    assert same["loudness"] == pytest.approx(1) and same["loudness_away"] < 1e-4
    # Of two tunes, the one before a tune is the other one.
    assert swapped["other_loudness"] == pytest.approx(1) and swapped["loudness"] < 0.9
    assert swapped["loudness"] == pytest.approx(same["other_loudness"])
    assert swapped["melody_right"] < 0.5 and swapped["bass_right"] < 0.8
    assert same["in_key"] == 1


def test_silence_follows_no_curve_and_has_no_bass(told, studio):
    nothing = np.zeros(studio.n_samples, dtype=np.float32)
    found = told.measure([nothing, nothing])
    assert found["loudness"] is None and found["in_key"] is None
    assert found["bass_right"] == found["melody_right"] == 0
    assert bass_right(nothing, studio.sample_rate, told.tunes[0]) == 0


def test_a_correlation_knows_no_scale_and_needs_movement():
    curve = torch.tensor([1.0, 3.0, 2.0])
    assert correlation(curve, 4 * curve - 9) == pytest.approx(1)
    assert correlation(curve, -curve) == pytest.approx(-1)
    assert np.isnan(correlation(curve, torch.ones(3)))


@pytest.mark.parametrize("way", WAYS)
def test_a_model_is_told_what_the_way_says(told, studio, monkeypatch, way):
    asked = {}
    channels = ("melody", "chords", "loudness")
    frozen = studio.model.network
    branch = ControlBranch(frozen, ControlConfig(n_layers=1, channels=channels))
    model = studio.model.with_network(ControlledTransformer(frozen, branch))
    monkeypatch.setattr(model, "write", lambda n, **how: asked.update(how) or torch.zeros(n, 64, 2))
    monkeypatch.setattr(told, "measure", lambda sounds: {})
    monkeypatch.setattr(studio, "decode", lambda latents: latents)
    told.written(model, way, 4)
    assert asked["seed"] == 4
    if way == "nothing":
        assert asked["hints"] is None
        return
    hints = asked["hints"]
    parts = {"melody": hints[..., :13], "chords": hints[..., 13:26], "loudness": hints[..., 26:]}
    assert {name for name, part in parts.items() if part.any()} == set(WAYS[way])
    if "loudness" in WAYS[way]:
        rows = told.rows["loudness"].roll(1, dims=0) if way == SWAPPED else told.rows["loudness"]
        usual = rows > -40
        torch.testing.assert_close(parts["loudness"][..., 0][usual], (rows[usual] + 18) / 5)


def test_a_codec_of_its_own_gain_loses_no_level(told, studio, monkeypatch):
    class Keeps:
        step_rate = studio.codec.step_rate

        @staticmethod
        def encode(audio):
            return np.asarray(audio)

    monkeypatch.setattr(studio, "codec", Keeps)
    monkeypatch.setattr(studio, "n_steps", studio.n_samples)
    monkeypatch.setattr(studio, "decode", lambda latents: list(latents.numpy()))
    monkeypatch.setattr(
        several_controls,
        "loudness_steps",
        lambda sound, *_: torch.tensor([20 * np.log10(np.square(sound).mean() ** 0.5)] * 9),
    )
    assert level_lost(studio, told.tunes, 6.0) == pytest.approx(6.0, abs=1e-3)
    assert ENDING < 9


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    place = tmp_path_factory.mktemp("several-controls")

    def compare(seeds):
        return compare_controls(
            place / "out",
            seeds=seeds,
            studio=Studio(small_saved()),
            steps=2,
            n_training=2,
            n_written=2,
            work=place,
            show=False,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several_controls, "SOFTER", (6.0,))
        # Hearing takes most of the time: one way of one run is measured.
        heard = dict.fromkeys(sorted(MEASURES), 0.5)
        patch.setattr(several_controls, "ARMS", {BEFORE: ["melody"], AFTER: ["loudness"]})
        first = compare([0])
        patch.setattr(several_controls, "ARMS", ARMS)
        patch.setattr(Told, "measure", lambda *_: heard)
        patch.setattr(Studio, "decode", lambda *_: [])
        patch.setattr(several_controls, "level_lost", lambda *_: 1.5)
        (place / "out" / "several-controls.json").rename(place / "first.json")
        rest = compare([0, 1])
        yield place / "out", first, rest, compare([0, 1, 2])


def test_every_way_is_measured_and_runs_are_kept(compared):
    folder, first, rest, results = compared
    assert set(first["runs"][0][BEFORE]["melody"]) == set(first["real"]) == MEASURES
    assert np.isfinite(first["softer"]["6"])
    assert results["runs"][:2] == rest["runs"] and len(results["runs"]) == 3
    for run in results["runs"]:
        assert set(run[AFTER]) == set(WAYS)
        assert set(run[BEFORE]) == {"nothing", "melody", "all but loudness"}
    stored = json.loads((folder / "several-controls.json").read_text(encoding="utf-8"))
    assert stored["runs"] == results["runs"]
    page = (folder / "several-controls.md").read_text(encoding="utf-8")
    assert page == controls_page(results) and "the same, with loudness: told all |" in page


def test_the_branch_learns_and_the_model_and_its_own_branch_stay(tmp_path):
    studio = Studio(small_saved())
    disturbed(studio.model)  # the last layer of a new network is zero, and nothing learns behind it
    latents, labels = torch.randn(4, 64, 2), torch.zeros(4, dtype=torch.int64)
    classes = torch.zeros(4, 64, dtype=torch.int64)
    data = TuneLatents(latents, labels), TuneHints(classes, classes, torch.full((4, 64), -15.0))
    before = {name: one.clone() for name, one in studio.controlled.state_dict().items()}
    how = {"seed": 0, "steps": 3, "show": False}
    model = train_branch(studio, *data, **how)
    after = studio.controlled.state_dict()
    assert all(torch.equal(one, after[name]) for name, one in before.items())
    branch = model.network.branch
    assert branch.config.channels == ("melody", "chords", "known", "loudness")
    outs = branch.outs[0].weight
    assert not torch.equal(outs, studio.saved.branch.outs[0].weight) and not model.training
    # A run that was stopped goes on, and one that has ended is there at once.
    train_branch(studio, *data, seed=0, steps=2, show=False, folder=tmp_path / "two")
    again = train_branch(studio, *data, **how, folder=tmp_path / "three")
    same = train_branch(studio, *data, **how, folder=tmp_path / "three")
    assert torch.equal(again.network.branch.outs[0].weight, outs)
    assert torch.equal(same.network.branch.outs[0].weight, outs)


def test_other_settings_begin_again(compared, tmp_path):
    folder, *_, results = compared
    settings = {name: results[name] for name in ("steps", "n_training", "n_written")}
    path = folder / "several-controls.json"
    assert read_record(path, settings)["runs"] == results["runs"]
    assert read_record(path, settings | {"steps": 3}) is None
    assert read_record(tmp_path / "none.json", settings) is None


def test_claims_say_what_the_runs_say(compared, tmp_path):
    folder, *_, results = compared
    assert len(controls(folder)) == 4
    path = tmp_path / "several-controls.json"

    def verdicts(arm=AFTER, way="all", measure="melody_right", value=0.5):
        runs = json.loads(json.dumps(results["runs"]))
        for run in runs:
            run[arm][way][measure] = value
        path.write_text(json.dumps(results | {"runs": runs}), encoding="utf-8")
        return {
            claim.name: judge(claim, [claim.experiment(seed) for seed in range(3)])[1]
            for claim in controls(tmp_path)
        }

    # All numbers are .5: nothing is gained, and nothing lost.
    same = verdicts()
    assert same["Loudness as a control"] == same["A foreign loudness"] == DOES_NOT_SHOW
    assert same["Several controls at once"] == same["Controls left out"] == SHOWS
    told = verdicts(way="loudness", measure="loudness", value=0.8)
    assert told["Loudness as a control"] == SHOWS
    foreign = verdicts(way=SWAPPED, measure="other_loudness", value=0.7)
    assert foreign["A foreign loudness"] == SHOWS
    assert verdicts(value=0.4)["Several controls at once"] == DOES_NOT_SHOW
    assert verdicts(BEFORE, "melody", value=0.6)["Controls left out"] == DOES_NOT_SHOW


def test_two_seeds_or_no_results_decide_no_claim(compared, tmp_path):
    assert controls(tmp_path) == []
    (tmp_path / "several-controls.json").write_text(json.dumps(compared[2]), encoding="utf-8")
    assert controls(tmp_path) == []


def test_the_book_shows_the_results_on_file():
    folder = Path(__file__).parents[2] / "book/results"
    results = json.loads((folder / "several-controls.json").read_text(encoding="utf-8"))
    page = (folder / "several-controls.md").read_text(encoding="utf-8")
    assert page == controls_page(results)
    text = (folder.parent / "results-diffusion.md").read_text(encoding="utf-8")
    text = " ".join(text.partition("## Several controls")[2].partition("\n## ")[0].split())
    means = {
        arm: {
            way: {
                name: short(np.mean([run[arm][way][name] for run in results["runs"]]))
                for name in ("melody_right", "bass_right", "loudness", "other_loudness")
            }
            for way in results["runs"][0][arm]
        }
        for arm in (BEFORE, AFTER)
    }
    after = means[AFTER]
    swapped = after["melody, another tune's loudness"]
    for words in (
        f"told is {after['loudness']['loudness']}, where tunes that were told nothing have"
        f" {after['nothing']['loudness']}",
        f"other tune's ({swapped['other_loudness']}; told the melody alone,"
        f" {after['melody']['other_loudness']}), and {swapped['melody_right']} of the melody",
        f"comes to {after['all']['loudness']} and",
        f"plays {after['all but loudness']['bass_right']} of the bass's notes",
        f"package: {means[BEFORE]['all but loudness']['bass_right']}); told the melody alone,"
        f" {after['melody']['bass_right']}",
        f"comes back {results['softer']['6']:.1f} dB softer",
    ):
        assert words in text
