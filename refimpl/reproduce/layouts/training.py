"""Train one model under a layout, for a number of processor seconds or of tunes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.layouts import Layout
from refimpl.reproduce.layouts.arms import batch_size
from refimpl.reproduce.layouts.row_clock import RowClock
from refimpl.text_to_music import TextToMusic
from refimpl.text_to_music.corpus import TuneCodes
from refimpl.text_to_music.fitting import LEARNING_RATE, fit_text_to_music, new_model
from refimpl.text_to_music.model import BEATS_PER_BAR
from refimpl.text_to_music.tunes import N_BARS, TEMPOS
from refimpl.training import TrainingConfig

SHAPE = {"n_layers": 3, "hidden_size": 96, "n_heads": 4, "ffn_hidden_size": 192}
WARMUP = 30  # steps


def new_layout_model(
    layout: Layout, step_rate: float, *, seed: int, shape: Mapping[str, int] = SHAPE
) -> TextToMusic:
    """A model that has learnt nothing, with room for the slowest tune.

    Args:
        layout: of its tokens.
        step_rate: of its codec.
        seed: of the initial weights.
        shape: settings of the transformer.
    """
    n_beats = BEATS_PER_BAR * N_BARS
    n_steps = ceil(n_beats * 60 / min(TEMPOS) * step_rate)
    # One row for <|START|>, and one more: the codec may fill a step beyond the end of a tune.
    n_rows = layout.n_tokens(n_steps + 1) + 1
    config = new_model(layout, step_rate, context_length=n_rows, **shape).config
    clock = RowClock(
        config.transformer.hidden_size,
        layout,
        step_rate=step_rate,
        n_rows=n_rows,
        n_beats=n_beats,
        seed=seed,
    )
    return TextToMusic(config, seed=seed, clock=clock)


def train_layout(
    layout: Layout,
    tunes: TuneCodes,
    step_rate: float,
    *,
    seed: int,
    seconds: float | None = None,
    n_tunes: int | None = None,
    shape: Mapping[str, int] = SHAPE,
    folder: Path | None = None,
    show: bool = True,
) -> tuple[TextToMusic, dict[str, Any]]:
    """Train a model that follows words and a clock.

    Args:
        layout: of its tokens.
        tunes: to learn from; their melodies are not shown to it.
        step_rate: of their codec.
        seed: of weights, batches and captions.
        seconds: of processor time spent in training steps; None: see `n_tunes`.
        n_tunes: that it is to see, some of them several times, where `seconds` is None.
        shape: settings of the transformer.
        folder: for checkpoints, from which a run that was stopped goes on.
        show: whether to show a progress bar.

    Returns:
        The model, in evaluation mode, and a record of the training: steps, tunes seen, weights,
        processor seconds, and what stopped it.
    """
    size = batch_size(layout)
    config = TrainingConfig(
        steps=None if n_tunes is None else max(1, round(n_tunes / size)),
        max_seconds=seconds,
        clock="processor",
        learning_rate=LEARNING_RATE,
        warmup_steps=WARMUP,
        final_learning_rate=0.02,
        validate_every=None,
        checkpoint_every=100,
        keep_checkpoints=1,
        device="cpu",
        seed=seed,
        progress=show,
    )
    model = new_layout_model(layout, step_rate, seed=seed, shape=shape)
    unsung = replace(tunes, melodies=[np.empty(0, dtype=np.int64)] * len(tunes))
    result = fit_text_to_music(model, unsung, layout, config=config, batch_size=size, folder=folder)
    return model, {
        "steps": result.step,
        "tunes_seen": result.step * size,
        "weights": sum(weight.numel() for weight in model.parameters()),
        "core_seconds": round(result.seconds, 1),
        "stopped_by": result.stopped_by,
    }
