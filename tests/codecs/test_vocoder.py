"""The vocoder that learns: its frames are the package's, and its sound comes to have them."""

import numpy as np
import pytest
import torch

from refimpl.codecs import CodecError
from refimpl.codecs.neural.vocoder import Vocoder, fit_vocoder
from refimpl.mel import MelConfig, MelError, mel_spectrogram
from refimpl.metrics import mel_distance

MEL = MelConfig(sample_rate=8000, n_fft=256, hop_length=64, n_mels=20)
SHAPE = {"hidden_size": 16, "n_blocks": 1, "kernel_size": 3}


def sound(seed=0, seconds=1.0):
    rng = np.random.default_rng(seed)
    pitches = np.repeat(rng.uniform(200, 2000, round(4 * seconds)), 2000)
    return (0.4 * np.sin(2 * np.pi * np.cumsum(pitches) / 8000)).astype(np.float32)


def test_its_frames_are_those_of_the_package():
    audio = sound()
    expected = mel_spectrogram(audio, MEL)[:125]  # the last one is centred on the end
    found = Vocoder(MEL, **SHAPE).frames(torch.from_numpy(audio)[None])[0].numpy()
    assert found.shape == (125, 20)
    assert np.abs(found - expected).max() < 0.01


def test_training_brings_its_sound_near_the_frames():
    def distance(vocoder):
        frames = mel_spectrogram(sound(9), MEL)
        heard = vocoder.to_audio(frames)
        assert heard.dtype == np.float32 and len(heard) == MEL.n_samples(len(frames))
        return mel_distance(frames, mel_spectrogram(heard, MEL))

    options = {"batch_size": 4, "segment": 16, "show": False, **SHAPE}
    few, many = (
        fit_vocoder([sound(i) for i in range(4)], MEL, steps=steps, **options) for steps in (1, 80)
    )
    assert distance(many) < 0.8 * distance(few)
    again = fit_vocoder([sound(i) for i in range(4)], MEL, steps=1, **options)
    assert distance(again) == distance(few)


def test_no_frames_give_no_sound_and_wrong_ones_are_refused():
    vocoder = Vocoder(MEL, **SHAPE).eval()
    assert vocoder.to_audio(np.zeros((0, 20), np.float32)).shape == (0,)
    with pytest.raises(MelError):
        vocoder.to_audio(np.zeros((3, 19), np.float32))
    with pytest.raises(CodecError, match="no sound"):
        fit_vocoder([], MEL)
