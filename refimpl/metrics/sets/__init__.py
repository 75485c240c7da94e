"""Measures of sets: how a generator's sounds as a whole compare with real ones.

Every measure works on vectors that an embedding made of the sounds (`vectors`). Fréchet distance
(`frechet`) and kernel distance (`kernel`) give one number; precision, recall, density and coverage
(`manifold`) tell quality from variety. `diversity` needs no reference, `nearest` finds copies,
`labels` works on a classifier's labels, and `agreement` on captions. `resampling` gives each its
interval.
"""

from refimpl.metrics.sets.agreement import Agreement, clap_score
from refimpl.metrics.sets.diversity import diversity
from refimpl.metrics.sets.frechet import (
    Extrapolated,
    Gaussian,
    frechet_distance,
    frechet_infinity,
)
from refimpl.metrics.sets.kernel import kernel_distance
from refimpl.metrics.sets.labels import (
    inception_score,
    label_divergence,
    label_surprises,
    paired_label_divergence,
)
from refimpl.metrics.sets.manifold import Manifold, expected_coverage, manifold_scores
from refimpl.metrics.sets.nearest import nearest_distances, too_near
from refimpl.metrics.sets.resampling import resampled, told_apart

__all__ = [
    "Agreement",
    "Extrapolated",
    "Gaussian",
    "Manifold",
    "clap_score",
    "diversity",
    "expected_coverage",
    "frechet_distance",
    "frechet_infinity",
    "inception_score",
    "kernel_distance",
    "label_divergence",
    "manifold_scores",
    "nearest_distances",
    "label_surprises",
    "paired_label_divergence",
    "resampled",
    "told_apart",
    "too_near",
]
