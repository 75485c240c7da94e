"""Pairs of sound and caption for training: tunes, moved to other keys and tempos, in many words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from refimpl.audio import Clip
from refimpl.audio_text.front_end import N_BANDS, semitone_spectrogram
from refimpl.audio_text.sound_encoder import WINDOW
from refimpl.tinytunes.arrangement import CHORDS, MELODIES
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.phrasings import write_phrase
from refimpl.training import Batch

MOST_SEMITONES = 3  # of a transposition: further, timbres would change too
MOST_STRETCH = 1.15
TEMPOS = tuple(range(80, 141, 4))
KEEP = 0.8  # the chance that an optional attribute is mentioned
BASSES = ("plucked bass", "double bass")


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
        One with `(256, 96)` float32 frames.
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
    """A window at random, `stretch` times as fast: `(256, 96)` float32."""
    span = (WINDOW - 1) * stretch
    start = rng.random() * max(0.0, len(frames) - 1 - span)
    places = start + np.arange(WINDOW) * stretch
    before = places.astype(int)
    share = (places - before)[:, None].astype(np.float32)
    n = len(frames)  # beyond its end, a clip starts again
    now, then = frames[before % n].astype(np.float32), frames[(before + 1) % n].astype(np.float32)
    return (1 - share) * now + share * then


def change_one(attributes: Attributes, rng: np.random.Generator) -> Attributes:
    """The attributes of another tune that differs in key, tempo or one instrument."""
    parts = dict(attributes.instruments)
    changes = ["melody"] if "melody" in parts else []
    changes += ["tonic", "mode"] if attributes.key else []
    changes += ["tempo"] if attributes.tempo else []
    changes += [part for part in ("chords", "bass") if part in parts]
    what = changes[int(rng.integers(len(changes)))]

    def other(choices: Iterable, than: object) -> object:
        left = [choice for choice in choices if choice != than]
        return left[int(rng.integers(len(left)))]

    if what == "tonic":
        return replace(attributes, tonic=other(range(12), attributes.tonic))
    if what == "mode":
        return replace(attributes, mode=other(("major", "minor"), attributes.mode))
    if what == "tempo":
        return attributes.at_tempo(other(TEMPOS, round(attributes.tempo)))
    choices = {"melody": MELODIES, "chords": CHORDS, "bass": BASSES}[what]
    return replace(attributes, instruments=parts | {what: other(choices, parts[what])})


class PairBatches:
    """Endless batches of groups of pairs; batch k depends on the seed and k alone.

    Half of a group's captions are of the same tunes as the other half, in another key or tempo, and
    each pair brings captions that differ from its own in one attribute. So a caption can only be
    found by what it says.

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
        group_size: int = 64,
        n_groups: int = 1,
        n_changed: int = 2,
        seed: int = 0,
    ) -> None:
        self.examples, self.read = examples, read
        self.group_size, self.n_groups, self.n_changed = group_size, n_groups, n_changed
        self.seed, self.position = seed, 0

    def __iter__(self) -> Iterator[Batch]:
        while True:
            self.position += 1
            yield self.batch(self.position - 1)

    def batch(self, number: int) -> Batch:
        """Return `frames` (B, n, 256, 96), `words` and `numbers` (B, m, …) of a batch."""
        rng = np.random.default_rng([self.seed, number])
        groups = [self._group(rng) for _ in range(self.n_groups)]
        words, numbers = self.read([text for _, texts in groups for text in texts])
        return {
            "frames": torch.from_numpy(np.stack([frames for frames, _ in groups])),
            "words": words.unflatten(0, (self.n_groups, -1)),
            "numbers": numbers.unflatten(0, (self.n_groups, -1)),
        }

    def state_dict(self) -> dict[str, int]:
        """Return the position, from which a resumed run goes on."""
        return {"position": self.position}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on from a position."""
        self.position = state["position"]

    def _group(self, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """Frames `(n, 256, 96)`, and captions: of the pairs first, then those that fit none."""
        chosen = rng.choice(len(self.examples), self.group_size // 2, replace=False)
        varied = [vary(self.examples[i], rng) for i in np.repeat(chosen, 2)]
        known = [one.attributes for one in varied]
        changed = [change_one(one, rng) for one in known for _ in range(self.n_changed)]
        captions = [write_phrase(one, rng, keep=KEEP) for one in (*known, *changed)]
        return np.stack([one.frames for one in varied]), captions
