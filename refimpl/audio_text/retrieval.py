"""What a joint embedding can do: find sounds by captions, and tell attributes by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refimpl.errors import UserError


def recall_at(similarity: np.ndarray, k: int = 1) -> float:
    """The share of queries whose own item is among the k most similar; equals count half.

    Args:
        similarity: `(n, n)`, of each query (row) with each item (column); the i-th item is the
            i-th query's own. Sounds by their captions: `captions @ sounds.T`.
        k: from 1 to n.

    Returns:
        From 0 to 1; by chance k / n. An item as similar as the query's own is before it half of the
        time, so that a model that gives all items the same similarity has chance.

    Raises:
        UserError: the matrix is not square, or k is out of range.

    Taught in lesson 11.
    """
    similarity = np.asarray(similarity, dtype=np.float64)
    if similarity.ndim != 2 or similarity.shape[0] != similarity.shape[1] or not similarity.size:
        raise UserError(f"similarity has shape {similarity.shape}; give (n, n), n from 1")
    if not 1 <= k <= len(similarity):
        raise UserError(f"k is {k}; give a number from 1 to {len(similarity)}")
    own = np.diag(similarity)[:, None]
    before = (similarity > own).sum(axis=1)
    equal = (similarity == own).sum(axis=1)  # with itself, 1 or more
    # Among equals every order is as likely: `k - before` of them are in time.
    return float(np.clip((k - before) / equal, 0.0, 1.0).mean())


def clap_scores(sounds: np.ndarray, captions: np.ndarray) -> np.ndarray:
    """How well each caption fits its sound: the cosine of their vectors.

    Args:
        sounds: `(n, dim)`, of `embed_sounds`.
        captions: `(n, dim)`, of `embed_captions`; the i-th belongs to the i-th sound.

    Returns:
        `(n,)`, from -1 to 1. Their mean is the CLAP score of a set.

    Raises:
        UserError: the shapes differ.

    Taught in lesson 11.
    """
    sounds, captions = np.asarray(sounds), np.asarray(captions)
    if sounds.shape != captions.shape or sounds.ndim != 2:
        raise UserError(
            f"sounds have shape {sounds.shape} and captions {captions.shape}; "
            "give (n, dim) twice, a caption for each sound"
        )
    lengths = np.linalg.norm(sounds, axis=1) * np.linalg.norm(captions, axis=1)
    return (sounds * captions).sum(axis=1) / np.maximum(lengths, 1e-12)


def zero_shot(
    sound: np.ndarray,
    choices: Sequence[Any],
    caption_of: Callable[[Any], str],
    embed_captions: Callable[[list[str]], np.ndarray],
) -> Any:
    """Choose what a sound has by the caption that fits best: a classifier that nobody trained.

    Args:
        sound: vector of the sound `(dim,)`.
        choices: such as the names of instruments.
        caption_of: writes the caption for a choice, the same but for one word.
        embed_captions: of the embedding.

    Returns:
        The choice whose caption is the most similar; the first of equals.

    Raises:
        UserError: nothing to choose from.

    Source: Radford et al. 2021, section 3.1; Elizalde et al. 2023, section 4.
    Taught in lesson 11.
    """
    if not len(choices):
        raise UserError("there are no choices; give at least one")
    vectors = embed_captions([caption_of(choice) for choice in choices])  # (n_choices, dim)
    return choices[int(np.argmax(vectors @ sound))]
