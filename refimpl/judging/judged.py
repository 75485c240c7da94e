"""A set beside its reference, in one embedding, with what many draws of halves need again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from refimpl.metrics.sets.frechet import Gaussian
from refimpl.metrics.sets.kernel import mean_kernel, median_distance
from refimpl.metrics.sets.vectors import as_pair, as_sounds, centres, distances

MOST_KEPT = 200  # fitted halves


class Reference:
    """Real sounds as vectors, against which several sets are measured.

    Args:
        vectors: see `refimpl.metrics.sets.vectors`.

    Raises:
        UserError: fewer than two sounds, or vectors that do not fit.
    """

    def __init__(self, vectors: Sequence[np.ndarray]):
        self.sounds = as_sounds(vectors, "reference")
        self.points = centres(self.sounds)
        self._gaussians: dict[bytes, Gaussian] = {}

    def gaussian(self, chosen: np.ndarray) -> Gaussian:
        """Fit the vectors of some sounds; several sets are measured against the same ones."""
        key = chosen.tobytes()
        if key not in self._gaussians:
            if len(self._gaussians) > MOST_KEPT:
                self._gaussians.clear()
            self._gaussians[key] = Gaussian.of(np.concatenate([self.sounds[i] for i in chosen]))
        return self._gaussians[key]

    @cached_property
    def within(self) -> np.ndarray:
        """Distances of all pairs of sounds."""
        return distances(self.points, self.points)

    @cached_property
    def width(self) -> float:
        """Of the kernel."""
        return median_distance(self.sounds)

    @cached_property
    def kernel(self) -> np.ndarray:
        """Mean kernel of all pairs of sounds."""
        return mean_kernel(self.sounds, self.sounds, self.width)


@dataclass
class Judged:
    """A set and its reference.

    Args:
        generated: see `refimpl.metrics.sets.vectors`.
        reference: real sounds in the same embedding.

    Raises:
        UserError: fewer than two sounds, or vectors that do not fit.
    """

    generated: Sequence[np.ndarray]
    reference: Reference

    def __post_init__(self) -> None:
        self.sounds, _ = as_pair(self.generated, self.reference.sounds)
        self.points = centres(self.sounds)

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of generated sounds and of real ones."""
        return len(self.sounds), len(self.reference.sounds)

    @cached_property
    def within(self) -> np.ndarray:
        """Distances of all pairs of generated sounds."""
        return distances(self.points, self.points)

    @cached_property
    def between(self) -> np.ndarray:
        """Distances (n_generated, n_reference)."""
        return distances(self.points, self.reference.points)

    @cached_property
    def kernel(self) -> np.ndarray:
        """Mean kernel of all pairs of generated sounds."""
        return mean_kernel(self.sounds, self.sounds, self.reference.width)

    @cached_property
    def kernel_between(self) -> np.ndarray:
        """Mean kernel (n_generated, n_reference)."""
        return mean_kernel(self.sounds, self.reference.sounds, self.reference.width)
