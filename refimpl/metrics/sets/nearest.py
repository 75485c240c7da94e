"""Nearest neighbours in the training set: is it new, as far as an embedding can hear?

`refimpl.metrics.copying` finds exact runs of tokens. This also finds copies that were transposed or
coded differently, if the embedding puts them near each other.
"""

from __future__ import annotations

import numpy as np

from refimpl.metrics.sets.vectors import Set, as_pair, centres, distances

TOO_NEAR = 5.0  # percent of held-out sounds that are nearer


def nearest_distances(sounds: Set, training: Set) -> np.ndarray:
    """Distance of each sound to its nearest training sound: (n_sounds,).

    Args:
        sounds: see `refimpl.metrics.sets.vectors`; a sound counts as the mean of its vectors.
        training: the same, with as many features.

    Raises:
        UserError: vectors that do not fit.

    Taught in lesson 11.
    """
    one, two = (centres(side) for side in as_pair(sounds, training, at_least=1))
    return distances(one, two).min(axis=1)


def too_near(generated: Set, training: Set, held_out: Set) -> np.ndarray:
    """Which sounds are nearer to a training sound than 95 % of held-out sounds are.

    Unlike distances, its mean can be read without knowing the embedding: .05 is chance, and 1 is
    what a model reaches that recites. Sounds that resemble no tune are far from all of them, and
    pass: being new is not being music.

    Args:
        generated: see `refimpl.metrics.sets.vectors`.
        training: the same, with as many features.
        held_out: the same; real sounds that are not among the training sounds.

    Returns:
        (n_generated,) bool.

    Raises:
        UserError: vectors that do not fit.

    Taught in lesson 11.
    """
    threshold = np.percentile(nearest_distances(held_out, training), TOO_NEAR)
    return nearest_distances(generated, training) < threshold
