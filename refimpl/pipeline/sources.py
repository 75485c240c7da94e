"""Sources of sounds: the embedded corpus, or a user's recordings, behind one interface.

Both give clips for training and other clips for validation, always in the same order, so that a
stopped run can be resumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from refimpl.errors import UserError
from refimpl.presets import Preset
from refimpl.tinytunes import Corpus, Tune

TINYTUNES = "tinytunes"
SPLITS = ("train", "validation")


class Clips(Protocol):
    """A stream of clips that can be iterated many times."""

    skipped: list[tuple[Path, str]]  # (path, reason) of what the last pass left out

    def __len__(self) -> int:
        """The number of clips, before silent or damaged ones are skipped."""

    def __iter__(self) -> Iterator:
        """Yield clips with `.name` and either `.audio` or `.render()`."""


class Source(Protocol):
    """The pipeline's training material."""

    clip_seconds: float  # length of a clip
    peak: float  # usual largest sample of a clip: a clip to continue is brought to this level

    def clips(self, split: str) -> Clips:
        """Return the clips of "train" or "validation"."""

    def describe(self, split: str) -> dict[str, Any]:
        """Return the settings that determine a split's clips as JSON, to detect changes."""


def open_source(where: str | Path, preset: Preset) -> Source:
    """Open "tinytunes", or a folder (or file) of recordings.

    Args:
        where: "tinytunes", or a path; a folder of that very name is "./tinytunes".
        preset: says which tunes, how many clips of what length, and their sample rate.

    Raises:
        UserError: there is no such folder, or no sound in it that can be read.

    Taught in lesson 1.
    """
    if str(where) == TINYTUNES:
        return TuneSource(preset)
    if not Path(where).exists():
        raise UserError(
            f"there is no file or folder {str(where)!r}; give a folder of recordings, "
            f"or {TINYTUNES} for the embedded corpus"
        )
    from refimpl.pipeline.recordings import RecordingSource

    return RecordingSource(where, preset)


def sound_of(clip: Any) -> np.ndarray:
    """Return the audio of a clip, (n_samples,); a tune is rendered only here."""
    return clip.render() if hasattr(clip, "render") else clip.audio


# The embedded corpus


@dataclass(frozen=True)
class CutTune:
    """The beginning of a tune. It can be sent to another process, which then renders it."""

    tune: Tune
    n_samples: int

    @property
    def name(self) -> str:
        return self.tune.name

    def render(self) -> np.ndarray:
        return self.tune.render()[: self.n_samples]


class TuneClips:
    """The first tunes of a corpus, each cut to a length."""

    def __init__(self, corpus: Corpus, n: int, n_samples: int):
        self.corpus, self.n, self.n_samples = corpus, n, n_samples
        self.skipped: list[tuple[Path, str]] = []

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[CutTune]:
        return (CutTune(tune, self.n_samples) for tune in self.corpus.take(self.n))


class TuneSource:
    """tinytunes, with as many tunes as the preset says."""

    def __init__(self, preset: Preset):
        if preset.tunes.sample_rate != preset.codec.sample_rate:
            raise UserError(
                f"tunes.sample_rate is {preset.tunes.sample_rate} Hz and the codec's is "
                f"{preset.codec.sample_rate} Hz; set both to the same"
            )
        self._config, self._data = preset.tunes, preset.data
        longest = max(Corpus("train", self._config).take(8), key=lambda tune: tune.duration)
        self.clip_seconds = min(preset.data.clip_seconds or longest.duration, longest.duration)

    @property
    def peak(self) -> float:
        """The mean over some tunes, which hardly differ."""
        return float(
            np.mean([abs(t.render()).max() for t in Corpus("train", self._config).take(8)])
        )

    def clips(self, split: str) -> TuneClips:
        n_samples = round((self._data.clip_seconds or 3600) * self._config.sample_rate)
        return TuneClips(Corpus(split, self._config), self._n_clips(split), n_samples)

    def describe(self, split: str) -> dict[str, Any]:
        return {
            "kind": TINYTUNES,
            "split": split,
            "config": self._config.to_dict(),
            "clip_seconds": self._data.clip_seconds,
            "n_clips": self._n_clips(split),
        }

    def _n_clips(self, split: str) -> int:
        return self._data.n_train if split == "train" else self._data.n_validation
