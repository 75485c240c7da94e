"""tinytunes as a corpus: as many tunes as a preset asks for, each with its ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from refimpl.audio import Clip
from refimpl.corpora.corpus import Corpus
from refimpl.errors import UserError
from refimpl.tinytunes import Tune, TuneConfig, Tunes

if TYPE_CHECKING:
    from refimpl.presets import Preset


class TinyTunes(Corpus):
    """The embedded corpus; see `refimpl.tinytunes`."""

    kind = "tinytunes"
    knows = frozenset(
        {
            "key",
            "tonic",
            "mode",
            "tempo",
            "beats",
            "level",
            "instruments",
            "style",
            "melody_rate",
            "melody_pitch",
            "fingerprint",
        }
    )
    is_endless = True

    def __init__(self, preset: Preset):
        if preset.tunes.sample_rate != preset.codec.sample_rate:
            raise UserError(
                f"tunes.sample_rate is {preset.tunes.sample_rate} Hz and the codec's is "
                f"{preset.codec.sample_rate} Hz; set both to the same"
            )
        self._config, self._data = preset.tunes, preset.data
        self.sample_rate = preset.tunes.sample_rate
        longest = max(Tunes("train", self._config).take(8), key=lambda tune: tune.duration)
        self.clip_seconds = min(preset.data.clip_seconds or longest.duration, longest.duration)

    @classmethod
    def open(cls, where: str | Path, preset: Preset) -> Self | None:
        """Open it by its name; a folder of that very name is "./tinytunes"."""
        return cls(preset) if str(where) == cls.kind else None

    @classmethod
    def reopen(cls, preset: Preset, described: Mapping[str, Any]) -> Self:
        return cls(preset)

    @classmethod
    def example(cls, folder: Path) -> str:
        return cls.kind

    @property
    def peak(self) -> float:
        """The mean over some tunes, which hardly differ."""
        tunes = Tunes("train", self._config).take(8)
        return float(np.mean([abs(tune.render()).max() for tune in tunes]))

    @property
    def shared(self) -> Mapping[str, Any]:
        return shared_facts(self._config)

    def clips(self, split: str) -> TuneClips:
        """Return the first tunes of a split, "test" too, cut to the preset's length."""
        n_samples = round((self._data.clip_seconds or 3600) * self.sample_rate)
        return TuneClips(Tunes(split, self._config), self._n_clips(split), n_samples)

    def describe(self, split: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "split": split,
            "config": self._config.to_dict(),
            "clip_seconds": self._data.clip_seconds,
            "n_clips": self._n_clips(split),
        }

    def _n_clips(self, split: str) -> int:
        return self._data.n_train if split == "train" else self._data.n_validation


class TuneClips:
    """The first tunes of a split, each cut to a length."""

    def __init__(self, tunes: Tunes, n: int, n_samples: int):
        self._tunes, self._n, self._n_samples = tunes, n, n_samples
        self.skipped: list[tuple[Path, str]] = []

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[Clip]:
        return (clip_of(tune, self._n_samples) for tune in self._tunes.take(self._n))


def clip_of(tune: Tune, n_samples: int | None = None) -> Clip:
    """Return the beginning of a tune as a clip (None: all of it), not yet rendered."""
    sound = partial(_beginning, tune, n_samples)
    return Clip(tune.name, sound, tune.sample_rate, tune.caption, tune.facts)


def _beginning(tune: Tune, n_samples: int | None) -> np.ndarray:
    return tune.render()[:n_samples]


def shared_facts(config: TuneConfig) -> dict[str, Any]:
    """The facts that all tunes of a configuration have in common."""
    choices = {"tempo": config.tempos, "mode": config.modes}
    shared = {name: values[0] for name, values in choices.items() if len(set(values)) == 1}
    return shared | {"level": config.level}
