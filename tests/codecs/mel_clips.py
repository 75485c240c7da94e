"""Clips of mel frames that a small codec learns in a second."""

import numpy as np


def make_clips(n=12, n_frames=60, seed=0):
    """Clips that hold one of ten noisy shapes for five frames each."""
    rng = np.random.default_rng(seed)
    shapes = np.random.default_rng(42).uniform(-70, -5, (10, 10))
    return [
        (
            np.repeat(shapes[rng.integers(10, size=n_frames // 5)], 5, axis=0)
            + rng.normal(0, 2, (n_frames, 10))
        ).astype(np.float32)
        for _ in range(n)
    ]
