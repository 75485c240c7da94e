"""Sets of tunes, made and measured: what a run wrote, and what to hold it against.

Sounds are made one at a time and forgotten once they are measured; only the first few of each set
are kept to be heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from refimpl.display import progress_bar
from refimpl.embeddings import Embedding
from refimpl.layouts import Flat, Layout
from refimpl.metrics import MusicalMeasures, measure_music, part_accuracy
from refimpl.parallel import map_in_order

N_KEPT = 3  # sounds of each set that are kept to be heard


@dataclass(frozen=True)
class MeasuredSet:
    """The measures of a set of tunes.

    Attributes:
        measures: one a tune.
        accuracies: for each tune, the share of its known notes that are heard, by part; empty
            where nothing is known about the notes.
        sounds: (n_samples,) of the first tunes.
        vectors: (n_windows, n_features) of each tune, where the workshop has an embedding.
    """

    measures: list[MusicalMeasures]
    accuracies: list[dict[str, float]]
    sounds: list[np.ndarray]
    vectors: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class Workshop:
    """Makes sounds and measures them.

    Attributes:
        sample_rate: of all sounds, Hz.
        beat_period: seconds a beat, known from the corpus.
        n_processes: that work side by side; see `map_in_order`.
        embedding: by which sets are compared as wholes; None: they are not.
    """

    sample_rate: int
    beat_period: float
    n_processes: int = 1
    embedding: Embedding | None = None

    def measure(
        self,
        makers: Sequence[Callable[[], np.ndarray]],
        description: str,
        *,
        tunes: Sequence | None = None,
        show: bool | None = None,
    ) -> MeasuredSet:
        """Make and measure sounds.

        Args:
            makers: each returns one sound (n_samples,); they can be sent to another process.
            description: for the progress bar.
            tunes: the tunes that the sounds should be, where there are such.
            show: whether to show a progress bar; None decides by where the output goes.
        """
        jobs = [
            _Job(maker, tune, keep=number < N_KEPT)
            for number, (maker, tune) in enumerate(
                zip(makers, tunes or [None] * len(makers), strict=True)
            )
        ]
        results = map_in_order(_do, self, jobs, n_processes=self.n_processes)
        bar = progress_bar(
            results, total=len(jobs), description=description, unit="tune", show=show
        )
        found = list(bar)
        return MeasuredSet(
            measures=[one.measures for one in found],
            accuracies=[one.accuracy for one in found if one.accuracy is not None],
            sounds=[one.sound for one in found if one.sound is not None],
            vectors=[one.vectors for one in found if one.vectors is not None],
        )

    def hear(
        self, makers: Sequence[Callable[[], np.ndarray]], description: str
    ) -> list[np.ndarray]:
        """Make sounds and only embed them: (n_windows, n_features) for each.

        Args:
            makers: see `measure`.
            description: for the progress bar.
        """
        results = map_in_order(_hear, self, list(makers), n_processes=self.n_processes)
        return list(progress_bar(results, total=len(makers), description=description, unit="tune"))


@dataclass(frozen=True)
class FramesToSound:
    """Frames to be inverted, later and perhaps elsewhere: codes travel lighter than sounds.

    Args:
        codec: decodes the ids.
        ids: (n_tokens,) codes in one column, or rows of another layout.
        n_samples: the sound is cut to this length.
        layout: of the ids; None: one column.
    """

    codec: object
    ids: np.ndarray
    n_samples: int
    layout: Layout | None = None

    def __call__(self) -> np.ndarray:
        layout = self.layout or Flat(self.codec.stream_sizes)
        codes = layout.to_codes(self.ids)
        return self.codec.decode(codes)[: self.n_samples]


@dataclass(frozen=True)
class _Job:
    maker: Callable[[], np.ndarray]
    tune: object
    keep: bool


@dataclass(frozen=True)
class _Measured:
    measures: MusicalMeasures
    accuracy: dict[str, float] | None
    sound: np.ndarray | None
    vectors: np.ndarray | None


def _do(workshop: Workshop, job: _Job) -> _Measured:
    sound, rate = job.maker(), workshop.sample_rate
    return _Measured(
        measures=measure_music(sound, rate, beat_period=workshop.beat_period),
        accuracy=None if job.tune is None else part_accuracy(sound, rate, job.tune),
        sound=sound if job.keep else None,
        vectors=None if workshop.embedding is None else _embed(workshop, sound),
    )


def _hear(workshop: Workshop, maker: Callable[[], np.ndarray]) -> np.ndarray:
    return _embed(workshop, maker())


def _embed(workshop: Workshop, sound: np.ndarray) -> np.ndarray:
    return workshop.embedding.embed([sound], workshop.sample_rate, show=False)[0]
