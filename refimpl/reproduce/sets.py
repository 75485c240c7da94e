"""What a run is judged by: the tunes that its model wrote, and imitations made from its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from refimpl.backbones import Backbone
from refimpl.generation import generate
from refimpl.metrics.references import RESYNTHESISED, reference_tokens, white_noise
from refimpl.presets import Preset
from refimpl.reproduce.measuring import FramesToSound
from refimpl.tinytunes import Tune
from refimpl.tokenizer import AudioTokenizer

MODEL = "model"
BATCH = 50  # tunes that are written at once


class Writer(Protocol):
    """A run that is finished, or what the package has of one."""

    model: Backbone
    tokenizer: AudioTokenizer
    preset: Preset
    train_set: Sequence[np.ndarray]


@dataclass(frozen=True)
class TokenSet:
    """Tunes as tokens, not yet heard.

    Attributes:
        name: of the set, as tables call it.
        tokens: (n_tokens,) codes of each tune.
        tunes: what they should be, where that is known.
    """

    name: str
    tokens: list[np.ndarray]
    tunes: Sequence[Tune] | None = None

    def makers(self, codec, n_samples: int) -> list[FramesToSound]:
        """Return the functions that turn each tune into sound, cut to a length in samples."""
        return [FramesToSound(codec, ids, n_samples) for ids in self.tokens]


def token_sets(
    run: Writer, tunes: Sequence[Tune], *, names: Sequence[str] | None = None
) -> Iterator[TokenSet]:
    """The tokens of held-out tunes, those that the model writes, and imitations.

    All sets have as many tunes as were held out, of the same length.

    Args:
        run: with a model and a tokenizer.
        tunes: held-out tunes of the corpus, whole.
        names: the sets to make; None for all.
    """
    codec = run.tokenizer.codec
    held_out = [run.tokenizer.encode(tune.render()) for tune in tunes]
    rng = np.random.default_rng(run.preset.training.seed)
    training = [run.train_set[i] for i in range(len(run.train_set))]
    sets = reference_tokens(training, held_out, rng, n_stages=len(codec.stream_sizes))
    for name, tokens in sets.items():
        if names is None or name in names:
            yield TokenSet(name, tokens, tunes if name == RESYNTHESISED else None)
        if name == RESYNTHESISED and (names is None or MODEL in names):
            yield TokenSet(MODEL, write_tunes(run, len(tunes), len(held_out[0])))


def write_tunes(run: Writer, n_tunes: int, n_tokens: int) -> list[np.ndarray]:
    """Let the model write tunes from nothing, each exactly as long as a tune of the corpus.

    A model that would end sooner may not: sets of different lengths could not be compared.
    """
    tokens: list[np.ndarray] = []
    for seed, first in enumerate(range(0, n_tunes, BATCH)):
        tokens += generate(
            run.model,
            run.tokenizer.vocabulary,
            max_tokens=n_tokens,
            min_tokens=n_tokens,
            batch_size=min(BATCH, n_tunes - first),
            seed=seed,
            layout=run.tokenizer.layout,
            progress=None,
            **vars(run.preset.sampling),
        )
    return tokens


@dataclass(frozen=True)
class Noise:
    """White noise, as a maker of sounds."""

    n_samples: int
    seed: int

    def __call__(self) -> np.ndarray:
        return white_noise(self.n_samples, np.random.default_rng(self.seed))
