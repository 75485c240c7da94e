"""Small tunes, models and runs that the tests of training share."""

import numpy as np

from refimpl.training import NextTokenBatches, TrainingConfig, ValidationBatches, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

VOCABULARY = Vocabulary(12, "report")
CONTEXT = 16


def tunes(n=24, seed=0, shortest=3, longest=40):
    """Tunes whose next token nearly always follows from the last one."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(shortest, longest + 1, n)
    return [(rng.integers(12) + np.arange(k) * rng.integers(1, 3)) % 12 for k in lengths]


def tiny_model(dropout=0.0, seed=0, **changes):
    config = {
        "vocabulary_size": VOCABULARY.size,
        "n_layers": 1,
        "hidden_size": 16,
        "n_heads": 2,
        "ffn_hidden_size": 32,
        "context_length": CONTEXT,
        "dropout": dropout,
    }
    return Transformer(TransformerConfig(**(config | changes)), seed=seed)


def tiny_batches(batch_size=8, seed=0, data=None):
    return NextTokenBatches(data or tunes(), batch_size, CONTEXT, seed, vocabulary=VOCABULARY)


def held_out(batch_size=4):
    return ValidationBatches(tunes(6, seed=1), batch_size, CONTEXT, vocabulary=VOCABULARY)


def options(**changes):
    defaults = {
        "steps": 12,
        "validate_every": 6,
        "checkpoint_every": 4,
        "log_every": 3,
        "warmup_steps": 4,
        "device": "cpu",
        "progress": False,
    }
    return TrainingConfig(**(defaults | changes))


def tiny_run(folder=None, *, dropout=0.1, model=None, **changes):
    """Train a tiny model; returns it and the result."""
    keep = {
        key: changes.pop(key)
        for key in ("callbacks", "resume", "baselines", "validation")
        if key in changes
    }
    model = model or tiny_model(dropout)
    arguments = {"validation": held_out(), "folder": folder} | keep
    return model, train(model, tiny_batches(), options(**changes), **arguments)


def without_times(records):
    return [{k: v for k, v in record.items() if k != "seconds"} for record in records]
