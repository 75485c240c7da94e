"""Claims about neural codecs, each the difference of two small codecs that are tried here.

The trials answer the questions of `refimpl.reproduce.codec_questions`, whose tables show more
measures of the same codecs. `refimpl.reproduce.critic_effect` measured the effect of a critic.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.codec_questions import (
    ALL_BOOKS,
    ALWAYS_FEWER,
    BASE,
    FACTORISED,
    MIXED,
    NO_COMMITMENT,
    PLAIN,
    PRODUCT,
    RESIDUAL,
    SEMANTIC,
    TWO_LEVEL,
    dim_name,
)
from refimpl.reproduce.codec_trials import Sizes
from refimpl.reproduce.critic_effect import WITH, WITHOUT
from refimpl.reproduce.question_tables import LESS_IS_BETTER
from refimpl.reproduce.trial_records import Trials

LESSON = 8
DAC = "44.1 kHz, 8 kbit/s, 250,000 steps on a GPU"


def gain(trials: Trials, better: str, worse: str, measure: str, seed: int) -> float:
    """How much better one codec's measure is than another's; positive where the paper is right."""
    ours, theirs = (trials.measures(arm, seed)[measure] for arm in (better, worse))
    if None in (ours, theirs):
        return float("nan")
    return theirs - ours if measure in LESS_IS_BETTER else ours - theirs


def loss(trials: Trials, less: str, more: str, measure: str, seed: int) -> float:
    """How much less of a measure one codec has than another."""
    return trials.measures(more, seed)[measure] - trials.measures(less, seed)[measure]


def codecs(results_folder: Path, sizes: Sizes | None = None) -> list[Claim]:
    """The claims about codecs.

    Args:
        results_folder: for the records of the trials, and with those of the critic's effect.
        sizes: how much a trial trains and measures.
    """
    trials = Trials(results_folder, sizes)
    setting = f"mel frames of {trials.sizes.n_train} tinytunes, {trials.sizes.steps} steps"
    saved = "mel distance of decoded frames saved, dB"

    def claim(name, says, source, scale, measured, arms, measure, on=setting, **options) -> Claim:
        options.setdefault("experiment", partial(gain, trials, *arms, measure))
        return Claim(
            name,
            LESSON,
            says,
            source,
            scale,
            measured,
            on,
            forget=partial(trials.forget, *arms),
            **options,
        )

    stems = f"melodies of level 2: {setting}"
    apart = partial(loss, trials, FACTORISED, MIXED, "instrument")
    return [
        claim(
            "Codes of two numbers",
            "codes of two numbers are too short: those of eight sound better",
            "kumar2023",
            DAC,
            saved,
            (dim_name(8), dim_name(2)),
            "mel_all",
            least=0.2,
        ),
        claim(
            "Codes of 256 numbers",
            "codes of 256 numbers collapse: those of eight sound better",
            "kumar2023",
            DAC,
            saved,
            (dim_name(8), dim_name(256)),
            "mel_all",
            least=0.2,
        ),
        claim(
            "Commitment beside running means",
            "codes that are running means still need the commitment loss",
            "vandenoord2017",
            "images, speech and video",
            saved,
            (BASE, NO_COMMITMENT),
            "mel_all",
            least=0.2,
        ),
        claim(
            "Residual codes against two levels",
            "residual codes describe sound better than two levels of as many bits",
            "zeghidour2021",
            "speech and music at 24 kHz; two levels are those of images",
            saved,
            (RESIDUAL, TWO_LEVEL),
            "mel_all",
            least=0.2,
        ),
        claim(
            "Residual codes against parts",
            "residual codes describe sound better than codes of parts of as many bits",
            "zeghidour2021",
            "speech and music at 24 kHz",
            saved,
            (RESIDUAL, PRODUCT),
            "mel_all",
            least=0.2,
        ),
        claim(
            "Quantizer dropout for the first book",
            "trained with dropout of books, the first book alone sounds better",
            "zeghidour2021",
            "speech and music at 24 kHz, 3 to 18 kbit/s",
            "mel distance with one book saved, dB",
            (BASE, ALL_BOOKS),
            "mel_one",
            least=0.2,
        ),
        claim(
            "Quantizer dropout on every sample",
            "dropout of books on every sample makes all books together worse than on half",
            "kumar2023",
            DAC,
            saved,
            (BASE, ALWAYS_FEWER),
            "mel_all",
            least=0.2,
        ),
        claim(
            "A semantic target",
            "codes that also have to tell what the sound means know more of it, at equal bits",
            "ye2024",
            "speech, a pretrained model's features as target",
            "share of pitch classes that a probe reads off the codes gained",
            (SEMANTIC, PLAIN),
            "pitch",
            on=f"the chroma as target, level 2: {setting}",
            least=0.02,
        ),
        claim(
            "The voice apart",
            "with a vector for the voice, the codes no longer tell whose it is",
            "ju2024",
            "60,000 hours of speech",
            "share of instruments that a probe reads off the codes, less",
            (FACTORISED, MIXED),
            "instrument",
            on=stems,
            least=0.05,
            experiment=apart,
        ),
        claim(
            "Notes apart from the voice",
            "with a vector for the voice, the codes tell the content as well as before",
            "ju2024",
            "60,000 hours of speech",
            "share of pitch classes that a probe reads off the codes gained",
            (FACTORISED, MIXED),
            "pitch",
            on=stems,
            least=0.05,
            as_good=True,
        ),
        *_critic(results_folder),
    ]


def _critic(results_folder: Path) -> list[Claim]:
    """The claim that the record of a critic's effect decides; none where there is no record."""
    path = results_folder / "critic-effect.json"
    if not path.exists():
        return []
    results = json.loads(path.read_text(encoding="utf-8"))
    seeds = {run["seed"] for run in results["runs"]}
    return [
        Claim(
            "A critic",
            LESSON,
            "a loss from a critic of spectra makes decoded sound better",
            "defossez2022",
            "24 and 48 kHz, 300 epochs on eight GPUs, judged by listeners",
            "mel distance saved, dB",
            f"a waveform codec of 600 steps, {results['steps']} more with a critic or without",
            partial(_critic_gain, results),
            least=0.2,
            n_seeds=len(seeds),
        )
    ]


def _critic_gain(results: dict[str, Any], seed: int) -> float:
    runs = {run["name"]: run["mel_db"] for run in results["runs"] if run["seed"] == seed}
    return runs[WITHOUT] - runs[WITH]
