"""Claims about the judges of generated music: their bias, and what they can be fooled with."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from refimpl.audio import Clip
from refimpl.embeddings import MelStatistics
from refimpl.metrics.references import white_noise
from refimpl.metrics.sets import (
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    manifold_scores,
)
from refimpl.metrics.sets.vectors import centres, distances
from refimpl.reproduce.claims.claim import Claim
from refimpl.reproduce.judges.impostors import uneven_beats
from refimpl.tinytunes import COURSE_TEMPO, Tunes

N_REFERENCE, N_TUNES, FEW = 96, 64, 16
RATE = 22050
SETTING = f"{N_TUNES} real tunes against {N_REFERENCE}, mel statistics"


@lru_cache(maxsize=1)  # 100 MB
def tune_clips(seed: int) -> tuple[list[Clip], list[Clip]]:
    """Reference tunes and others; another corpus for each seed."""

    def clips(split: str, n: int) -> list[Clip]:
        tunes = Tunes(split, seed=seed).take(n)
        return [Clip(t.name, t.render(), RATE, caption=t.caption) for t in tunes]

    return clips("train", N_REFERENCE), clips("test", N_TUNES)


@lru_cache(maxsize=8)
def mel_vectors(seed: int) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Vectors of the reference, of other tunes, and of these with beats of random length."""
    reference, others = ([clip.audio for clip in clips] for clips in tune_clips(seed))
    rng = np.random.default_rng(seed)
    uneven = [uneven_beats(sound, RATE, 60 / COURSE_TEMPO, rng) for sound in others]
    hears = MelStatistics()
    return (
        hears.embed(reference, RATE, show=False),
        hears.embed(others, RATE, show=False),
        hears.embed(uneven, RATE, show=False),
    )


def groups(vectors: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Part a set into small ones."""
    return [vectors[start : start + FEW] for start in range(0, len(vectors), FEW)]


def small_sets(seed: int) -> float:
    """How much larger the Fréchet distance of 16 real tunes is than that of 96, in %."""
    reference, others, _ = mel_vectors(seed)
    few = np.mean([frechet_distance(group, reference) for group in groups(others)])
    all_ = frechet_distance(others, reference)
    return float(100 * (few - all_) / all_)


def correction(seed: int) -> float:
    """How much of that bias the extrapolation to endless sets removes, in %."""
    reference, others, _ = mel_vectors(seed)
    small = groups(others)
    plain = np.mean([frechet_distance(group, reference) for group in small])
    bias = plain - frechet_distance(others, reference)
    endless = np.mean([frechet_infinity(group, reference).distance for group in small])
    rest = endless - frechet_infinity(others, reference).distance
    return float(100 * (1 - abs(rest) / abs(bias)))


def kernel_with_few(seed: int) -> float:
    """How much clearer 16 tunes show broken beats by kernel distance than by the Fréchet one.

    Clearer: by how many standard deviations of real sets the broken ones are worse.
    """
    reference, others, uneven = mel_vectors(seed)

    def clearness(measure) -> float:
        real = [measure(group, reference) for group in groups(others)]
        bad = [measure(group, reference) for group in groups(uneven)]
        return float((np.mean(bad) - np.mean(real)) / np.std(real, ddof=1))

    return clearness(kernel_distance) - clearness(frechet_distance)


def outliers(seed: int) -> float:
    """How much more recall gains than coverage does if two sounds of noise join 16 like tunes."""
    reference, others, _ = mel_vectors(seed)
    rng = np.random.default_rng(seed)
    low, high = white_noise(4 * RATE, rng), np.cumsum(white_noise(4 * RATE, rng))
    strange = MelStatistics().embed([low, high - high.mean()], RATE, show=False)
    points = centres(others)
    alike = [others[i] for i in np.argsort(distances(points[:1], points)[0])[:FEW]]
    before = manifold_scores(alike, reference)
    after = manifold_scores([*alike, *strange], reference)
    return (after.recall - before.recall) - (after.coverage - before.coverage)


def own_caption(seed: int) -> float:
    """The score of tunes with their own captions, minus that of the best of 96 other tunes."""
    from refimpl.audio_text import load_embedding

    model = load_embedding()
    reference, others = tune_clips(seed)
    texts = model.embed_captions([clip.caption for clip in others])
    own = (texts * model.embed_sounds(others)).sum(axis=1)
    best = (texts @ model.embed_sounds(reference).T).max(axis=1)
    return float((own - best).mean())


JUDGES = [
    Claim(
        "Fréchet distance of few",
        11,
        "the Fréchet distance of a small set is larger than that of a large one of the same kind",
        "gui2024",
        "music of five collections, embeddings of several networks",
        f"larger with {FEW} tunes than with {N_TUNES}, %",
        SETTING,
        small_sets,
        least=10.0,
    ),
    Claim(
        "Fréchet distance of endless sets",
        11,
        "extrapolating over the inverse of the set's size removes that bias",
        "gui2024",
        "music of five collections, embeddings of several networks",
        f"bias of {FEW} tunes removed, %",
        SETTING,
        correction,
        least=50.0,
    ),
    Claim(
        "Kernel distance with few",
        11,
        "the kernel distance needs fewer sounds than the Fréchet distance",
        "chung2025",
        "environmental sounds, embeddings of several networks",
        "gap to real tunes gained, in standard deviations of real sets",
        f"sets of {FEW} tunes with beats of random length against {N_REFERENCE}, mel statistics",
        kernel_with_few,
    ),
    Claim(
        "Outliers raise recall",
        11,
        "a few outliers raise recall, and do not raise coverage",
        "naeem2020",
        "faces, and Gaussians in 64 dimensions",
        "recall gained, minus coverage gained",
        f"{FEW} tunes that are alike and two sounds of noise against {N_REFERENCE}, mel statistics",
        outliers,
        least=0.1,
    ),
    Claim(
        "The best score is the right sound",
        11,
        "the agreement of sound and caption in a joint embedding says how well they fit",
        "huang2023",
        "AudioCaps, CLAP",
        f"score of a caption's own tune, minus that of the best of {N_REFERENCE} other tunes",
        f"{N_TUNES} held-out tunes, the course's joint embedding",
        own_caption,
    ),
]
