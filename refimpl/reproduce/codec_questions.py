"""Questions about codecs, what papers answer, and the small codecs that are tried here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from refimpl.codecs.neural import NeuralConfig, NeuralNetwork, QuantizerConfig
from refimpl.reproduce.semantic_codecs import FactorisedNetwork, SemanticNetwork

STEPS, BATCH, WINDOW = 300, 8, 32
COMPRESSION, MUSIC, STEMS = "level 1", "level 2", "melodies of level 2"
CODE_DIMS = (2, 4, 8, 16, 32, 256)


@dataclass(frozen=True)
class Arm:
    """A codec to be trained several times.

    Attributes:
        name: what tables call it.
        config: the network's shape.
        sounds: which tunes it is trained and measured on.
        make_network: makes the network; None: the usual one.
    """

    name: str
    config: NeuralConfig
    sounds: str = COMPRESSION
    make_network: Callable[[int, NeuralConfig], NeuralNetwork] | None = None


@dataclass(frozen=True)
class Question:
    """A question, and the arms that answer it.

    Attributes:
        question: in words.
        paper: what the paper says, with its figures.
        source: the paper, and where it says so.
        paper_scale: what it was measured on there.
        pairs: (arm, other arm, measure): the answer is the difference of the first from the second.
        arms: all arms of its table, in order.
        measures: columns of its table.
    """

    question: str
    paper: str
    source: str
    paper_scale: str
    arms: tuple[str, ...]
    measures: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...]


def shape(**changes: Any) -> NeuralConfig:
    """Return the small network of all trials, with another quantizer or other changes."""
    network = {
        name: changes.pop(name) for name in ("downsampling", "latent_dim") if name in changes
    }
    quantizer = QuantizerConfig(**({"n_books": 4, "n_codes": 256} | changes))
    return NeuralConfig(
        width=64,
        encoder_blocks=1,
        decoder_blocks=2,
        quantizer=quantizer,
        **network,
    )


def projected(dim: int) -> NeuralConfig:
    """DAC's quantizer: linear maps to a few numbers, directions compared, no running means."""
    options = {"cosine": True, "update": "loss", "revive_below": 0.0}
    return shape(latent_dim=64, code_dim=dim, **options)


BASE, NO_COMMITMENT, BY_LOSS = "EMA with commitment", "EMA without commitment", "codebook loss"
ALL_BOOKS, ALWAYS_FEWER = "no quantizer dropout", "quantizer dropout on every sample"
RESIDUAL, PRODUCT, TWO_LEVEL = "residual, 3 books", "product, 3 parts", "two levels"
PLAIN, SEMANTIC = "without a semantic target", "with a semantic target"
MIXED, FACTORISED = "one stream for all", "colour apart from notes"


def all_arms() -> dict[str, Arm]:
    """All arms by name."""
    equal = {"latent_dim": 24, "n_books": 3}
    one = shape(n_books=1, n_codes=256)
    two = shape(n_books=2, n_codes=256)
    arms = [
        Arm(BASE, shape()),
        Arm(NO_COMMITMENT, shape(commitment=0.0)),
        Arm(BY_LOSS, shape(update="loss")),
        Arm(ALL_BOOKS, shape(dropout=0.0)),
        Arm(ALWAYS_FEWER, shape(dropout=1.0)),
        Arm(RESIDUAL, shape(downsampling=8, dropout=0.0, **equal)),
        Arm(PRODUCT, shape(downsampling=8, kind="product", **equal)),
        Arm(TWO_LEVEL, shape(kind="two_level", latent_dim=24)),
        *(Arm(dim_name(dim), projected(dim)) for dim in CODE_DIMS),
        Arm(PLAIN, two, MUSIC, partial(SemanticNetwork, weight=0.0)),
        Arm(SEMANTIC, two, MUSIC, SemanticNetwork),
        Arm(MIXED, one, STEMS, SemanticNetwork),
        Arm(FACTORISED, one, STEMS, FactorisedNetwork),
    ]
    return {arm.name: arm for arm in arms}


def dim_name(dim: int) -> str:
    """Name the arm with codes of `dim` numbers."""
    return f"codes of {dim} numbers"


def all_questions() -> list[Question]:
    """All questions, in the order of the page."""
    compression = ("mel_all", "mel_one", "efficiency", "melody")
    dims = tuple(dim_name(dim) for dim in CODE_DIMS)
    probes = ("pitch", "instrument", "tempo", "loudness", "mel_all")
    return [
        Question(
            "Do codes of few numbers work best, and do they collapse at both ends?",
            "2, 4, 8, 32 and 256 numbers: SI-SDR 2.2, 7.2, 9.1, 9.1 and 5.1 dB; 84, 97, 99, 98 "
            "and 59 % of the bits carry information",
            "Kumar et al. 2023, table 2",
            "44.1 kHz, 8 kbit/s, GPU training for 250,000 steps",
            dims,
            compression,
            (
                (dim_name(2), dim_name(8), "mel_all"),
                (dim_name(256), dim_name(8), "mel_all"),
                (dim_name(2), dim_name(8), "efficiency"),
                (dim_name(256), dim_name(8), "efficiency"),
            ),
        ),
        Question(
            "Is the commitment loss needed when codes are running means?",
            "the VQ-VAE keeps it beside the running means; some users train without it",
            "van den Oord et al. 2017, appendix A.1",
            "images, speech and video",
            (BASE, NO_COMMITMENT, BY_LOSS),
            compression,
            ((NO_COMMITMENT, BASE, "mel_all"), (BY_LOSS, BASE, "mel_all")),
        ),
        Question(
            "Are residual codes better than two levels or parts, at equal bits?",
            "SoundStream and all codecs after it have residual codes; VQ-VAE-2 has two levels",
            "Zeghidour et al. 2021, section III.C; Razavi et al. 2019, section 3.1",
            "24 kHz sound; images",
            (RESIDUAL, PRODUCT, TWO_LEVEL),
            ("mel_all", "efficiency", "melody"),
            ((PRODUCT, RESIDUAL, "mel_all"), (TWO_LEVEL, RESIDUAL, "mel_all")),
        ),
        Question(
            "Do fewer books sound worse without quantizer dropout, and do all sound better?",
            "dropout on 0, 25, 50 and 100 % of the samples: SI-SDR 10.1, 10.0, 9.7 and 9.1 dB "
            "with all books; without it fewer books fail",
            "Kumar et al. 2023, table 2 and section 3.3",
            "44.1 kHz, 8 kbit/s, GPU training for 250,000 steps",
            (BASE, ALL_BOOKS, ALWAYS_FEWER),
            compression,
            (
                (ALL_BOOKS, BASE, "mel_one"),
                (ALL_BOOKS, BASE, "mel_all"),
                (ALWAYS_FEWER, BASE, "mel_all"),
            ),
        ),
        Question(
            "Do codes with a semantic target know more, at equal bits?",
            "features of a speech model as a second target lower the word error rate of "
            "generated speech",
            "Ye et al. 2024",
            "speech, a pretrained semantic encoder",
            (PLAIN, SEMANTIC),
            probes,
            tuple((SEMANTIC, PLAIN, measure) for measure in probes),
        ),
        Question(
            "Can colour and notes be coded apart, and swapped?",
            "codes for content, prosody and details, and one vector for the voice, so that a "
            "voice can be exchanged",
            "Ju et al. 2024, section 3.2",
            "60,000 hours of speech",
            (MIXED, FACTORISED),
            ("pitch", "instrument", "mel_all", "swapped_instrument", "swapped_pitch"),
            (
                (FACTORISED, MIXED, "pitch"),
                (FACTORISED, MIXED, "instrument"),
                (FACTORISED, MIXED, "mel_all"),
            ),
        ),
    ]
