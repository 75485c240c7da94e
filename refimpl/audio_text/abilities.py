"""Measures of a joint embedding, on tunes that it has not heard.

Retrieval among tunes whose captions all differ, and attributes by changing one word of a caption;
each in the phrasings of training, in sentences that training never saw, and in words that it
never saw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from refimpl.audio_text.examples import Example
from refimpl.audio_text.model import JointEmbedding
from refimpl.audio_text.retrieval import recall_at, zero_shot
from refimpl.audio_text.tags import TEMPOS
from refimpl.tinytunes.arrangement import MELODIES
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.phrasings import TRAINED, write_phrase

WORDINGS = {
    "trained words": tuple(TRAINED),
    "held-out sentences": ("rephrased",),
    "held-out words": ("held-out",),
}
NEAR = 8  # beats per minute


def distinct(examples: Sequence[Example], n: int) -> list[Example]:
    """The first n examples, a third of each size of ensemble, all with different captions."""
    seen, chosen, counts = set(), [], {}
    for example in examples:
        a = example.attributes
        said = (a.key, a.mood, a.style, round(a.tempo or 0), a.register, *a.instruments.values())
        if said not in seen and counts.get(a.size, 0) < -(-n // 3):
            seen.add(said)
            counts[a.size] = counts.get(a.size, 0) + 1
            chosen.append(example)
    return chosen[:n]


def _with_melody(known: Attributes, name: str) -> Attributes:
    return replace(known, instruments=dict(known.instruments) | {"melody": name})


# Of each attribute: the choices, how one gets into a caption, and whether it is right.
QUESTIONS: dict[str, tuple[Sequence[Any], Callable, Callable]] = {
    "key": (range(12), lambda a, c: replace(a, tonic=c), lambda a, c: a.tonic == c),
    "mode": (("major", "minor"), lambda a, c: replace(a, mode=c), lambda a, c: a.mode == c),
    "melody": (MELODIES, _with_melody, lambda a, c: a.melody == c),
    "tempo": (TEMPOS, lambda a, c: replace(a, tempo=c), lambda a, c: abs(a.tempo - c) <= NEAR),
}


def measure_abilities(model: JointEmbedding, examples: Sequence[Example]) -> dict[str, dict]:
    """Measure retrieval and zero-shot attributes.

    Args:
        model: the embedding.
        examples: with attributes, such as those of `distinct`.

    Returns:
        For each wording, by name: recall at 1 and 10 from sounds to captions and back, the mean
        cosine with the own caption and with others, and the share of tunes whose attribute is
        told. Mode and melody are asked of tunes with chords: without, all are alike.
    """
    sounds = np.stack([model.embed_spectrogram(e.frames.astype(np.float32)) for e in examples])
    known = [example.attributes for example in examples]
    found = {}
    for wording, phrasing in WORDINGS.items():
        rng = np.random.default_rng(5)
        captions = [write_phrase(a, rng, phrasing) for a in known]
        similarity = sounds @ model.embed_captions(captions).T
        others = ~np.eye(len(known), dtype=bool)
        found[wording] = {
            "R@1, sound to caption": recall_at(similarity),
            "R@1, caption to sound": recall_at(similarity.T),
            "R@10, sound to caption": recall_at(similarity, min(10, len(known))),
            "R@10, caption to sound": recall_at(similarity.T, min(10, len(known))),
            "cosine, own caption": float(similarity.diagonal().mean()),
            "cosine, others": float(similarity[others].mean()) if others.any() else float("nan"),
        } | {name: _told(model, sounds, known, name, phrasing) for name in QUESTIONS}
    return found


def _told(
    model: JointEmbedding,
    sounds: np.ndarray,
    known: Sequence[Attributes],
    name: str,
    phrasing: Sequence[str],
) -> float:
    """The share of tunes whose attribute is told by changing one word."""
    choices, change, is_right = QUESTIONS[name]
    right = []
    for number, (one, sound) in enumerate(zip(known, sounds, strict=True)):
        if name in ("mode", "melody") and one.size == "duo":
            continue

        def caption(choice: Any, one: Attributes = one, number: int = number) -> str:
            rng = np.random.default_rng([7, number])  # the same words but for one
            return write_phrase(change(one, choice), rng, phrasing, keep=0.0)

        chosen = zero_shot(sound, list(choices), caption, model.embed_captions)
        right.append(is_right(one, chosen))
    return float(np.mean(right)) if right else float("nan")
