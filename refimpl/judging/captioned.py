"""CLAP score: do sounds agree with their captions, and more than with those of other sounds?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.embeddings import Embedding
from refimpl.judging.measures import SetMeasure
from refimpl.metrics.sets import Agreement, clap_score

EXCHANGED = "the captions of other sounds"


@dataclass(frozen=True)
class Captioned:
    """The sounds of a set that have a caption, with the captions.

    Attributes:
        sounds: (n, n_features) vectors.
        texts: (n, n_features) vectors of the captions in the same embedding.
        numbers: (n,) which sounds of the set these are.
    """

    sounds: np.ndarray
    texts: np.ndarray
    numbers: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of sounds, twice: no reference is needed, and the captions are drawn alike."""
        return len(self.sounds), len(self.sounds)

    def agreement(self, chosen: np.ndarray) -> Agreement:
        """The cosines of some of the sounds with their captions."""
        return clap_score(self.sounds[chosen], self.texts[chosen])


def with_captions(
    vectors: Sequence[np.ndarray], captions: Sequence[str], texts: Mapping[str, np.ndarray]
) -> Captioned | None:
    """Keep the sounds that have a caption; None where fewer than two have one.

    Args:
        vectors: (n_windows, n_features) for each sound.
        captions: one for each sound, "" where there is none.
        texts: the vector of each caption.
    """
    numbers = np.array([n for n, caption in enumerate(captions) if caption], dtype=np.int64)
    if len(numbers) < 2:
        return None
    sounds = np.stack([vectors[n].mean(axis=0) for n in numbers])
    return Captioned(sounds, np.stack([texts[captions[n]] for n in numbers]), numbers)


def embed_all(embedding: Embedding, captions: Sequence[str]) -> dict[str, np.ndarray]:
    """The vector of each caption, by caption; each is read once."""
    different = sorted({caption for caption in captions if caption})
    if not different:
        return {}
    return dict(zip(different, embedding.embed_captions(different), strict=True))


def _score(captioned: Captioned, i: np.ndarray, j: np.ndarray) -> float:
    return captioned.agreement(i).score


def _above_chance(captioned: Captioned, i: np.ndarray, j: np.ndarray) -> float:
    found = captioned.agreement(i)
    return found.score - found.chance


ABOVE_CHANCE = SetMeasure(
    "clap_above_chance", "CLAP score above chance", "high",
    "How much better does the own caption fit than those of the other sounds?",
    "0 with the captions of other sounds", "recited training tunes", _above_chance, (-2, 2),
)  # fmt: skip
CAPTION_MEASURES = (
    SetMeasure(
        "clap_score", "CLAP score", "high", "How well does each caption fit its sound? A cosine.",
        "the score less the row below it", "sounds that were tuned to please the embedding",
        _score, (-1, 1),
    ),
    ABOVE_CHANCE,
)  # fmt: skip
