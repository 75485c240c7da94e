"""A clock for every layout: each row hears the beat of the step whose codes it holds."""

from __future__ import annotations

from math import ceil

import torch
from torch import Tensor

from refimpl.conditioning import Metadata
from refimpl.layouts import CoarseFirst, Layout
from refimpl.text_to_music import BeatClock


def steps_of_rows(layout: Layout, n_steps: int, n_rows: int) -> Tensor:
    """The step of the codec that each row of a tune belongs to.

    Args:
        layout: of the rows.
        n_steps: of the tune.
        n_rows: whose steps are returned; rows beyond the tune belong to steps beyond it.

    Returns:
        (n_rows,) int64. With delays, it is the step of the first stream.
    """
    rows = torch.arange(n_rows)
    if isinstance(layout, CoarseFirst) and layout.n_streams > 1:
        # After the row of <|END|> the tune begins again, in its finer codes.
        return torch.where(rows <= n_steps, rows, rows - n_steps - 1)
    return rows // layout.rows_per_step


class RowClock(BeatClock):
    """A `BeatClock` whose vectors are for the rows of a layout.

    Args:
        hidden_size: of the vectors.
        layout: of the rows.
        step_rate: steps of the codec per second.
        n_rows: vectors of each clip.
        n_beats: of a tune.
        seed: of the initial values.
    """

    def __init__(
        self,
        hidden_size: int,
        layout: Layout,
        *,
        step_rate: float,
        n_rows: int,
        n_beats: int,
        seed: int = 0,
    ) -> None:
        super().__init__(
            hidden_size, step_rate=step_rate, n_steps=n_rows, n_beats=n_beats, seed=seed
        )
        self.layout = layout

    def _phases(self, clip: Metadata) -> Tensor:
        phases = super()._phases(clip)
        tempo = clip.facts.get(self.fact)
        if tempo is None:
            return phases
        n_steps = ceil(self.n_beats * 60 / tempo * self.step_rate)
        return phases[steps_of_rows(self.layout, n_steps, self.n_steps)]
