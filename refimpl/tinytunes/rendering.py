"""From notes to sound: place tones in time, add a room, and mix.

Taught in lesson 1.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from scipy.signal import fftconvolve

from refimpl.tinytunes.drums import KIT
from refimpl.tinytunes.note import Note
from refimpl.tinytunes.percussion import hit
from refimpl.tinytunes.timbres import INSTRUMENTS, soft_noise, tone

# Loudness of each part in the mix, beside the melody's.
PART_GAINS = {"melody": 1.0, "chords": 0.45, "bass": 0.9, "drums": 0.6}
FULL_VELOCITY = 96  # a note of this velocity has its tone's own loudness
MASTER_GAIN = 1.3
CEILING = 0.98  # the largest sample of any tune
FADE = 0.02  # seconds of fade at the very end, where a ringing room would click
REVERBERATION = 0.35  # seconds in which the room falls silent
# Echoes from the nearest walls: milliseconds, and how strong.
ECHOES = ((11, 0.5), (17, -0.4), (23, 0.33), (31, -0.25))


def play_note(note: Note, n_samples: int, sample_rate: int) -> np.ndarray:
    """Render one note without a room: a tone, stopped at its end.

    Args:
        note: The note to play.
        n_samples: Its length.
        sample_rate: In hertz.

    Returns:
        `(n_samples,)` float32, or shorter if the tone dies away earlier.

    Taught in lesson 1.
    """
    gain = np.float32(note.velocity / FULL_VELOCITY)
    if note.instrument == KIT:
        return gain * hit(note.pitch, sample_rate)  # drums ring until they fade
    audio = gain * tone(note.instrument, note.pitch, sample_rate)[:n_samples]
    release = min(round(INSTRUMENTS[note.instrument].release * sample_rate), n_samples)
    if len(audio) == n_samples and release:
        audio[-release:] *= _fade_out(release)
    return audio


@lru_cache(maxsize=64)
def _fade_out(n_samples: int) -> np.ndarray:
    """Half a cosine from one to zero, `(n_samples,)` float32."""
    return (0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_samples + 1) / n_samples)).astype(np.float32)


@lru_cache(maxsize=8)
def room_response(sample_rate: int, wet: float) -> np.ndarray:
    """Return the sound of a clap in a small room: the clap, a few early echoes, a short dense tail.

    Args:
        sample_rate: In hertz.
        wet: Strength of the room; 0 gives the clap alone.

    Returns:
        Impulse response, `(n_samples,)` float32, whose first sample is one.

    Taught in lesson 1.
    """
    time = np.arange(round(REVERBERATION * sample_rate)) / sample_rate
    # After many reflections an echo is noise that fades. The seed is part of the room.
    tail = soft_noise(len(time), np.random.default_rng(2))
    tail *= 10.0 ** (-3.0 * time / REVERBERATION)
    tail[time < 0.03] = 0.0
    response = tail / np.sqrt(np.sum(tail**2))
    for milliseconds, gain in ECHOES:
        response[round(milliseconds * sample_rate / 1000)] += gain
    response *= wet
    response[0] = 1.0
    return response.astype(np.float32)


def mix_dry(notes: Iterable[Note], n_samples: int, sample_rate: int) -> np.ndarray:
    """Notes placed in time and added up, without the room: `(n_samples,)` float32."""
    audio = np.zeros(n_samples, dtype=np.float32)
    for note in notes:
        start = round(note.onset * sample_rate)
        end = min(round((note.onset + note.duration) * sample_rate), n_samples)
        sound = play_note(note, end - start, sample_rate)[: n_samples - start]
        audio[start : start + len(sound)] += np.float32(PART_GAINS[note.part]) * sound
    return audio


def add_room(audio: np.ndarray, sample_rate: int, wet: float) -> np.ndarray:
    """The same sound in the room, faded at its very end: `(n_samples,)` float32.

    A room is linear: the room of a sum is the sum of the rooms.
    """
    if wet:
        audio = fftconvolve(audio, room_response(sample_rate, wet))[: len(audio)]
    fade = round(FADE * sample_rate)
    audio[-fade:] *= _fade_out(fade)
    return audio


def render(notes: Iterable[Note], n_samples: int, sample_rate: int, wet: float) -> np.ndarray:
    """The sound of all notes together.

    Args:
        notes: The notes to play.
        n_samples: Length of the sound.
        sample_rate: In hertz.
        wet: Strength of the room.

    Returns:
        `(n_samples,)` float32 within (-1, 1).

    Taught in lesson 1.
    """
    audio = add_room(mix_dry(notes, n_samples, sample_rate), sample_rate, wet)
    return audio * _master_gain(audio)


def render_stems(
    notes: Iterable[Note], parts: Iterable[str], n_samples: int, sample_rate: int, wet: float
) -> dict[str, np.ndarray]:
    """Render each part alone, in the same room and at the same loudness as in the mix.

    Returns:
        For each part `(n_samples,)` float32. They add up to `render`, to float precision.

    Taught in lesson 1.
    """
    notes = tuple(notes)
    stems = {}
    for part in parts:
        dry = mix_dry((n for n in notes if n.part == part), n_samples, sample_rate)
        stems[part] = add_room(dry, sample_rate, wet)
    gain = _master_gain(sum(stems.values()))
    return {part: audio * gain for part, audio in stems.items()}


def _master_gain(mix: np.ndarray) -> np.float32:
    """Return the gain: the same for all tunes, but less if one would exceed the ceiling."""
    return np.float32(min(MASTER_GAIN, CEILING / max(float(np.abs(mix).max()), 1e-9)))
