"""From notes to sound: tones are placed in time, put into a room and mixed.

Taught in lesson 1.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from scipy.signal import fftconvolve

from refimpl.tinytunes.timbres import INSTRUMENTS, tone

# Loudness of each part in the mix, relative to the melody.
PART_GAINS = {"melody": 1.0, "chords": 0.45, "bass": 0.9, "drums": 0.8}
MASTER_GAIN = 1.3
CEILING = 0.98  # no tune is louder than this
FADE = 0.02  # seconds of fade at the very end, so that a ringing room does not click


def play_note(
    instrument: str, pitch: int, velocity: int, n_samples: int, sample_rate: int
) -> np.ndarray:
    """One note without the room: a tone, stopped at its end.

    Returns:
        `(n_samples,)` float32; shorter where the tone has died away before.
    """
    audio = tone(instrument, pitch, sample_rate)[:n_samples] * np.float32(velocity / 96)
    release = min(round(INSTRUMENTS[instrument].release * sample_rate), len(audio))
    if len(audio) == n_samples and release:
        audio[-release:] *= _fade(release)
    return audio


@lru_cache(maxsize=64)
def _fade(n_samples: int) -> np.ndarray:
    """Half a cosine from one to zero, `(n_samples,)` float32."""
    return (0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_samples + 1) / n_samples)).astype(np.float32)


@lru_cache(maxsize=8)
def room_response(sample_rate: int, wet: float) -> np.ndarray:
    """What a clap in a small room sounds like: itself, a few early echoes, a short dense tail.

    Args:
        sample_rate: In hertz.
        wet: Strength of the room; 0 gives the clap alone.

    Returns:
        Impulse response, `(n_samples,)` float32, starting with a one.
    """
    n_samples = round(0.35 * sample_rate)
    response = np.zeros(n_samples)
    for milliseconds, gain in ((11, 0.5), (17, -0.4), (23, 0.33), (31, -0.25)):
        response[round(milliseconds * sample_rate / 1000)] += gain
    rng = np.random.default_rng(2)
    time = np.arange(n_samples) / sample_rate
    tail = rng.standard_normal(n_samples) * 10.0 ** (-3.0 * time / 0.35)
    tail = np.convolve(tail, np.ones(4) / 4, mode="same")  # walls swallow the high frequencies
    tail[: round(0.03 * sample_rate)] = 0.0
    response += tail / np.sqrt(np.sum(tail**2))
    response *= wet
    response[0] = 1.0
    return response.astype(np.float32)


def mix_dry(notes: Iterable, n_samples: int, sample_rate: int) -> np.ndarray:
    """Notes placed in time and added up, without the room: `(n_samples,)` float32."""
    audio = np.zeros(n_samples, dtype=np.float32)
    for note in notes:
        start = round(note.onset * sample_rate)
        end = min(round((note.onset + note.duration) * sample_rate), n_samples)
        sound = play_note(note.instrument, note.pitch, note.velocity, end - start, sample_rate)
        audio[start : start + len(sound)] += np.float32(PART_GAINS[note.part]) * sound
    return audio


def add_room(audio: np.ndarray, sample_rate: int, wet: float) -> np.ndarray:
    """Put sound into the room and fade its very end. Linear: rooms of stems add up."""
    if wet:
        audio = fftconvolve(audio, room_response(sample_rate, wet))[: len(audio)]
    fade = min(round(FADE * sample_rate), len(audio))
    audio[-fade:] *= _fade(fade)
    return audio


def master_gain(mix: np.ndarray) -> np.float32:
    """The same gain for all tunes, but for those that would be louder than the ceiling."""
    peak = float(np.max(np.abs(mix), initial=0.0))
    return np.float32(min(MASTER_GAIN, CEILING / peak if peak else MASTER_GAIN))


def render(notes: Iterable, n_samples: int, sample_rate: int, wet: float) -> np.ndarray:
    """The mix of all notes, `(n_samples,)` float32 within (-1, 1)."""
    audio = add_room(mix_dry(notes, n_samples, sample_rate), sample_rate, wet)
    return audio * master_gain(audio)


def render_stems(
    notes: Iterable, parts: Iterable[str], n_samples: int, sample_rate: int, wet: float
) -> dict[str, np.ndarray]:
    """Each part by itself; together they are the mix, because mixing and the room are linear."""
    notes = list(notes)
    stems = {
        part: add_room(
            mix_dry([n for n in notes if n.part == part], n_samples, sample_rate), sample_rate, wet
        )
        for part in parts
    }
    gain = master_gain(sum(stems.values()))
    return {part: audio * gain for part, audio in stems.items()}
