"""A set beside real sounds and beside impostors, by every measure in every embedding.

Half of the reference plays the generator: what it scores is the best that can be expected of a
perfect one. Impostors made of the same half show whether a measure can tell anything here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from refimpl.display import progress_bar
from refimpl.embeddings import Embedding
from refimpl.errors import UserError
from refimpl.judging.judged import Judged, Reference
from refimpl.judging.measures import FEWEST, N_RESAMPLES, SET_MEASURES
from refimpl.judging.reading import Sound
from refimpl.metrics.references import white_noise
from refimpl.metrics.sets import told_apart
from refimpl.metrics.statistics import Estimate

GIVEN, REAL = "given", "real, the other half"
PIECES, REPEATED, RECITED, NOISE = (
    "real, in shuffled pieces", "one real sound, repeated", "the reference, recited", "white noise"
)  # fmt: skip
SETS = (GIVEN, REAL, PIECES, REPEATED, RECITED, NOISE)
# The impostor that a measure has to tell from real sounds, or it says nothing.
CATCHES = {"recall": REPEATED, "diversity": REPEATED, "copies": RECITED}
PIECE = 0.05  # seconds
MOST_IMPOSTORS = 50
FEW = 32  # sounds: with fewer in a set, only large differences show
FEW_FILES = 4


@dataclass
class Compared:
    """The figures, with what they are worth.

    Attributes:
        values: {(embedding, measure, set): estimate}.
        mute: (embedding, measure) that cannot tell real sounds from an impostor, with its name.
        warnings: in words.
        sizes: {set: number of sounds}.
        about: {embedding: what it hears}.
        judged: {embedding: the given set beside the reference}, for examples.
        reference: the sounds of the half that is the reference.
    """

    values: dict[tuple[str, str, str], Estimate] = field(default_factory=dict)
    mute: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    reference: list[Sound] = field(default_factory=list)


def compare_sets(
    given: Sequence[Sound],
    against: Sequence[Sound],
    sample_rate: int,
    embeddings: Sequence[Embedding],
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Compared:
    """Measure a set against another one, beside real sounds and impostors.

    Args:
        given: the sounds that are judged.
        against: real sounds; half of them become the reference.
        sample_rate: of all of them, in Hz.
        embeddings: in which they are compared.
        n_resamples: of every interval.
        seed: of the halves and impostors.

    Raises:
        UserError: fewer than 8 sounds given, or fewer than 16 to compare with.

    Taught in lesson 11.
    """
    if len(given) < FEWEST or len(against) < 2 * FEWEST:
        raise UserError(
            f"{len(given)} sounds against {len(against)}: give at least {FEWEST} against at least "
            f"{2 * FEWEST}, or cut them shorter; a measure of fewer would be chance"
        )
    rng = np.random.default_rng(seed)
    real, reference = halves(against, rng)
    sets = {GIVEN: [sound.audio for sound in given], REAL: [sound.audio for sound in real]}
    chosen = sets[REAL][:MOST_IMPOSTORS]
    sets[PIECES] = [shuffled_pieces(audio, sample_rate, rng) for audio in chosen]
    sets[NOISE] = [white_noise(len(audio), rng) for audio in chosen]
    compared = Compared(reference=reference)
    compared.sizes = {name: len(sounds) for name, sounds in sets.items()} | {
        REPEATED: len(chosen),
        RECITED: len(reference),
    }
    _warn(compared, given, against)
    for embedding in embeddings:
        vectors = {name: embedding.embed(sounds, sample_rate) for name, sounds in sets.items()}
        heard = embedding.embed([sound.audio for sound in reference], sample_rate)
        vectors[REPEATED], vectors[RECITED] = [vectors[REAL][0]] * len(chosen), heard
        beside = Reference(heard)
        judged = {name: Judged(vectors[name], beside) for name in SETS}
        compared.judged[embedding.name] = judged[GIVEN]
        compared.about[embedding.name] = embedding.about
        _measure(compared, embedding.name, judged, n_resamples, seed)
    return compared


def _measure(
    compared: Compared, embedding: str, judged: dict[str, Judged], n_resamples: int, seed: int
) -> None:
    bar = progress_bar(
        SET_MEASURES, total=len(SET_MEASURES), description=embedding, unit="measure", leave=False
    )
    for measure in bar:
        for name in SETS:
            compared.values[embedding, measure.name, name] = measure.estimate(
                judged[name], n_resamples=n_resamples, seed=seed
            )
        impostor = CATCHES.get(measure.name, PIECES)
        worse = measure.worse_by(judged[impostor], judged[REAL], n_resamples=n_resamples, seed=seed)
        if not (told_apart(worse) and worse.mean > 0):
            compared.mute[embedding, measure.name] = impostor


def _warn(compared: Compared, given: Sequence[Sound], against: Sequence[Sound]) -> None:
    """Say where sets are too small, or less independent than they look."""
    for name, sounds in (("given", given), ("compared with", against)):
        n, n_files = len(sounds), len({sound.file for sound in sounds})
        if n < FEW:
            compared.warnings.append(
                f"Only {n} sounds are {name}: expect wide intervals, and no answer about small "
                f"differences. {FEW} or more would be better, 100 good."
            )
        if n_files < FEW_FILES or n > 8 * n_files:
            compared.warnings.append(
                f"The {n} sounds {name} are pieces of {n_files} files. Pieces of one file resemble "
                "each other, so the truth is less certain than the intervals say."
            )


def halves(sounds: Sequence[Sound], rng: np.random.Generator) -> tuple[list[Sound], list[Sound]]:
    """Part sounds in two, in random order, the second half the larger where they are odd.

    Files stay whole, if there are four or more and no one has a third of all sounds: pieces of one
    recording in both halves would make the halves too alike.
    """
    order = rng.permutation(len(sounds))
    by_file: dict[str, list[Sound]] = {}
    for n in order:
        by_file.setdefault(sounds[n].file, []).append(sounds[n])
    if len(by_file) < FEW_FILES or max(map(len, by_file.values())) > len(sounds) / 3:
        middle = len(sounds) // 2
        return [sounds[n] for n in order[:middle]], [sounds[n] for n in order[middle:]]
    one: list[Sound] = []
    two: list[Sound] = []
    for group in sorted(by_file.values(), key=len, reverse=True):  # the large ones first
        (one if len(one) < len(two) else two).extend(group)
    return one, two


def shuffled_pieces(audio: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """Cut a sound into pieces of 50 ms and put them together in random order."""
    size = max(1, round(PIECE * sample_rate))
    if len(audio) < 2 * size:
        return audio
    pieces = audio[: len(audio) // size * size].reshape(-1, size)
    faded = pieces * np.minimum(1, 20 * (1 - np.abs(np.linspace(-1, 1, size))))
    return rng.permutation(faded).reshape(-1).astype(np.float32)
