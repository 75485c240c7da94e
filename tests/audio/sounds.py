"""Sounds whose content is known."""

import numpy as np

RATE = 22050


def tone(seconds=1.0, rate=RATE, frequency=440.0, amplitude=0.5):
    """A sine, `(n_samples,)` float32."""
    times = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def noise(seconds=1.0, rate=RATE, seed=0):
    """White noise, in which a sample lost or doubled shows: `(n_samples,)` float32."""
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.5, 0.5, round(seconds * rate)).astype(np.float32)
