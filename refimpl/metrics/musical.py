"""Musical measures of key, beat and held pitches.

No measure is enough alone: frames shuffled within a tune keep its key, blocks cut from random tunes
keep its beat, and one note on every beat passes both tests. Read them together, beside the
references in `references.py`.

They follow one voice, the most salient above a bass. In music with more voices, key and held
pitches are therefore weaker evidence, and only the beat is as clear. Compare with real pieces of
the same corpus, and with chance for as many notes (`random_notes_like`).

A measure that cannot be computed (too few notes, silence, a clip of a few samples) is NaN, never an
error.
"""

from dataclasses import dataclass, field, fields

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.notes import detect_notes
from refimpl.metrics.salience import Salience, pitch_salience
from refimpl.metrics.spectral import spectral_flatness

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)  # natural minor has the same notes as its relative major
MIN_NOTES = 6  # fewer notes fit some key, and some grid, by chance
GRID_TOLERANCE = 0.035  # seconds either side
CLEAR = 2.5  # salience, in standard deviations of the spectrum, of a pitch that is clearly there
HELD = 6  # frames, 140 ms: longer than one window reaches, shorter than a quick note
TEMPOS = (60.0, 180.0)  # beats per minute, searched where the beat is not known


@dataclass(frozen=True)
class MusicalMeasures:
    """The measures of one clip. Shares are in [0, 1]; NaN means "could not be measured".

    Attributes:
        in_key: share of note pitches in the best-fitting diatonic key. Random pitches: about .78.
        cross_key: key fitted on the first half of the notes, scored on the second. Random: .58.
        pitch_entropy: bits; 0 for a single repeated note. Random pitches: 3.6.
        grid: share of onsets within 35 ms of the tempo grid. Random onsets: about .5, or .65 to .83
            where the beat is not known.
        stability: share of successive loud frames with the same pitch.
        voiced: share of loud time with a clear pitch that is held for at least 140 ms.
        onsets_per_second: how dense the notes are.
        flatness: spectral flatness; 1 is white noise, 0 a pure tone.
        intervals: (n_notes - 1,) semitones from each note to the next.
        gaps: (n_notes - 1,) inter-onset intervals in seconds.
    """

    in_key: float
    cross_key: float
    pitch_entropy: float
    grid: float
    stability: float
    voiced: float
    onsets_per_second: float
    flatness: float
    intervals: np.ndarray = field(repr=False)
    gaps: np.ndarray = field(repr=False)

    @classmethod
    def names(cls) -> list[str]:
        """Names of the measures with one number per clip."""
        return [f.name for f in fields(cls) if f.name not in ("intervals", "gaps")]


def key_shares(pitches: np.ndarray) -> np.ndarray:
    """Share of the pitches that each of the twelve diatonic keys contains: (12,), by tonic."""
    classes = np.bincount(np.asarray(pitches, dtype=np.int64) % 12, minlength=12)
    shares = np.array([classes[(tonic + np.array(MAJOR_SCALE)) % 12].sum() for tonic in range(12)])
    return shares / max(len(pitches), 1)


def in_key(pitches: np.ndarray) -> float:
    """Share of note pitches in the best-fitting diatonic key.

    Args:
        pitches: (n_notes,) MIDI pitches.

    Returns:
        A share in [7/12, 1]; NaN below six notes, which nearly always fit some key. Sixteen pitches
        drawn at random from all twelve classes reach about .78.

    Taught in lesson 7.
    """
    return float(key_shares(pitches).max()) if len(pitches) >= MIN_NOTES else float("nan")


def cross_key(pitches: np.ndarray) -> float:
    """Share of the second half's notes in the key of the first half.

    Unlike `in_key` it cannot choose the key after hearing the notes: random pitches score
    7/12 = .58 for any number of notes. Keys that fit the first half equally well count equally,
    so a real tune stays a little below 1.

    Args:
        pitches: (n_notes,) MIDI pitches in order of time.

    Returns:
        A share in [0, 1]; NaN below six notes.

    Taught in lesson 7.
    """
    if len(pitches) < MIN_NOTES:
        return float("nan")
    half = len(pitches) // 2
    first, second = key_shares(pitches[:half]), key_shares(pitches[half:])
    return float(second[np.isclose(first, first.max())].mean())


def pitch_entropy(pitches: np.ndarray) -> float:
    """Entropy of the pitches of a tune's notes, in bits.

    One repeated note is in its key and may be on the beat; its entropy is 0. Two alternating notes
    have 1 bit, and random pitches have the most. So compare with the corpus: values far below or
    far above those of real tunes are bad signs.

    Args:
        pitches: (n_notes,) MIDI pitches.

    Returns:
        Bits, from 0 to log2(n_notes); NaN below six notes. Sixteen pitches drawn at random from
        three octaves reach about 3.6, melody and bass of tinytunes 1.9 to 2.9.

    Source: Shannon 1948, section 6. Taught in lesson 7.
    """
    if len(pitches) < MIN_NOTES:
        return float("nan")
    counts = np.unique(np.asarray(pitches), return_counts=True)[1]
    return float(np.sum(counts * np.log2(len(pitches) / counts)) / len(pitches))


def grid(
    onsets: np.ndarray, step: float | None = None, *, tolerance: float = GRID_TOLERANCE
) -> float:
    """Share of onsets on a regular grid.

    Args:
        onsets: (n_notes,) seconds.
        step: seconds between two points of the grid. None searches the eighths of 60 to 180 beats
            per minute for the best step. The search helps chance too: random onsets reach .83 if
            there are twelve in eight seconds, and .65 if there are forty.
        tolerance: the largest distance of an onset from its grid point, in seconds.

    Returns:
        The share at the best phase, in [0, 1]; NaN below six onsets. Random onsets reach about
        2 * tolerance / step and more, because the phase is fitted: about .5 at 117 bpm.

    Taught in lesson 7.
    """
    onsets = np.asarray(onsets, dtype=np.float64)
    if len(onsets) < MIN_NOTES:
        return float("nan")
    if step is not None:
        return _grid_share(onsets, np.array([step]), tolerance)
    slowest, fastest = (30.0 / tempo for tempo in TEMPOS)
    # Neighbouring steps may drift by half the tolerance over the clip, no more.
    duration = max(onsets[-1] - onsets[0], slowest)
    ratio = 1 + tolerance / (2 * duration)
    n_steps = min(5000, int(np.ceil(np.log(slowest / fastest) / np.log(ratio))))
    return _grid_share(onsets, np.geomspace(fastest, slowest, n_steps), tolerance)


def _grid_share(onsets: np.ndarray, steps: np.ndarray, tolerance: float) -> float:
    """Return the largest share of onsets in one window of the circle, over all steps and phases."""
    phases = np.sort(onsets[None] % steps[:, None], axis=1)  # (n_steps, n_onsets)
    around = np.concatenate([phases, phases + steps[:, None]], axis=1)
    best = 0
    for row in around:  # the best window begins at some onset
        inside = np.searchsorted(row, row[: len(onsets)] + 2 * tolerance + 1e-9)
        best = max(best, int((inside - np.arange(len(onsets))).max()))
    return min(1.0, best / len(onsets))


def stability(salience: Salience) -> float:
    """Share of successive loud frames whose most salient pitch is the same; NaN in silence."""
    loud = salience.loud
    pairs = loud[1:] & loud[:-1]
    same = salience.pitches[1:] == salience.pitches[:-1]
    return float(same[pairs].mean()) if pairs.any() else float("nan")


def voiced(salience: Salience) -> float:
    """Share of loud time with a clear pitch that is held for 140 ms; NaN in silence.

    Noise and shuffled notes have moments with a clear pitch, but only a note *holds* it.
    """
    loud = salience.loud
    if not loud.any():
        return float("nan")
    pitches = salience.pitches
    starts = np.flatnonzero(np.diff(pitches, prepend=-1))  # of each run of equal pitches
    lengths = np.diff(starts, append=len(pitches))
    held = np.repeat(lengths >= HELD, lengths)
    clear = salience.values.max(axis=1) > CLEAR
    return float((held & clear)[loud].mean())


def measure_music(
    audio: np.ndarray,
    sample_rate: int,
    *,
    beat_period: float | None = None,
    subdivision: int = 2,
) -> MusicalMeasures:
    """Compute all musical measures of one clip, about a hundred times faster than real time.

    Args:
        audio: (n_samples,) mono; may be silent, very short or empty.
        sample_rate: in Hz.
        beat_period: seconds per beat, if known; None fits it.
        subdivision: grid points per beat: 2 for eighths.

    Returns:
        MusicalMeasures, with NaN for measures that cannot be computed.

    Raises:
        UserError: for more than one channel.

    Taught in lesson 7.
    """
    audio = np.asarray(audio, dtype=np.float32)
    if audio.ndim != 1:
        raise UserError(f"audio has shape {audio.shape}; give one channel, (n_samples,)")
    audio = np.nan_to_num(audio, posinf=0.0, neginf=0.0)
    salience = pitch_salience(audio, sample_rate)
    notes = detect_notes(audio, sample_rate)
    seconds = len(audio) / sample_rate
    return MusicalMeasures(
        in_key=in_key(notes.pitches),
        cross_key=cross_key(notes.pitches),
        pitch_entropy=pitch_entropy(notes.pitches),
        grid=grid(notes.onsets, beat_period / subdivision if beat_period else None),
        stability=stability(salience),
        voiced=voiced(salience),
        onsets_per_second=len(notes) / seconds if seconds else float("nan"),
        flatness=spectral_flatness(audio, sample_rate),
        intervals=np.diff(notes.pitches),
        gaps=np.diff(notes.onsets),
    )
