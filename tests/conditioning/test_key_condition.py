"""The key as a condition moves the key of what is written: how often, and how often without it.

`python -m pytest -s tests/conditioning/test_key_condition.py` prints the shares, and with `-m soak`
those of a model of sounds.
"""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from refimpl.conditioning import Conditioned, FactConditioner, Guided, Metadata
from refimpl.generation import generate
from refimpl.metrics.musical import MIN_NOTES, key_shares
from refimpl.metrics.notes import detect_notes
from refimpl.pipeline import load_tokenizer
from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.training import NextTokenBatches, TrainingConfig, train
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary

KEYS = range(12)  # all tunes of level 1 are in major


class Tokens(NamedTuple):
    """Tunes as tokens, and the way back to the pitches of what is written."""

    vocabulary: Vocabulary
    rows: list[np.ndarray]
    pitches_of: object  # tokens -> pitches
    longest: int


def notes_as_tokens(tunes):
    """The pitch classes of the melody."""
    rows = [np.array([n.pitch % 12 for n in t.notes if n.part == "melody"]) for t in tunes]
    return Tokens(Vocabulary(12, kind="report"), rows, lambda row: row, max(map(len, rows)))


def sounds_as_tokens(tunes):
    """The codes of the sound, of the codec that comes with the package."""
    tokenizer = load_tokenizer("course")
    rate = tokenizer.sample_rate

    def pitches_of(row):
        return detect_notes(tokenizer.decode(row), rate).pitches

    rows = [tokenizer.encode(tune.render()) for tune in tunes]
    return Tokens(tokenizer.vocabulary, rows, pitches_of, max(map(len, rows)))


def train_with_keys(tunes, tokens, seed, steps, **shape):
    config = TransformerConfig(
        tokens.vocabulary.size, context_length=tokens.longest + 2, cross_attention=True, **shape
    )
    conditioner = FactConditioner("key", KEYS, config.hidden_size, seed=seed)
    model = Conditioned(Transformer(config, seed=seed), conditioner, drop_rate=0.2)
    clips = [Metadata(facts={"key": tune.key}) for tune in tunes]
    batches = NextTokenBatches(
        tokens.rows, 16, config.context_length, seed, vocabulary=tokens.vocabulary, clips=clips
    )
    options = TrainingConfig(
        steps=steps, learning_rate=5e-3, seed=seed, validate_every=None, progress=False
    )
    train(model, batches, options)
    return model


def written_in(model, tokens, given, seed, scale, n_each):
    """For each tune written, the keys that hold the most of its notes: (n_tunes, 12) bool."""
    clips = [Metadata(facts={} if key is None else {"key": key}) for key in given] * n_each
    guided = Guided(model.backbone, model.conditioner.encode(clips), scale=scale)
    rows = generate(
        guided,
        tokens.vocabulary,
        batch_size=len(clips),
        max_tokens=tokens.longest,
        min_tokens=min(MIN_NOTES, tokens.longest),
        seed=seed,
        top_k=None,
    )
    shares = [key_shares(np.asarray(tokens.pitches_of(row))) for row in rows]
    return np.array([s == s.max() for s in shares])


def shares_in_the_key(tunes, tokens, *, seeds, steps, scale, n_each, **shape):
    """Under each condition, the tunes that were written in the key that was asked for."""
    found = {"its key": [], "a wrong key": [], "no key": []}
    with torch.no_grad():
        for seed in seeds:
            with torch.enable_grad():
                model = train_with_keys(tunes, tokens, seed, steps, **shape)
            asked = list(KEYS) * n_each
            wrong = np.random.default_rng(seed).integers(1, 12, len(KEYS))
            for name, given in (
                ("its key", list(KEYS)),
                ("a wrong key", [(key + other) % 12 for key, other in enumerate(wrong)]),
                ("no key", [None] * len(KEYS)),
            ):
                keys = written_in(model, tokens, given, seed, scale, n_each)
                found[name] += keys[np.arange(len(asked)), asked].tolist()
    intervals = {}
    for name, hits in found.items():
        test = binomtest(int(sum(hits)), len(hits))
        intervals[name] = test.proportion_ci(0.95)
        low, high = intervals[name]
        share = test.statistic
        print(f"{name:12} {share:6.1%} of {len(hits)} tunes, 95 % from {low:.1%} to {high:.1%}")
    return intervals


def check(intervals, times):
    """The intervals do not touch: the right key is so many times as frequent as chance at least."""
    assert intervals["its key"].low > times * intervals["no key"].high
    assert intervals["its key"].low > times * intervals["a wrong key"].high


def test_the_key_of_a_melody_follows_the_condition():
    tunes = list(Tunes("train", TuneConfig(level=1)).take(400))
    shape = {"n_layers": 2, "hidden_size": 32, "n_heads": 2, "ffn_hidden_size": 64}
    tokens = notes_as_tokens(tunes)
    run = {"seeds": [0, 1], "steps": 150, "scale": 2.0, "n_each": 8}
    check(shares_in_the_key(tunes, tokens, **run, **shape), times=2)


@pytest.mark.soak
def test_the_key_of_a_sound_follows_the_condition():
    tunes = list(Tunes("train", TuneConfig(level=1)).take(400))
    shape = {"n_layers": 2, "hidden_size": 64, "n_heads": 2, "ffn_hidden_size": 172}
    tokens = sounds_as_tokens(tunes)
    run = {"seeds": [0], "steps": 400, "scale": 3.0, "n_each": 3}
    check(shares_in_the_key(tunes, tokens, **run, **shape), times=1)  # 36 tunes: wide intervals
