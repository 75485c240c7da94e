"""Measures from the labels that a classifier gives: inception score, and divergences of labels.

A classifier gives each sound a probability for each label. It only sees what its labels tell apart.
"""

from __future__ import annotations

import numpy as np

from refimpl.errors import UserError

_TINY = 1e-8  # a label that never occurs would be infinitely surprising


def inception_score(probabilities: np.ndarray) -> float:
    """Inception score: labels should be certain for each sound, and varied over the set.

    Args:
        probabilities: (n_sounds, n_labels), rows that add up to 1.

    Returns:
        From 1 (all sounds get the same labels, or none is certain) to n_labels. There is no
        reference: one perfect sound for each label has the best score, whatever else it lacks.

    Raises:
        UserError: rows that are no probabilities.

    Source: Salimans et al. 2016, section 4. Taught in lesson 11.
    """
    return float(np.exp(label_surprises(probabilities).mean()))


def label_surprises(probabilities: np.ndarray) -> np.ndarray:
    """How far the labels of each sound are from the set's mean, in nats.

    The exponential of their mean is the inception score.

    Args:
        probabilities: (n_sounds, n_labels), rows that add up to 1.

    Returns:
        (n_sounds,) at least 0.

    Raises:
        UserError: rows that are no probabilities.

    Source: Salimans et al. 2016, section 4. Taught in lesson 11.
    """
    labels = check_probabilities(probabilities)
    return _divergence(labels, labels.mean(axis=0))


def label_divergence(generated: np.ndarray, reference: np.ndarray) -> float:
    """Kullback-Leibler divergence of the labels of two sets, in nats.

    The two sets' mean labels are compared: does each label occur as often as in the reference?

    Args:
        generated: (n_sounds, n_labels) probabilities.
        reference: (n_others, n_labels) probabilities.

    Returns:
        At least 0; 0 where all labels occur equally often.

    Raises:
        UserError: rows that are no probabilities, or other labels.

    Source: Kullback and Leibler 1951. Taught in lesson 11.
    """
    one, two = check_probabilities(generated), check_probabilities(reference)
    _check_labels(one, two)
    return float(_divergence(two.mean(axis=0), one.mean(axis=0)))


def paired_label_divergence(generated: np.ndarray, reference: np.ndarray) -> float:
    """Mean divergence of the labels of each sound from those of its original, in nats.

    This is what papers on captions report: each generated sound has a real one with its caption.

    Args:
        generated: (n_sounds, n_labels) probabilities.
        reference: (n_sounds, n_labels) probabilities of the originals, in the same order.

    Raises:
        UserError: rows that are no probabilities, or another number of them.

    Source: Kreuk et al. 2023. Taught in lesson 11.
    """
    one, two = check_probabilities(generated), check_probabilities(reference)
    _check_labels(one, two)
    if len(one) != len(two):
        raise UserError(f"{len(one)} sounds and {len(two)} originals; pairs need as many of both")
    return float(_divergence(two, one).mean())


def check_probabilities(probabilities: np.ndarray) -> np.ndarray:
    """Check labels (n_sounds, n_labels) and return them as float64.

    Raises:
        UserError: another shape, NaN, a number below 0, or rows that do not add up to 1.
    """
    found = np.asarray(probabilities, dtype=np.float64)
    if found.ndim != 2 or not found.size:
        raise UserError(f"labels have shape {found.shape}; give (n_sounds, n_labels)")
    if not (found >= 0).all() or not np.allclose(found.sum(axis=1), 1, atol=1e-3):
        raise UserError("labels have to be probabilities: 0 or more, with rows that add up to 1")
    return found


def _check_labels(one: np.ndarray, two: np.ndarray) -> None:
    if one.shape[1] != two.shape[1]:
        raise UserError(f"{one.shape[1]} labels and {two.shape[1]}; use the same classifier")


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """KL(p || q) over the last axis."""
    return np.sum(p * (np.log(p + _TINY) - np.log(q + _TINY)), axis=-1)
