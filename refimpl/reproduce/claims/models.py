"""Claims about the transformer's parts, each tested by one change to one small model."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from refimpl.codecs import load_codec
from refimpl.pipeline.generators import shipped_folder
from refimpl.reproduce.claims.claim import Claim
from refimpl.tinytunes import Tunes
from refimpl.training import NextTokenBatches, TrainingConfig, ValidationBatches, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

N_TRAIN, N_HELD_OUT = 400, 32  # tunes
ROWS, CONTEXT, STEPS = 8, 128, 300
RATE, HIGH_RATE, WARMUP = 5e-3, 1e-2, 30
# SwiGLU's third matrix makes its inner width two thirds of GELU's at equal weights.
WIDTH, SWIGLU, GELU = 64, 168, 252
SETTING = f"2 layers, {WIDTH} wide, on the course's tokens of {N_TRAIN} tunes, {STEPS} steps"
UNIT = "held-out loss saved, nats per token"


@lru_cache(maxsize=1)
def course_tokens() -> tuple[Vocabulary, list[np.ndarray], list[np.ndarray]]:
    """The course's vocabulary, and its tokens of training tunes and of held-out ones."""
    codec = load_codec(shipped_folder("course") / "codebook.npz")

    def tokens_of(split: str, n: int) -> list[np.ndarray]:
        return [codec.encode(tune.render())[:, 0] for tune in Tunes(split).take(n)]

    vocabulary = Vocabulary(codec.stream_sizes[0])
    return vocabulary, tokens_of("train", N_TRAIN), tokens_of("validation", N_HELD_OUT)


@lru_cache(maxsize=64)
def held_out_loss(
    seed: int, warmup_steps: int = WARMUP, rate: float = RATE, **changes: Any
) -> float:
    """Train a small transformer for a short time; its held-out loss in nats per token.

    Args:
        seed: of the first weights and of the batches.
        warmup_steps, rate: of the learning rate.
        changes: made to the model's configuration.
    """
    vocabulary, train_set, held_out = course_tokens()
    settings = {
        "vocabulary_size": vocabulary.size,
        "n_layers": 2,
        "hidden_size": WIDTH,
        "n_heads": 4,
        "ffn_hidden_size": SWIGLU,
        "context_length": CONTEXT,
    }
    model = Transformer(TransformerConfig(**settings | changes), seed=seed)
    options = TrainingConfig(
        steps=STEPS,
        learning_rate=rate,
        warmup_steps=warmup_steps,
        validate_every=None,
        device="cpu",
        seed=seed,
        progress=False,
    )
    batches = NextTokenBatches(train_set, ROWS, CONTEXT, seed, vocabulary=vocabulary)
    validation = ValidationBatches(held_out, ROWS, CONTEXT, vocabulary=vocabulary)
    result = train(model, batches, options, validation=validation)
    return result.history[-1]["validation_loss"]


def rotary(seed: int) -> float:
    """Rotated queries and keys, against learned vectors for the positions."""
    return held_out_loss(seed, positions="learned") - held_out_loss(seed, positions="rope")


def norm_first(seed: int) -> float:
    """The norm before each sublayer, against the norm after it, without a warm-up."""
    quick = {"warmup_steps": 0, "rate": HIGH_RATE}
    return held_out_loss(seed, **quick, norm="post") - held_out_loss(seed, **quick, norm="pre")


def no_mean(seed: int) -> float:
    """RMS norm, against layer norm."""
    return held_out_loss(seed) - held_out_loss(seed, normalization="rms")


def gated(seed: int) -> float:
    """SwiGLU, against GELU with as many weights."""
    gelu = held_out_loss(seed, activation="gelu", ffn_hidden_size=GELU)
    return gelu - held_out_loss(seed)


def tied(seed: int) -> float:
    """One matrix for embedding and output, against two."""
    return held_out_loss(seed, tied_weights=False) - held_out_loss(seed)


MODELS = [
    Claim(
        "Rotary positions",
        5,
        "rotating queries and keys lets a model learn faster than vectors for positions",
        "su2021",
        "BERT on books and Wikipedia, Performer on enwik8",
        UNIT,
        SETTING,
        rotary,
    ),
    Claim(
        "The norm first",
        5,
        "with the norm before each sublayer a transformer trains without a warm-up",
        "xiong2020",
        "translation, and BERT",
        UNIT,
        f"{SETTING}, no warm-up, rate {HIGH_RATE}",
        norm_first,
    ),
    Claim(
        "A norm without the mean",
        5,
        "dividing by the root mean square alone does as well as layer norm",
        "zhang2019",
        "translation, reading, retrieval",
        UNIT,
        SETTING,
        no_mean,
        least=0.02,
        as_good=True,
    ),
    Claim(
        "A gated feed-forward network",
        5,
        "SwiGLU learns more than GELU with as many weights",
        "shazeer2020",
        "T5 base, 220 million weights",
        UNIT,
        SETTING,
        gated,
    ),
    Claim(
        "One matrix for both ends",
        5,
        "sharing the weights of embedding and output lowers the held-out loss",
        "press2017",
        "LSTMs on four corpora of text",
        UNIT,
        SETTING,
        tied,
    ),
]
