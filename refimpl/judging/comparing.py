"""A set beside real sounds and beside impostors, by every measure in every embedding.

Half of the reference plays the generator: what it scores is the best that can be expected of a
perfect one. Impostors made of the same half show whether a measure can tell anything here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from refimpl.display import progress_bar
from refimpl.embeddings import Embedding
from refimpl.errors import UserError
from refimpl.judging.captioned import (
    ABOVE_CHANCE,
    CAPTION_MEASURES,
    EXCHANGED,
    Captioned,
    embed_all,
    with_captions,
)
from refimpl.judging.judged import Judged, Reference
from refimpl.judging.keyed import KEY_MEASURES, Keyed, keys_of
from refimpl.judging.labelled import LABEL_MEASURES, Labelled
from refimpl.judging.measures import FEWEST, N_RESAMPLES, SET_MEASURES, Pair, SetMeasure
from refimpl.judging.reading import Sound
from refimpl.judging.warning import FEW_FILES, of_captions, of_keys, of_size
from refimpl.metrics.references import white_noise
from refimpl.metrics.sets import told_apart
from refimpl.metrics.statistics import Estimate

GIVEN, REAL = "given", "real, the other half"
PIECES, REPEATED, RECITED, NOISE = (
    "real, in shuffled pieces", "one real sound, repeated", "the reference, recited", "white noise"
)  # fmt: skip
SETS = (GIVEN, REAL, PIECES, REPEATED, RECITED, NOISE)
# The impostor that a measure has to tell from real sounds, or it says nothing.
CATCHES = {
    "recall": REPEATED, "diversity": REPEATED, "diversity_in_key": REPEATED, "copies": RECITED
}  # fmt: skip
# Labels need a classifier, and captions an embedding that reads them, so these may be missing.
MEASURES = (*SET_MEASURES, *KEY_MEASURES, *LABEL_MEASURES, *CAPTION_MEASURES)
PIECE = 0.05  # seconds
MOST_IMPOSTORS = 50


@dataclass
class Compared:
    """The figures, with what they are worth.

    Attributes:
        values: {(embedding, measure, set): estimate}, of what could be measured.
        mute: (embedding, measure) that cannot tell real sounds from an impostor, with its name.
        warnings: in words.
        sizes: {set: number of sounds}.
        about: {embedding: what it hears}.
        judged: {embedding: the given set beside the reference}, for examples.
        labelled: {embedding: the labels of the given set and the reference}, of those that give
            labels.
        captioned: {embedding: the given sounds that have captions}, of those that read them.
        reference: the sounds of the half that is the reference.
    """

    values: dict[tuple[str, str, str], Estimate] = field(default_factory=dict)
    mute: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    labelled: dict[str, Labelled] = field(default_factory=dict)
    captioned: dict[str, Captioned] = field(default_factory=dict)
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

    Measures of labels are made in embeddings that give labels, and CLAP scores in those that read
    captions, if at least two sounds of a set have some.

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
    compared.warnings += [*of_size("given", given), *of_size("compared with", against)]
    if not embeddings:
        return compared
    sets[RECITED] = [sound.audio for sound in reference]
    keys = {name: keys_of(sounds, sample_rate) for name, sounds in sets.items()}
    keys[REPEATED] = np.repeat(keys[REAL][:1], len(chosen))
    compared.warnings += of_keys("given sounds", keys[GIVEN])
    compared.warnings += of_keys("real sounds of the reference", keys[RECITED])
    captions = _captions(given, real, reference)
    compared.warnings += of_captions(captions[GIVEN], captions[REAL])
    maker = _Measuring(compared, n_resamples, seed)
    for embedding in embeddings:
        vectors = {name: embedding.embed(sounds, sample_rate) for name, sounds in sets.items()}
        vectors[REPEATED] = [vectors[REAL][0]] * len(chosen)
        beside = Reference(vectors[RECITED])
        judged = {name: Judged(vectors[name], beside) for name in SETS}
        compared.judged[embedding.name] = judged[GIVEN]
        compared.about[embedding.name] = embedding.about
        maker.measure(embedding.name, SET_MEASURES, judged)
        keyed = {name: Keyed(judged[name], keys[name], keys[RECITED]) for name in SETS}
        maker.measure(embedding.name, KEY_MEASURES, keyed)
        if embedding.gives_labels:
            maker.measure_labels(embedding, vectors)
        if embedding.reads_captions:
            maker.measure_captions(embedding, vectors, captions)
    return compared


@dataclass(frozen=True)
class _Measuring:
    """Measures sets in one form after the other, and writes down what it finds."""

    compared: Compared
    n_resamples: int
    seed: int

    def measure(
        self, embedding: str, measures: Sequence[SetMeasure], sets: Mapping[str, Pair]
    ) -> None:
        """Measure all sets, and note which measure cannot tell its impostor from real sounds."""
        bar = progress_bar(
            measures, total=len(measures), description=embedding, unit="measure", leave=False
        )
        options = {"n_resamples": self.n_resamples, "seed": self.seed}
        for measure in bar:
            self.estimate(embedding, measure, sets)
            impostor = CATCHES.get(measure.name, PIECES)
            worse = measure.worse_by(sets[impostor], sets[REAL], **options)
            if not (told_apart(worse) and worse.mean > 0):
                self.compared.mute[embedding, measure.name] = impostor

    def estimate(self, embedding: str, measure: SetMeasure, sets: Mapping[str, Pair]) -> None:
        """Write down a measure of each set."""
        for name, one in sets.items():
            self.compared.values[embedding, measure.name, name] = measure.estimate(
                one, n_resamples=self.n_resamples, seed=self.seed
            )

    def measure_labels(self, embedding: Embedding, vectors: Mapping[str, list]) -> None:
        """Measure the labels that the embedding gives."""
        labels = {name: embedding.labels_of(vectors[name]) for name in SETS}
        labelled = {name: Labelled(labels[name], labels[RECITED]) for name in SETS}
        self.compared.labelled[embedding.name] = labelled[GIVEN]
        self.measure(embedding.name, LABEL_MEASURES, labelled)

    def measure_captions(
        self, embedding: Embedding, vectors: Mapping[str, list], captions: Mapping[str, list[str]]
    ) -> None:
        """Measure how well captions fit, of the sets that have some."""
        texts = embed_all(embedding, [one for some in captions.values() for one in some])
        found = {name: with_captions(vectors[name], captions[name], texts) for name in SETS}
        captioned = {name: one for name, one in found.items() if one is not None}
        if GIVEN in captioned:
            self.compared.captioned[embedding.name] = captioned[GIVEN]
        for measure in CAPTION_MEASURES:
            self.estimate(embedding.name, measure, captioned)
        real = self.compared.values.get((embedding.name, ABOVE_CHANCE.name, REAL))
        if real is not None and not real.low > 0:  # even real sounds fit any caption as well
            for measure in CAPTION_MEASURES:
                self.compared.mute[embedding.name, measure.name] = EXCHANGED


def _captions(
    given: Sequence[Sound], real: Sequence[Sound], reference: Sequence[Sound]
) -> dict[str, list[str]]:
    """The captions of every set; impostors of real sounds were asked for what those are."""
    captions = {
        name: [sound.caption for sound in sounds]
        for name, sounds in ((GIVEN, given), (REAL, real), (RECITED, reference))
    }
    asked = captions[REAL][:MOST_IMPOSTORS]
    return captions | dict.fromkeys((PIECES, REPEATED, NOISE), asked)


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
