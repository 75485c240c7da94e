"""Measures of the labels that an embedding's classifier gives to sounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.judging.measures import SetMeasure
from refimpl.metrics.sets import inception_score, label_divergence


@dataclass(frozen=True)
class Labelled:
    """The labels of a set and of its reference.

    Attributes:
        given: (n_sounds, n_labels) probabilities.
        reference: (n_reference, n_labels) probabilities.
    """

    given: np.ndarray
    reference: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of generated sounds and of real ones."""
        return len(self.given), len(self.reference)


LABEL_MEASURES = (
    SetMeasure(
        "inception_score", "inception score", "high",
        "Are the labels of each sound certain, and those of the set varied?",
        "by the number of labels and sounds: see the real ones", "recited training tunes",
        lambda labels, i, j: inception_score(labels.given[i]), (1, np.inf),
    ),
    SetMeasure(
        "label_divergence", "divergence of labels", "low",
        "Does each label occur as often as among real sounds? In nats.",
        "near 0, and more in small sets", "sounds that only have the right labels",
        lambda labels, i, j: label_divergence(labels.given[i], labels.reference[j]), (0, np.inf),
    ),
)  # fmt: skip
