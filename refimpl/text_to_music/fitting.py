"""Training the text-to-music model, with the course's loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from refimpl.audio_text import WordList
from refimpl.layouts import Layout
from refimpl.text_to_music.captions import Phrased
from refimpl.text_to_music.corpus import TuneCodes
from refimpl.text_to_music.model import TextToMusic, TextToMusicConfig
from refimpl.training import Callback, NextTokenBatches, TrainingConfig, TrainingResult, train
from refimpl.transformer import TransformerConfig

CONTEXT = 128  # rows: four bars at 65 beats per minute
N_TUNES = 9600
STEPS, BATCH_SIZE = 3312, 32
LEARNING_RATE = 4e-3


def new_model(layout: Layout, step_rate: float, *, seed: int = 0, **shape: int) -> TextToMusic:
    """A model that has learnt nothing yet.

    Args:
        layout: of its tokens.
        step_rate: of its codec.
        seed: of the initial weights.
        shape: other settings of the transformer, such as `n_layers`.
    """
    settings = {
        "n_layers": 4,
        "hidden_size": 128,
        "n_heads": 4,
        "ffn_hidden_size": 256,
        "context_length": CONTEXT,
    } | shape
    transformer = TransformerConfig(
        vocabulary_size=layout.vocabulary.size,
        n_columns=layout.n_columns,
        cross_attention=True,
        **settings,
    )
    words = WordList.of_phrasings().words
    return TextToMusic(
        TextToMusicConfig(words=words, step_rate=step_rate, transformer=transformer), seed=seed
    )


def rows_of(layout: Layout, codes: np.ndarray) -> np.ndarray:
    """Lay out codes as a model reads them: (n_tokens,), or (n_tokens, n_columns) of several."""
    tokens = layout.to_tokens(codes)
    return tokens[:, 0] if layout.n_columns == 1 else tokens


def fit_text_to_music(
    model: TextToMusic,
    tunes: TuneCodes,
    layout: Layout,
    *,
    config: TrainingConfig,
    batch_size: int = BATCH_SIZE,
    folder: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
) -> TrainingResult:
    """Train a model in place.

    Args:
        model: of `new_model`.
        tunes: to learn from.
        layout: of the model's tokens.
        config: of the training.
        batch_size: tunes a step.
        folder: for checkpoints, from which a stopped fit goes on. A fit that goes on reads other
            captions of its tunes.
        callbacks: see `Callback`.
    """
    rows = [rows_of(layout, codes) for codes in tunes.codes]
    context = model.config.transformer.context_length
    fits = [number for number, row in enumerate(rows) if len(row) < context]
    batches = NextTokenBatches(
        [rows[number] for number in fits],
        batch_size,
        context,
        seed=config.seed,
        vocabulary=layout.vocabulary,
        clips=Phrased(
            [tunes.attributes[number] for number in fits],
            [tunes.melodies[number] for number in fits],
            config.seed,
        ),
        similar_lengths=True,
    )
    return train(
        model, batches, config, folder=folder, callbacks=callbacks, vocabulary=layout.vocabulary
    )
