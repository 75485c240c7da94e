"""Sets of tunes, made and measured: what a run wrote, and what to hold it against.

Sounds are made one at a time and forgotten once they are measured; only the first few of each set
are kept to be heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from refimpl.display import progress_bar
from refimpl.layouts import Flat
from refimpl.metrics import MusicalMeasures, measure_music, part_accuracy

N_KEPT = 3  # sounds of each set that are kept to be heard


@dataclass(frozen=True)
class MeasuredSet:
    """The measures of a set of tunes.

    Attributes:
        measures: one a tune.
        accuracies: for each tune, the share of its known notes that are heard, by part; empty
            where nothing is known about the notes.
        sounds: (n_samples,) of the first tunes.
    """

    measures: list[MusicalMeasures]
    accuracies: list[dict[str, float]]
    sounds: list[np.ndarray]


class Workshop:
    """Some processes that turn frames into sounds and measure them.

    Args:
        sample_rate: of all sounds, Hz.
        beat_period: seconds a beat, known from the corpus.
        n_processes: 1 works in this process.

    Use as a context manager; the processes end with it.
    """

    def __init__(self, sample_rate: int, beat_period: float, n_processes: int = 1):
        self.sample_rate, self.beat_period = sample_rate, beat_period
        self._pool = None
        if n_processes > 1:
            self._pool = ProcessPoolExecutor(n_processes, mp_context=get_context("spawn"))

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *error) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

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
            _Job(maker, self.sample_rate, self.beat_period, tune, keep=number < N_KEPT)
            for number, (maker, tune) in enumerate(
                zip(makers, tunes or [None] * len(makers), strict=True)
            )
        ]
        results = map(_Job.do, jobs) if self._pool is None else self._pool.map(_Job.do, jobs)
        bar = progress_bar(
            results, total=len(jobs), description=description, unit="tune", show=show
        )
        found = list(bar)
        return MeasuredSet(
            measures=[measures for measures, _, _ in found],
            accuracies=[accuracy for _, accuracy, _ in found if accuracy is not None],
            sounds=[sound for _, _, sound in found if sound is not None],
        )


@dataclass(frozen=True)
class FramesToSound:
    """Frames to be inverted, later and perhaps elsewhere: codes travel lighter than sounds.

    Args:
        codec: decodes the ids.
        ids: (n_tokens,) codes in one column.
        n_samples: the sound is cut to this length.
    """

    codec: object
    ids: np.ndarray
    n_samples: int

    def __call__(self) -> np.ndarray:
        codes = Flat(self.codec.stream_sizes).to_codes(self.ids)
        return self.codec.decode(codes)[: self.n_samples]


@dataclass(frozen=True)
class _Job:
    maker: Callable[[], np.ndarray]
    sample_rate: int
    beat_period: float
    tune: object
    keep: bool

    def do(self) -> tuple[MusicalMeasures, dict[str, float] | None, np.ndarray | None]:
        sound = self.maker()
        return (
            measure_music(sound, self.sample_rate, beat_period=self.beat_period),
            None if self.tune is None else part_accuracy(sound, self.sample_rate, self.tune),
            sound if self.keep else None,
        )
