"""Notes of known onset and pitch, so that a measure's right answer is known before it is taken."""

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 22050
EIGHTH = 5632 / SAMPLE_RATE  # seconds; 117.45 beats a minute
MAJOR = (0, 2, 4, 5, 7, 9, 11)


@dataclass(frozen=True)
class Note:
    onset: float
    duration: float
    pitch: int
    part: str = "melody"


def tone(pitch: int, duration: float, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """A plucked tone with six decaying harmonics: (n_samples,)."""
    t = np.arange(int(duration * sample_rate)) / sample_rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    sound = sum(
        np.sin(2 * np.pi * frequency * h * t) * np.exp(-2 * np.sqrt(h) * t) / h**1.3
        for h in range(1, 7)
    )
    edges = np.clip(np.minimum(t / 0.005, (duration - t) / 0.01), 0, 1)
    return (0.3 * sound * edges).astype(np.float32)


def render(notes: list[Note], seconds: float, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    audio = np.zeros(int(seconds * sample_rate), dtype=np.float32)
    for note in notes:
        start = round(note.onset * sample_rate)
        sound = tone(note.pitch, note.duration, sample_rate)[: len(audio) - start]
        audio[start : start + len(sound)] += sound
    return audio


def melody(
    rng: np.random.Generator, *, key: int | None = 0, on_grid: bool = True, n_notes: int = 20
) -> list[Note]:
    """A random melody; key None draws from all twelve pitch classes."""
    pool = [p for p in range(60, 82) if key is None or (p - key) % 12 in MAJOR]
    notes, time = [], 0.0
    for _ in range(n_notes):
        duration = EIGHTH * rng.choice([1, 2, 2, 3]) if on_grid else rng.uniform(0.25, 0.8)
        notes.append(Note(time, duration, int(rng.choice(pool))))
        time += duration
    return notes


def seconds(notes: list[Note]) -> float:
    return max(note.onset + note.duration for note in notes)
