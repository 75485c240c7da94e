"""References for generated music: imitations that each get one thing right.

| reference | keeps | loses |
| --- | --- | --- |
| resynthesised | everything that the tokens hold | detail beyond the tokens |
| bigram | how one token follows another | everything longer |
| blocks | the inside of a quarter of a second | key, and the join |
| shuffled | the notes of one tune | time |
| one note | key, beat and clear pitches | any choice of a pitch |
| random notes | notes | all order among them |
| noise | nothing | all |

A measure that a reference passes does not show by itself that something is music; a table should
always show all references. Tokens are plain integer arrays without special tokens. If a codec has
several stages, each step is a group of n_stages tokens, and no reference breaks a group.
"""

from collections.abc import Sequence

import numpy as np

from refimpl.errors import UserError
from refimpl.metrics.musical import cross_key, grid, in_key, pitch_entropy

REAL = "real, held out"
RESYNTHESISED = "resynthesised"
BIGRAM = "bigram"
BLOCKS = "8-frame blocks of random tunes"
SHUFFLED = "frames shuffled in a tune"
NOISE = "white noise"
REFERENCES = (REAL, RESYNTHESISED, BIGRAM, BLOCKS, SHUFFLED, NOISE)


def bigram(
    training: Sequence[np.ndarray], n_tunes: int, n_tokens: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Draw tunes in which each token follows the one before it as often as in training.

    This needs no counts: drawing a random place where the token occurs, and taking the token after
    it, is the same as drawing from the table of counts.

    Args:
        training: token sequences.
        n_tunes: how many to draw.
        n_tokens: tokens in each.
        rng: source of randomness.

    Returns:
        n_tunes arrays (n_tokens,) int64.

    Raises:
        UserError: when no training sequence has two tokens.

    Taught in lesson 5.
    """
    training = [np.asarray(tune, dtype=np.int64) for tune in training if len(tune) > 1]
    if not training:
        raise UserError("a bigram needs training tunes of at least two tokens; none was given")
    before = np.concatenate([tune[:-1] for tune in training])
    order = np.argsort(before, kind="stable")
    followers = np.concatenate([tune[1:] for tune in training])[order]
    size = int(max(before.max(), followers.max())) + 1
    edges = np.searchsorted(before[order], np.arange(size + 1))  # followers of k: edges[k:k+2]
    first, n_places = edges[:-1], np.diff(edges)
    starts = np.array([tune[0] for tune in training])
    tokens = np.empty((n_tunes, n_tokens), dtype=np.int64)
    last = rng.choice(starts, n_tunes)
    for step in range(n_tokens):
        tokens[:, step] = last
        stuck = n_places[last] == 0  # only ever seen at the end of a tune: begin again
        drawn = first[last] + (rng.random(n_tunes) * n_places[last]).astype(np.int64)
        last = np.where(
            stuck, rng.choice(starts, n_tunes), followers[np.minimum(drawn, len(followers) - 1)]
        )
    return list(tokens)


def blocks(
    training: Sequence[np.ndarray],
    n_tunes: int,
    n_tokens: int,
    rng: np.random.Generator,
    *,
    block_steps: int = 8,
    n_stages: int = 1,
) -> list[np.ndarray]:
    """Tunes pasted together from short blocks of random training tunes.

    Args:
        training: token sequences.
        n_tunes: how many to make.
        n_tokens: tokens in each.
        rng: source of randomness.
        block_steps: steps in a block. A block begins at a multiple of this in its own tune too, so
            that a tempo grid that fits the blocks survives.
        n_stages: tokens in a step.

    Returns:
        n_tunes arrays (n_tokens,) int64.

    Raises:
        UserError: when no training sequence is as long as a block.

    Taught in lesson 7.
    """
    size = block_steps * n_stages
    whole = [np.asarray(tune, dtype=np.int64) for tune in training if len(tune) >= size]
    if not whole:
        raise UserError(f"no training tune has the {size} tokens of a block; use shorter blocks")
    tunes = []
    for _ in range(n_tunes):
        pieces = []
        for _ in range(-(-n_tokens // size)):
            tune = whole[rng.integers(len(whole))]
            start = size * rng.integers(len(tune) // size)
            pieces.append(tune[start : start + size])
        tunes.append(np.concatenate(pieces or [np.zeros(0, np.int64)])[:n_tokens])
    return tunes


def shuffled(ids: np.ndarray, rng: np.random.Generator, *, n_stages: int = 1) -> np.ndarray:
    """A tune with its frames in random order.

    Args:
        ids: (n_tokens,) tokens, or (n_frames, n_features) frames.
        rng: source of randomness.
        n_stages: tokens in a step; an incomplete last step is dropped.

    Returns:
        An array like ids.

    Taught in lesson 7.
    """
    ids = np.asarray(ids)
    if ids.ndim > 1:
        return rng.permutation(ids)
    steps = ids[: len(ids) // n_stages * n_stages].reshape(-1, n_stages)
    return rng.permutation(steps).reshape(-1)


def white_noise(n_samples: int, rng: np.random.Generator, *, rms: float = 0.1) -> np.ndarray:
    """Gaussian white noise: (n_samples,) float32. Taught in lesson 7."""
    return (rms * rng.standard_normal(n_samples)).astype(np.float32)


def one_note(
    n_samples: int, sample_rate: int, beat_period: float, *, pitch: int = 60
) -> np.ndarray:
    """The same plucked note on every beat: in a key, on the grid, clearly pitched, and no music.

    Args:
        n_samples: length of the sound.
        sample_rate: in Hz.
        beat_period: seconds from one note to the next.
        pitch: MIDI pitch; 60 is middle C.

    Returns:
        (n_samples,) float32. Its `pitch_entropy` is 0.

    Taught in lesson 7.
    """
    since_beat = np.arange(n_samples) / sample_rate % beat_period  # seconds
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    harmonics = range(1, 7)
    waves = [np.sin(2 * np.pi * k * frequency * since_beat) / k**1.3 for k in harmonics]
    fades = np.clip(np.minimum(since_beat / 0.005, (beat_period - since_beat) / 0.01), 0, 1)
    return (0.2 * sum(waves) * np.exp(-2 * since_beat) * fades).astype(np.float32)


def random_notes(
    rng: np.random.Generator,
    *,
    n_notes: int = 16,
    seconds: float = 8.2,
    beat_period: float | None = None,
) -> dict[str, float]:
    """Measure random notes: pitches in three octaves, at random times.

    This is what chance reaches. It is far above 0, since the best of twelve keys, and the best
    place of the grid, are chosen after the notes are known.

    Args:
        rng: source of randomness.
        n_notes: number of notes.
        seconds: the onsets are between 0 and this.
        beat_period: seconds per beat; None searches for it, which helps chance too.

    Returns:
        "in_key", "cross_key", "pitch_entropy" and "grid", for `summarise`.

    Taught in lesson 7.
    """
    pitches = rng.integers(48, 84, n_notes)
    onsets = np.sort(rng.uniform(0, seconds, n_notes))
    return {
        "in_key": in_key(pitches),
        "cross_key": cross_key(pitches),
        "pitch_entropy": pitch_entropy(pitches),
        "grid": grid(onsets, None if beat_period is None else beat_period / 2),
    }


def random_notes_like(
    onsets: np.ndarray,
    pitches: np.ndarray,
    rng: np.random.Generator,
    *,
    seconds: float,
    beat_period: float | None = None,
) -> dict[str, float]:
    """Measure random notes, as many as a clip has and in its range of pitches.

    Chance is different for every corpus: the best of twelve keys fits a few notes more easily than
    many, and some grid fits a few onsets. Fiddle tunes have 20 to 30 notes in eight seconds.

    Args:
        onsets: (n_notes,) of the clip's notes; only their number counts.
        pitches: (n_notes,) of the clip's notes; random ones are drawn from their range.
        rng: source of randomness.
        seconds: length of the clip.
        beat_period: seconds per beat, if known.

    Returns:
        As `random_notes`.

    Taught in lesson 10.
    """
    low, high = (int(min(pitches)), int(max(pitches))) if len(pitches) else (60, 71)
    drawn = rng.integers(low, high + 1, len(pitches))
    places = np.sort(rng.uniform(0, seconds, len(onsets)))
    return {
        "in_key": in_key(drawn),
        "cross_key": cross_key(drawn),
        "pitch_entropy": pitch_entropy(drawn),
        "grid": grid(places, None if beat_period is None else beat_period / 2),
    }


def reference_tokens(
    training: Sequence[np.ndarray],
    held_out: Sequence[np.ndarray],
    rng: np.random.Generator,
    *,
    n_stages: int = 1,
) -> dict[str, list[np.ndarray]]:
    """Make all references that consist of tokens, each with as many tunes as are held out.

    Args:
        training: token sequences of the training set.
        held_out: other token sequences, which set the number and length of the references.
        rng: source of randomness.
        n_stages: tokens in a step.

    Returns:
        {RESYNTHESISED, BIGRAM, BLOCKS, SHUFFLED: list of (n_tokens,) int64}, in this order.
        REAL and NOISE have no tokens.

    Taught in lesson 7.
    """
    held_out = [np.asarray(tune, dtype=np.int64) for tune in held_out]
    n_tunes, n_tokens = len(held_out), max((len(tune) for tune in held_out), default=0)
    return {
        RESYNTHESISED: held_out,
        BIGRAM: bigram(training, n_tunes, n_tokens, rng),
        BLOCKS: blocks(training, n_tunes, n_tokens, rng, n_stages=n_stages),
        SHUFFLED: [shuffled(tune, rng, n_stages=n_stages) for tune in held_out],
    }
