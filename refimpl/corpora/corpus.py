"""The interface of every corpus: clips for training, others to be held out, and their facts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from refimpl.audio import Clip

if TYPE_CHECKING:
    from refimpl.presets import Preset

SPLITS = ("train", "validation")


class Clips(Protocol):
    """Some clips of a corpus, which can be gone through many times, always in the same order."""

    skipped: list[tuple[Path, str]]  # (path, reason) of what the last pass left out

    def __len__(self) -> int:
        """The number of clips, before silent or damaged ones are skipped."""

    def __iter__(self) -> Iterator[Clip]:
        """Yield the clips."""


class Corpus(ABC):
    """Where clips come from. Each kind is a line in `CORPORA`.

    Attributes:
        kind: its name in the table.
        knows: the facts that every clip of this kind has, by name.
        is_endless: whether more clips can always be had. Where they cannot, training keeps the
            weights from before the model memorised them.
        sample_rate: of all clips, in Hz.
        clip_seconds: length of the longest clips.
        peak: usual largest sample of a clip; a clip to continue is brought to this level.

    Taught in lesson 1.
    """

    kind: ClassVar[str]
    knows: ClassVar[frozenset[str]] = frozenset()
    is_endless: ClassVar[bool] = False
    sample_rate: int
    clip_seconds: float
    peak: float

    @classmethod
    @abstractmethod
    def open(cls, where: str | Path, preset: Preset) -> Self | None:
        """Open the corpus, or return None where `where` does not name one of this kind.

        Args:
            where: what a user gives as the source of a run: a name or a path.
            preset: says how many clips of what length; their sample rate is its codec's.

        Raises:
            UserError: it names one of this kind that cannot be used.
        """

    @classmethod
    def reopen(cls, preset: Preset, described: Mapping[str, Any]) -> Self | None:
        """Open the corpus of a finished run again; None if what is known is not enough.

        Args:
            preset: the run's settings.
            described: what the corpus said of itself (`describe`).
        """
        return None

    @classmethod
    @abstractmethod
    def example(cls, folder: Path) -> str | Path:
        """Return what a user could give to `open`: a small corpus, for trials and tests.

        Args:
            folder: where files may be written, if it takes some.
        """

    @property
    def remarks(self) -> list[str]:
        """What a user should know of the clips before a run: one sentence each."""
        return []

    @property
    def shared(self) -> Mapping[str, Any]:
        """The facts that are the same for all clips, by name."""
        return {}

    @abstractmethod
    def clips(self, split: str) -> Clips:
        """Return the clips of "train" or "validation"; no clip is in both.

        Raises:
            UserError: there is no such split, or nothing in it.
        """

    @abstractmethod
    def describe(self, split: str) -> dict[str, Any]:
        """Return what determines the clips of a split, as JSON with `kind` in it."""
