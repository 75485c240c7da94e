"""Pairs of sound and caption for training: tunes, moved to other keys and tempos, in many words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from refimpl.audio import Clip
from refimpl.audio_text.fillers import forget_fillers
from refimpl.audio_text.front_end import N_BANDS, semitone_spectrogram
from refimpl.audio_text.sound_encoder import WINDOW
from refimpl.audio_text.tags import TEMPOS, change_one, classes_of, numbers_of
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.phrasings import write_phrase
from refimpl.training import Batch

MOST_SEMITONES = 3  # of a transposition: further, timbres would change too
MOST_STRETCH = 1.15
COMPLETE = 0.5  # the share of captions that mention everything
STRANGE = 0.4  # the share of captions in which some words are not known
ALIKE = 0.5  # the share of groups whose tunes have one size of ensemble


@dataclass(frozen=True, eq=False)
class Example:
    """A clip as the sound encoder sees it, with its attributes.

    Attributes:
        frames: of `semitone_spectrogram`, `(n_frames, 96)`; float16 saves memory.
        attributes: what captions say of it.
    """

    frames: np.ndarray
    attributes: Attributes

    @classmethod
    def of(cls, clip: Clip) -> Example:
        """Analyse a clip; its attributes come from its facts."""
        frames = semitone_spectrogram(clip.audio, clip.sample_rate)
        return cls(frames.astype(np.float16), Attributes.of(clip.facts))


def vary(example: Example, rng: np.random.Generator) -> Example:
    """A window of an example, every other time in another key, every other time at another tempo.

    With one band a semitone, transposing is moving rows, and the caption moves with them.

    Args:
        example: of any length.
        rng: chooses the window, the key and the tempo.

    Returns:
        One with `(352, 96)` float32 frames.
    """
    frames, attributes = example.frames, example.attributes
    if rng.random() < 0.5:
        semitones = int(rng.integers(-MOST_SEMITONES, MOST_SEMITONES + 1))
        frames, attributes = transpose(frames, semitones), attributes.transposed(semitones)
    stretch = 1.0
    if attributes.tempo is not None and rng.random() < 0.5:
        near = [t for t in TEMPOS if _stretch(t, attributes.tempo) <= MOST_STRETCH]
        if near:
            tempo = near[int(rng.integers(len(near)))]
            stretch, attributes = tempo / attributes.tempo, attributes.at_tempo(tempo)
    return Example(_window(frames, stretch, rng), attributes)


def transpose(frames: np.ndarray, semitones: int) -> np.ndarray:
    """Move frames `(n_frames, 96)` up by some semitones; what comes in from beyond is silent."""
    moved = np.zeros_like(frames)
    if semitones >= 0:
        moved[:, semitones:] = frames[:, : N_BANDS - semitones]
    else:
        moved[:, :semitones] = frames[:, -semitones:]
    return moved


def _stretch(tempo: float, other: float) -> float:
    return max(tempo / other, other / tempo)


def _window(frames: np.ndarray, stretch: float, rng: np.random.Generator) -> np.ndarray:
    """A window at random, `stretch` times as fast: `(352, 96)` float32."""
    span = (WINDOW - 1) * stretch
    start = rng.random() * max(0.0, len(frames) - 1 - span)
    places = start + np.arange(WINDOW) * stretch
    before = places.astype(int)
    share = (places - before)[:, None].astype(np.float32)
    n = len(frames)  # beyond its end, a clip starts again
    now, then = frames[before % n].astype(np.float32), frames[(before + 1) % n].astype(np.float32)
    return (1 - share) * now + share * then


class PairBatches:
    """Endless batches of groups of pairs; batch k depends on the seed and k alone.

    Half of a group's captions are of the same tunes as the other half, in another key or tempo, and
    each pair brings captions that differ from its own in one attribute. In every other group, all
    tunes have the same size of ensemble. So a caption can only be found by what it says.

    Args:
        examples: to draw from.
        read: turns captions into the two tensors that the text encoder takes: its `read`.
        group_size: pairs in a group, even.
        n_groups: in a batch.
        n_changed: captions for each pair that belong to no sound.
        seed: of everything random.
    """

    def __init__(
        self,
        examples: list[Example],
        read: Callable[[Sequence[str]], tuple[torch.Tensor, torch.Tensor]],
        *,
        group_size: int = 96,
        n_groups: int = 1,
        n_changed: int = 2,
        seed: int = 0,
    ) -> None:
        self.examples, self.read = examples, read
        self.group_size, self.n_groups, self.n_changed = group_size, n_groups, n_changed
        self.seed, self.position = seed, 0
        sizes = [example.attributes.size for example in examples]
        alike = [np.flatnonzero([one == size for one in sizes]) for size in dict.fromkeys(sizes)]
        self._alike = [pool for pool in alike if len(pool) >= group_size // 2]

    def __iter__(self) -> Iterator[Batch]:
        while True:
            self.position += 1
            yield self.batch(self.position - 1)

    def batch(self, number: int) -> Batch:
        """Return a batch: pictures, captions as read, and what is true of both.

        `frames` (B, n, 352, 96), `words` and `numbers` (B, m, …); `classes` (B, m, n_tags) of the
        captions and `measured` (B, n, 2) of the sounds, as `classes_of` and `numbers_of` give them.
        """
        rng = np.random.default_rng([self.seed, number])
        groups = [self._group(rng) for _ in range(self.n_groups)]
        known = [one for group in groups for one in group.said]
        words, numbers = self.read([text for group in groups for text in group.captions])
        shared = {
            "words": words,
            "numbers": numbers,
            "classes": torch.tensor([classes_of(one) for one in known]),
        }
        measured = [[numbers_of(one) for one in g.said[: self.group_size]] for g in groups]
        return {
            "frames": torch.from_numpy(np.stack([group.frames for group in groups])),
            "measured": torch.tensor(measured),
        } | {name: tensor.unflatten(0, (self.n_groups, -1)) for name, tensor in shared.items()}

    def state_dict(self) -> dict[str, int]:
        """Return the position, from which a resumed run goes on."""
        return {"position": self.position}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on from a position."""
        self.position = state["position"]

    def _group(self, rng: np.random.Generator) -> _Group:
        """Draw pairs, and captions that fit none of them."""
        pool = np.arange(len(self.examples))
        if self._alike and rng.random() < ALIKE:
            pool = self._alike[int(rng.integers(len(self._alike)))]
        chosen = rng.choice(pool, self.group_size // 2, replace=False)
        varied = [vary(self.examples[i], rng) for i in np.repeat(chosen, 2)]
        known = [one.attributes for one in varied]
        changed = [change_one(one, rng) for one in known for _ in range(self.n_changed)]
        captions = [_say(one, rng, _keep(rng)) for one in known]
        for one, other in zip(np.repeat(known, self.n_changed), changed, strict=True):
            # Another mood or register makes a caption false only where it is mentioned.
            same = (one.mood, one.register) == (other.mood, other.register)
            captions.append(_say(other, rng, _keep(rng) if same else 1.0))
        return _Group(np.stack([one.frames for one in varied]), captions, [*known, *changed])


@dataclass(frozen=True, eq=False)
class _Group:
    """Pairs that are compared with each other, and further captions.

    Attributes:
        frames: `(n, 352, 96)`.
        captions: of the pairs first, then those that fit none.
        said: what each caption says.
    """

    frames: np.ndarray
    captions: list[str]
    said: list[Attributes]


def _keep(rng: np.random.Generator) -> float:
    """The chance that an optional attribute is mentioned: in half of the captions, all are."""
    return 1.0 if rng.random() < COMPLETE else float(rng.random())


def _say(known: Attributes, rng: np.random.Generator, keep: float) -> str:
    caption = write_phrase(known, rng, keep=keep)
    return forget_fillers(caption, rng) if rng.random() < STRANGE else caption
