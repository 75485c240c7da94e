"""A codec tells the sounds that it was fitted on from others."""

import numpy as np
import pytest

from refimpl.codecs import (
    FAR,
    VQVAE,
    Codebook,
    NeuralCodec,
    NeuralConfig,
    NeuralNetwork,
    QuantizerConfig,
    VQVAEConfig,
    WaveformCodec,
    distance_from_codes,
    warning_of_distance,
)
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.pipeline import load_tokenizer
from refimpl.tinytunes import Note, Tunes
from refimpl.tinytunes.rendering import render

RATE = 22050


@pytest.fixture(scope="module", params=["course", "neural"])
def shipped(request):
    return load_tokenizer(request.param)


def piano_chords():
    """Four voices of the same piano that plays the tunes' melodies: 4 s."""
    notes = [
        Note(0.5 * i, 0.5, pitch + i % 3, 60, "piano", "melody")
        for i in range(8)
        for pitch in (48, 55, 64, 72)
    ]
    return render(notes, 4 * RATE, RATE, 0.12)


def tunes(n, split="validation"):
    return [tune.render() for tune in Tunes(split).take(n)]


def test_no_false_alarm_on_held_out_tunes(shipped):
    assert [warning_of_distance(shipped.codec, audio) for audio in tunes(30)] == [None] * 30


def test_no_false_alarm_on_what_it_has_made(shipped):
    for audio in tunes(4):
        assert warning_of_distance(shipped.codec, shipped.decode(shipped.encode(audio))) is None


@pytest.mark.parametrize(
    "audio",
    [
        piano_chords(),
        0.1 * np.random.default_rng(0).normal(size=2 * RATE).astype(np.float32),
        0.3 * np.sin(2 * np.pi * 3000 * np.arange(2 * RATE) / RATE).astype(np.float32),
    ],
    ids=["piano chords", "noise", "whistle"],
)
def test_other_sounds_are_reported_with_the_figure_and_what_to_do(shipped, audio):
    distance = distance_from_codes(shipped.codec, audio)
    assert distance > FAR
    warning = warning_of_distance(shipped.codec, audio)
    assert f"{distance:.1f}" in warning and "refimpl run" in warning


@pytest.mark.parametrize("normalisation", ["band", "global", "none"])
@pytest.mark.parametrize("n_clusters", [16, 128])
def test_the_unit_holds_for_any_codebook(n_clusters, normalisation):
    mel = MelConfig(n_fft=2048, hop_length=704, n_mels=64)
    frames = [mel_spectrogram(audio, mel) for audio in tunes(40, "train")]
    codebook = Codebook.fit(
        frames, mel, n_clusters=n_clusters, normalisation=normalisation, max_iter=5
    )
    known = [distance_from_codes(codebook, audio) for audio in tunes(8)]
    assert max(known) < FAR
    noise = 0.1 * np.random.default_rng(0).normal(size=2 * RATE)
    assert distance_from_codes(codebook, noise) > 2 * max(known)


@pytest.mark.parametrize("changes", [{}, {"n_stages": 2, "downsampling": 2}])
def test_a_small_vqvae_tells_tunes_from_noise(changes):
    mel = MelConfig(n_fft=2048, hop_length=704, n_mels=64)
    frames = [mel_spectrogram(audio, mel) for audio in tunes(40, "train")]
    config = VQVAEConfig(**{"n_codes": 64, "hidden_size": 32, "n_layers": 1} | changes)
    vqvae = VQVAE.fit(frames, mel, config, steps=200, batch_size=8, show=False)
    known = [distance_from_codes(vqvae, audio) for audio in tunes(8)]
    assert max(known) < FAR
    noise = 0.1 * np.random.default_rng(0).normal(size=2 * RATE)
    assert distance_from_codes(vqvae, noise) > 1.5 * max(known)


@pytest.mark.parametrize("changes", [{"kind": "finite_scalar"}, {"cosine": True, "code_dim": 4}])
def test_codes_that_are_no_book_or_only_directions_cannot_tell(changes):
    mel = MelConfig(n_fft=256, hop_length=128, n_mels=8)
    config = NeuralConfig(width=8, quantizer=QuantizerConfig(**changes))
    codec = NeuralCodec(mel, NeuralNetwork(8, config), np.zeros(8), np.ones(8))
    audio = 0.1 * np.random.default_rng(0).normal(size=4000)
    assert np.isnan(distance_from_codes(codec, audio))
    assert warning_of_distance(codec, audio) is None


def test_without_an_answer_there_is_no_warning():
    mel = MelConfig(n_fft=256, hop_length=128, n_mels=8)
    one = Codebook(mel, [np.zeros((1, 8))], np.zeros(8), np.ones(8))
    audio = 0.1 * np.random.default_rng(0).normal(size=4000)
    assert np.isnan(distance_from_codes(one, audio))
    assert warning_of_distance(one, audio) is None
    assert warning_of_distance(one, np.zeros(0)) is None
    assert warning_of_distance(WaveformCodec, audio) is None
