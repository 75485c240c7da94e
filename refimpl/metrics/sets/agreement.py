"""CLAP score: do sounds agree with their captions, as a joint embedding hears it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.errors import UserError


@dataclass(frozen=True)
class Agreement:
    """Cosines of sounds and captions.

    Attributes:
        own: (n_sounds,) with their own caption.
        others: (n_sounds,) mean with the captions of the other sounds: what chance gives.
    """

    own: np.ndarray
    others: np.ndarray

    @property
    def score(self) -> float:
        """The mean cosine with the own caption."""
        return float(self.own.mean())

    @property
    def chance(self) -> float:
        """The mean cosine with other captions."""
        return float(self.others.mean())


def clap_score(sounds: np.ndarray, texts: np.ndarray) -> Agreement:
    """Compare each sound with its caption in a joint embedding of sound and text.

    The score says how well the *embedding* is satisfied. A sound that was tuned to please it can
    have a higher score than the recording that the caption was written for.

    Args:
        sounds: (n_sounds, n_features) vectors of sounds, of any length.
        texts: (n_sounds, n_features) vectors of their captions, in the same order.

    Raises:
        UserError: other shapes, NaN, or a vector of zeros.

    Source: Elizalde et al. 2023; Huang et al. 2023 (as a score). Taught in lesson 11.
    """
    one, two = (np.asarray(side, dtype=np.float64) for side in (sounds, texts))
    if one.ndim != 2 or one.shape != two.shape or not one.size:
        raise UserError(
            f"sounds have shape {one.shape} and captions {two.shape}; give (n_sounds, n_features) "
            "for both"
        )
    lengths = [np.linalg.norm(side, axis=1, keepdims=True) for side in (one, two)]
    if not all((length > 0).all() and np.isfinite(length).all() for length in lengths):
        raise UserError("a vector is all zeros, or not finite; it has no direction to compare")
    cosines = (one / lengths[0]) @ (two / lengths[1]).T
    own, n = np.diag(cosines).copy(), len(cosines)
    others = (cosines.sum(axis=1) - own) / max(n - 1, 1) if n > 1 else np.full(1, np.nan)
    return Agreement(own, others)
