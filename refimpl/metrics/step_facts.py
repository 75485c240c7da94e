"""What is known of a tune at each step of a codec: the melody's pitch and the loudness."""

import numpy as np

SILENT_DB = -80.0


def step_pitches(tune, step_rate: float, n_steps: int, *, part: str = "melody") -> np.ndarray:
    """The pitch that a part plays in the middle of each step.

    Args:
        tune: with .notes that have .onset, .duration, .pitch and .part.
        step_rate: steps per second.
        n_steps: steps to label.
        part: the part; of notes at the same time, the highest counts.

    Returns:
        (n_steps,) int64 MIDI pitches; -1 where the part is silent.

    Taught in lesson 8.
    """
    middles = (np.arange(n_steps) + 0.5) / step_rate
    pitches = np.full(n_steps, -1, dtype=np.int64)
    for note in tune.notes:
        if note.part == part:
            sounding = (middles >= note.onset) & (middles < note.onset + note.duration)
            pitches[sounding] = np.maximum(pitches[sounding], note.pitch)
    return pitches


def step_loudness(
    audio: np.ndarray, sample_rate: int, step_rate: float, n_steps: int
) -> np.ndarray:
    """The level of each step's samples.

    Args:
        audio: (n_samples,) mono.
        sample_rate: in Hz.
        step_rate: steps per second.
        n_steps: steps to label.

    Returns:
        (n_steps,) root mean squares in dB of full scale, at least -80, which is
        also that of steps beyond the end.

    Taught in lesson 8.
    """
    edges = np.round(np.arange(n_steps + 1) / step_rate * sample_rate).astype(np.int64)
    edges = np.minimum(edges, len(audio))
    energy = np.concatenate([[0.0], np.cumsum(np.square(audio, dtype=np.float64))])
    means = np.diff(energy[edges]) / np.maximum(np.diff(edges), 1)
    return 10 * np.log10(np.maximum(means, 10 ** (SILENT_DB / 10)))
