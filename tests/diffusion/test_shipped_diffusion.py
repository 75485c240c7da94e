"""The diffusion model in the package: it writes music in the key that it is asked for."""

import numpy as np
import pytest
import torch

from refimpl.diffusion import load_diffusion, melody_steps, write_tunes
from refimpl.diffusion.writing import FEW, Wish
from refimpl.metrics import detect_notes


@pytest.fixture(scope="module")
def saved():
    return load_diffusion()


@pytest.mark.parametrize("n_steps", [8, FEW])
def test_it_keeps_to_the_key(saved, n_steps):
    (tune,) = write_tunes(saved, Wish(key=4), n_steps=n_steps, seed=1)
    pitches = detect_notes(tune, saved.codec.sample_rate).pitches
    assert len(pitches) > 6
    assert np.isin((pitches - 4) % 12, (0, 2, 4, 5, 7, 9, 11)).mean() > 0.9


def test_its_facts_say_how_it_was_made(saved):
    assert saved.facts["few_steps"] == FEW and saved.facts["core_seconds"] <= 1200
    assert saved.facts["command"].startswith("python -m refimpl.diffusion")


def test_it_takes_over_a_melody(saved):
    hertz = [261.63, 329.63, 392.0, 523.25]
    t = np.arange(round(2.04 * 22_050)) / 22_050
    melody = np.concatenate([0.3 * np.sin(2 * np.pi * h * t) for h in hertz]).astype(np.float32)
    (tune,) = write_tunes(saved, Wish(melody=melody), n_steps=8)
    (other,) = write_tunes(saved, n_steps=8, guidance=2.0)
    asked = np.repeat([0, 4, 7, 0], 16)
    heard = [_classes(saved, sound) for sound in (tune, other)]
    right = [float((one == asked).mean()) for one in heard]
    assert right[0] > 0.6 > right[1]


def _classes(saved, sound):
    return melody_steps(sound, saved.codec.sample_rate, saved.codec.step_rate, 64).numpy()


def test_its_latents_have_variance_one_in_its_tunes(saved):
    clips = saved.model.write(8, labels=torch.arange(8), n_steps=8)
    assert 0.7 < clips.std() < 1.2
