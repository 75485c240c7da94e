"""Trials of codecs: fair arms, trials on very little, and verdicts that can differ."""

import json

import numpy as np
import pytest
import torch

from refimpl.codecs.neural import NeuralCodec, NeuralNetwork
from refimpl.reproduce.claims.codecs import codecs
from refimpl.reproduce.codec_questions import (
    BASE,
    FACTORISED,
    MIXED,
    PLAIN,
    PRODUCT,
    RESIDUAL,
    SEMANTIC,
    TWO_LEVEL,
    all_arms,
    all_questions,
)
from refimpl.reproduce.codec_systems import frame_config
from refimpl.reproduce.codec_trials import Sizes, run_trial, training_windows
from refimpl.reproduce.question_tables import COLUMNS, verdict
from refimpl.reproduce.semantic_codecs import (
    N_CLASSES,
    FactorisedNetwork,
    SemanticNetwork,
    chroma_shares,
)
from refimpl.reproduce.trial_records import Trials

LITTLE = Sizes(steps=30, n_train=20, n_test=3, n_probed=24, n_heard=1)
TRIED = [RESIDUAL, TWO_LEVEL, FACTORISED]
ARMS = all_arms()
N_MELS = 20


def network_of(name, n_mels=N_MELS):
    arm = ARMS[name]
    torch.manual_seed(0)
    if arm.make_network is None:
        return NeuralNetwork(n_mels, arm.config).eval()
    return arm.make_network(n_mels + N_CLASSES, arm.config).eval()


def bits_per_frame(name):
    config = ARMS[name].config
    return np.log2(config.quantizer.stream_sizes).sum() / config.frames_per_step


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    place = tmp_path_factory.mktemp("trials")
    trials = Trials(place, LITTLE)
    for seed in (0, 1):
        for name in TRIED:
            trials.measures(name, seed)
    return place, json.loads((place / "codec-trials.json").read_text(encoding="utf-8"))


def test_every_question_is_about_arms_and_measures_that_there_are():
    for claim in all_questions():
        assert set(claim.arms) <= set(ARMS) and set(claim.measures) <= set(COLUMNS)
        for one, other, measure in claim.pairs:
            assert {one, other} <= set(claim.arms) and measure in claim.measures
    assert {name for claim in all_questions() for name in claim.arms} == set(ARMS)


@pytest.mark.parametrize("names", [(RESIDUAL, PRODUCT, TWO_LEVEL), (PLAIN, SEMANTIC)])
def test_arms_that_are_compared_at_equal_bits_have_them(names):
    assert len({bits_per_frame(name) for name in names}) == 1


def test_arms_of_a_question_hear_the_same_tunes():
    for claim in all_questions():
        assert len({ARMS[name].sounds for name in claim.arms}) == 1


def test_a_semantic_target_adds_weights_but_no_codes():
    plain, semantic = network_of(PLAIN), network_of(SEMANTIC)
    assert plain.weight == 0 and semantic.weight > 0
    frames = torch.randn(1, 16, N_MELS + N_CLASSES)
    # What is behind the frames changes no code.
    assert torch.equal(semantic.latents(frames), semantic.latents(frames[..., :N_MELS]))
    assert plain.quantizer.stream_sizes == semantic.quantizer.stream_sizes


def test_the_semantic_loss_is_that_of_the_chroma():
    network, frames = network_of(SEMANTIC), torch.randn(1, 16, N_MELS)
    network.quantizes = False
    right = torch.zeros(1, 16, N_CLASSES)
    right[..., 3] = 1
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(10 * right[0, 0].repeat(ARMS[SEMANTIC].config.downsampling))
        low, high = (
            network(torch.cat([frames, chroma], dim=-1)).item()
            for chroma in (right, right.roll(1, dims=-1))
        )
    assert high - low == pytest.approx(10 * network.weight, rel=0.01)


def test_a_colour_does_not_change_the_codes_and_changes_the_sound():
    network, frames = network_of(FACTORISED), torch.randn(1, 32, N_MELS)
    assert isinstance(network, FactorisedNetwork)
    shifted = frames + torch.randn(1, 1, N_MELS)
    with torch.no_grad():
        latents = network.latents(frames)
        assert torch.allclose(latents, network.latents(shifted), atol=1e-5)
        assert not torch.allclose(network.colour(frames), network.colour(shifted), atol=1e-3)
        one, other = (network.join(latents, network.colour(x)) for x in (frames, shifted))
    assert one.shape == frames.shape and not torch.allclose(one, other, atol=1e-4)
    assert isinstance(network_of(MIXED), SemanticNetwork)
    assert not isinstance(network_of(MIXED), FactorisedNetwork)


def test_the_chroma_of_a_note_is_its_pitch_class():
    time = np.arange(22050) / 22050
    audio = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    found = chroma_shares(audio, 22050, 704)
    assert found.shape == (1 + 22050 // 704, N_CLASSES)
    assert (found[5:-5].argmax(axis=1) == 9).all() and found[5:-5, 9].min() > 0.9
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(chroma_shares(np.zeros(5000, np.float32), 22050, 704), 1 / 12)


def test_the_chroma_is_that_of_frequencies_from_100_hz_to_2_khz():
    time = np.arange(22050) / 22050
    for hertz, heard in ((130.81, 0), (65.41, 9), (1864.66, 10), (2093.0, 9)):
        audio = np.sin(2 * np.pi * 440 * time) + 2 * np.sin(2 * np.pi * hertz * time)
        found = chroma_shares(audio.astype(np.float32), 22050, 704)
        assert (found[8:-8].argmax(axis=1) == heard).all()


def test_windows_hold_frames_and_their_chroma():
    windows, mean, std = training_windows(ARMS[BASE].sounds, 4)
    n_mels = frame_config().n_mels
    assert windows.shape[-1] == n_mels + N_CLASSES and mean.shape == std.shape == (n_mels,)
    assert np.allclose(windows[..., n_mels:].sum(axis=-1), 1, atol=1e-4)
    loud = std > 1
    assert np.allclose(windows[..., :n_mels].std(axis=(0, 1))[loud], 1, atol=0.01)


def test_a_trial_gives_the_measures_that_its_question_shows(little):
    _, results = little
    for name in TRIED:
        claim = next(one for one in all_questions() if name in one.arms)
        trial = next(one for one in results["trials"] if one["name"] == name)
        assert set(claim.measures) - {"mel_one"} <= set(trial["measures"])
        assert 0 < trial["measures"]["efficiency"] <= 1
        assert trial["train_seconds"] > 0


def test_a_trial_is_a_function_of_its_seed(little):
    _, results = little
    again = run_trial(ARMS[RESIDUAL], 1, LITTLE)
    first, other = (
        next(t for t in results["trials"] if (t["name"], t["seed"]) == (RESIDUAL, seed))
        for seed in (1, 0)
    )
    assert again["measures"] == first["measures"] != other["measures"]


def test_a_shuffled_label_is_not_read_off(little):
    _, results = little
    measures = next(t for t in results["trials"] if t["name"] == FACTORISED)["measures"]
    assert measures["pitch"] > measures["pitch_guess"] + 0.15
    assert measures["pitch_shuffled"] < measures["pitch_guess"] + 0.1


def test_what_was_not_tried_is_said_to_be_so(little):
    place, results = little
    text = (place / "codec-trials.md").read_text(encoding="utf-8")
    assert all(claim.question in text for claim in all_questions())
    assert text.count("not tried with enough seeds") > 5
    commitment = results["questions"][1]
    assert commitment["arms"][BASE] == {}


@pytest.fixture
def counted(monkeypatch):
    """The trials that are made: their names and seeds."""
    made = []

    def stand_in(arm, seed, sizes):
        made.append((arm.name, seed))
        measures = {name: float(seed) for name in COLUMNS} | {"mel_all": 2.0 + len(made)}
        costs = {"train_seconds": 1.0, "measure_seconds": 1.0}
        return {"name": arm.name, "seed": seed, "measures": measures, **costs}

    monkeypatch.setattr("refimpl.reproduce.trial_records.run_trial", stand_in)
    return made


def test_trials_are_kept_if_their_sizes_are_the_same(little, counted):
    place, results = little
    kept = Trials(place, LITTLE)
    for trial in results["trials"]:
        assert kept.measures(trial["name"], trial["seed"]) == trial["measures"]
    assert not counted
    assert Trials(place, Sizes(steps=31)).trials == []


def test_trials_that_are_forgotten_are_made_again(tmp_path, counted):
    trials = Trials(tmp_path, LITTLE)
    trials.measures(BASE, 0), trials.measures(PRODUCT, 0)
    trials.forget(BASE)
    trials.measures(BASE, 0), trials.measures(PRODUCT, 0)
    assert counted == [(BASE, 0), (PRODUCT, 0), (BASE, 0)]


def test_a_claim_is_the_difference_of_two_codecs_and_can_be_measured_again(tmp_path, counted):
    claims = {one.name: one for one in codecs(tmp_path, LITTLE)}
    parts = claims["Residual codes against parts"]
    assert parts.experiment(3) == 1.0  # less distance is better: 4 dB of parts, 3 dB of residuals
    assert counted == [(RESIDUAL, 3), (PRODUCT, 3)]
    parts.experiment(3)
    assert len(counted) == 2
    parts.forget()
    assert parts.experiment(3) == 1.0 and len(counted) == 4


def test_a_claim_about_less_counts_what_is_no_longer_read(tmp_path, monkeypatch):
    read = {MIXED: {"instrument": 0.7, "pitch": 0.9}, FACTORISED: {"instrument": 0.4, "pitch": 0.8}}
    monkeypatch.setattr(Trials, "measures", lambda self, arm, seed: read[arm])
    claims = {one.name: one for one in codecs(tmp_path, LITTLE)}
    assert claims["The voice apart"].experiment(0) == pytest.approx(0.3)
    assert claims["Notes apart from the voice"].experiment(0) == pytest.approx(-0.1)


def test_what_a_critic_changes_needs_its_record(tmp_path):
    assert "A critic" not in {one.name for one in codecs(tmp_path, LITTLE)}
    runs = [
        {"name": name, "seed": seed, "mel_db": 10.0 + seed + worse}
        for seed in range(3)
        for name, worse in (("without", 0.0), ("with a critic", 1.5))
    ]
    record = {"steps": 150, "runs": runs}
    (tmp_path / "critic-effect.json").write_text(json.dumps(record), encoding="utf-8")
    critic = next(one for one in codecs(tmp_path, LITTLE) if one.name == "A critic")
    assert critic.n_seeds == 3 and critic.experiment(2) == -1.5


def difference(mean, low, high, measure, n=3):
    return {
        "arm": "one",
        "other": "two",
        "measure": measure,
        "difference": {"mean": mean, "low": low, "high": high, "n": n},
    }


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (difference(-0.5, -0.8, -0.2, "mel_all"), "-0.50 [-0.80, -0.20], better"),
        (difference(0.5, 0.2, 0.8, "mel_all"), "worse"),
        (difference(0.5, 0.2, 0.8, "pitch"), "better"),
        (difference(-0.5, -0.8, -0.2, "pitch"), "worse"),
        (difference(-0.5, -0.8, -0.2, "instrument"), "[-0.80, -0.20], less"),
        (difference(0.5, -0.2, 1.2, "pitch"), "no difference that these seeds can show"),
        (difference(0.5, None, None, "pitch", n=1), "not tried with enough seeds"),
        (difference(None, None, None, "pitch", n=0), "not tried with enough seeds"),
    ],
)
def test_a_verdict_follows_from_the_interval(found, words):
    assert words in verdict(found)


def test_a_codec_of_a_semantic_network_needs_no_chroma():
    mel = frame_config()
    network = network_of(SEMANTIC, mel.n_mels)
    codec = NeuralCodec(mel, network, np.zeros(mel.n_mels), np.ones(mel.n_mels))
    frames = np.random.default_rng(0).normal(size=(19, mel.n_mels)).astype(np.float32)
    codes = codec.encode_frames(frames)
    assert codes.shape == (5, 2) and codec.decode_frames(codes).shape == (20, mel.n_mels)
