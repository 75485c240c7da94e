"""The experiments on waveform codecs, on a scale of seconds."""

import dataclasses
import json

import numpy as np
import pytest
import soundfile

from refimpl.codecs import WaveformCodecConfig
from refimpl.mel import MelConfig
from refimpl.reproduce.critic_effect import MEASURES, WITH, WITHOUT, critic_effect
from refimpl.reproduce.vocoders import vocoders
from refimpl.reproduce.waveform_steps import (
    LOSSES,
    measure_codec,
    onset_f_score,
    waveform_steps,
)
from refimpl.tinytunes import TuneConfig, Tunes

SMALL = dataclasses.replace(WaveformCodecConfig.small(), max_seconds=20)
SIZES = {"n_training": 2, "n_held_out": 1, "show": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("waveform")


@pytest.fixture(scope="module")
def results(folder):
    return waveform_steps(folder, (20,), work=folder / "work", config=SMALL, **SIZES)


def test_every_training_is_measured_at_every_rate_and_can_be_heard(folder, results):
    assert results["runs"].keys() == {f"{loss}-20" for loss in LOSSES}
    for name, run in results["runs"].items():
        assert run["steps"] == run["settings"]["steps"] == 20
        assert run["core_seconds"] > 0 and run["weights"] > 0
        assert run["books"].keys() == {"1", "2"}
        one, two = run["books"]["1"], run["books"]["2"]
        assert two["bits_per_second"] == pytest.approx(2 * one["bits_per_second"])
        assert all(0 <= two[share] <= 1 for share in ("melody", "bass", "onsets"))
        assert two["mel_db"] > 0 and two["speed"] > 0
        sound, rate = soundfile.read(folder / "sounds" / f"waveform-{name}.mp3")
        assert rate == SMALL.sample_rate and 3.9 < len(sound) / rate < 4.2
    assert (folder / "sounds" / "waveform-original.mp3").exists()
    assert json.loads((folder / "waveform-steps.json").read_text()) == results


def test_what_is_measured_already_is_kept(folder, results):
    again = waveform_steps(folder, (20,), work=folder / "work", config=SMALL, **SIZES)
    assert again == results  # core seconds too, which no second training would repeat


def test_a_critic_is_measured_against_none_in_pairs(folder, results):
    codec = SMALL.fit([tune.render() for tune in _tunes("train", 2)], show=False)
    before = codec.fingerprint
    found = critic_effect(folder, codec, steps=2, seeds=(0, 1), **SIZES)
    assert codec.fingerprint == before
    assert [(run["seed"], run["name"]) for run in found["runs"]] == [
        (seed, name) for seed in (0, 1) for name in (WITHOUT, WITH)
    ]
    with_it, without = (
        [r["si_sdr"] for r in found["runs"] if r["name"] == n] for n in (WITH, WITHOUT)
    )
    assert with_it != without
    difference = found["differences"]["si_sdr"]
    assert difference["mean"] == pytest.approx(np.mean(with_it) - np.mean(without), abs=1e-6)
    assert found["differences"].keys() == set(MEASURES)
    assert json.loads((folder / "critic-effect.json").read_text()) == found
    again = critic_effect(folder, codec, steps=2, seeds=(0, 1), **SIZES)
    assert again == found  # core seconds too, which no second run would repeat
    other = critic_effect(folder, codec, steps=1, seeds=(0,), **SIZES)
    assert [run["name"] for run in other["runs"]] == [WITHOUT, WITH] and other["steps"] == 1


def test_two_ways_from_frames_to_sound_are_measured(tmp_path):
    mel = MelConfig(sample_rate=8000, n_fft=512, hop_length=128, n_mels=40)
    found = vocoders(tmp_path, steps=2, mel=mel, **SIZES)
    assert found["measures"].keys() == {"Griffin-Lim", "vocoder"}
    assert found["measures"]["Griffin-Lim"]["mel_db"] < found["measures"]["vocoder"]["mel_db"]
    assert json.loads((tmp_path / "vocoders.json").read_text()) == found


def _tunes(split, n):
    return list(Tunes(split, TuneConfig(sample_rate=SMALL.sample_rate)).take(n))


class Delayed:
    """Gives a sound back later and softer."""

    sample_rate, step_rate, stream_sizes = SMALL.sample_rate, 10.0, (4, 8)

    def __init__(self, delay):
        self.delay = delay

    def encode(self, audio):
        return audio

    def decode(self, audio):
        return 0.5 * np.pad(audio, (self.delay, 0))


def test_measures_of_codecs_whose_faults_are_known():
    tunes = _tunes("test", 2)
    exact, late = measure_codec(Delayed(0), tunes), measure_codec(Delayed(800), tunes)
    assert exact["bits_per_second"] == 50
    assert exact["si_sdr"] == np.inf and exact["onsets"] == 1.0 and exact["melody"] > 0.9
    # Half the amplitude is 6 dB in every band, but for those at the floor.
    assert 4 < exact["mel_db"] < 6.03
    assert late["si_sdr"] < 0 and late["onsets"] < 0.7


def test_an_onset_is_counted_once():
    def clicks(*times):
        sound = np.zeros(16000, np.float32)
        for time in times:
            first = round(time * 8000)
            sound[first : first + 400] = np.sin(np.arange(400)) * np.linspace(1, 0, 400)
        return sound

    assert onset_f_score(clicks(0.5, 1.0), clicks(0.51, 1.02), 8000) == 1.0
    assert onset_f_score(clicks(0.5, 1.0), clicks(0.5), 8000) == pytest.approx(2 / 3)
    assert onset_f_score(clicks(0.5), clicks(0.47, 0.55, 1.5), 8000) <= 2 / 3
    assert onset_f_score(clicks(0.5), clicks(1.5), 8000) == 0.0
    assert onset_f_score(clicks(), clicks(), 8000) == 1.0
