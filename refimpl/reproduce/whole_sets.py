"""Sets of tunes as wholes, beside training tunes: Fréchet distance and diversity.

Measures of single tunes miss what only a set shows, such as a model that always writes one tune.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from refimpl.judging.judged import Judged, Reference
from refimpl.judging.measures import FEWEST, SET_MEASURES
from refimpl.metrics.statistics import Estimate

EMBEDDING = "joint"
HEARD_BY = "heard_by"  # in records: the fingerprint of the embedding
WHOLE = tuple(one for one in SET_MEASURES if one.name in ("fad_infinity", "diversity"))


def measure_whole(vectors: Sequence[np.ndarray], reference: Reference) -> dict[str, Estimate]:
    """Measure a set as a whole, with 95 % intervals.

    Args:
        vectors: (n_windows, n_features) of each tune, in the embedding of the reference.
        reference: training tunes.

    Returns:
        "fad_infinity" and "diversity", which is 1 where tunes differ as much as training tunes;
        nothing for sets of fewer than eight tunes.

    Source: Gui et al. 2024, for the first. Taught in lesson 11.
    """
    if min(len(vectors), len(reference.sounds)) < FEWEST:
        return {}
    judged = Judged(vectors, reference)
    return {measure.name: measure.estimate(judged) for measure in WHOLE}
