"""Pitched instruments: how a pitch becomes a tone.

A tone is a sum of partials (additive synthesis): sines at the frequencies at which a string, a bar
or a pipe vibrates, each with its own strength and its own decay. Their frequencies and decays make
a tone sound plucked, struck, blown or bowed.

Source: N. H. Fletcher and T. D. Rossing, *The Physics of Musical Instruments* (1998), on stiff and
plucked strings, bars and pipes.
Taught in lesson 1.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.signal import lfilter

LONGEST = 4.0  # seconds: a whole bar at the slowest tempo
REFERENCE_RMS = 0.1  # of the first 0.3 s of every tone, so that instruments are equally loud
SILENCE = 1e-4  # a tone that has fallen this far below its peak (80 dB) is over


@dataclass(frozen=True)
class Instrument:
    """The parameters of an instrument's sound.

    Attributes:
        name: Its name in captions.
        family: "plucked", "struck", "blown" or "bowed".
        program: General MIDI program number, 0 to 127.
        n_partials: The most partials that sound.
        tilt: Partial n has the strength n ** -tilt.
        even: Strength of even partials; a pipe closed at one end has nearly none.
        stiffness: B of a stiff string, whose partials are sharper than harmonics by
            sqrt(1 + B n^2).
        pluck: Where the string is plucked, as a share of its length; partials with a node there
            stay silent. 0 for instruments that are not.
        ratios: Frequencies of the partials over the first one, for bars; empty for harmonics.
        decay: Seconds in which the first partial falls by 60 dB at middle C; 0 where the player
            sustains the tone.
        damping: How much faster each higher partial decays.
        attack: Seconds until the tone is at full strength.
        release: Seconds in which the tone stops at its end.
        vibrato: Depth in semitones.
        breath: Strength of the noise of air or bow beside the tone.
        loudness: Beside the others; a tone that does not decay needs less.
    """

    name: str
    family: str
    program: int
    n_partials: int = 12
    tilt: float = 1.0
    even: float = 1.0
    stiffness: float = 0.0
    pluck: float = 0.0
    ratios: tuple[float, ...] = ()
    decay: float = 0.0
    damping: float = 0.2
    attack: float = 0.004
    release: float = 0.04
    vibrato: float = 0.0
    breath: float = 0.0
    loudness: float = 1.0


_ALL = (
    Instrument("piano", "struck", 0, 10, tilt=1.2, stiffness=2e-4, decay=5.0, damping=0.25),
    # Bars are tuned by undercutting them: the second partial lies two octaves above the first.
    Instrument("vibraphone", "struck", 11, ratios=(1, 4, 10), tilt=1.6, decay=6.0, damping=1.5),
    Instrument("marimba", "struck", 12, ratios=(1, 4, 9.2), tilt=1.1, decay=1.4, damping=2.0),
    Instrument("guitar", "plucked", 24, 16, tilt=1.2, pluck=0.18, decay=3.0, damping=0.3),
    Instrument("harp", "plucked", 46, 12, tilt=1.5, pluck=0.4, decay=3.5, damping=0.35),
    Instrument("plucked bass", "plucked", 33, 20, tilt=0.7, pluck=0.13, decay=6.0, damping=0.1),
    Instrument("double bass", "plucked", 32, 14, tilt=0.8, pluck=0.22, decay=3.0, damping=0.25),
    Instrument(
        "flute",
        "blown",
        73,
        6,
        tilt=2.0,
        attack=0.05,
        release=0.06,
        vibrato=0.12,
        breath=0.02,
        loudness=0.75,
    ),
    Instrument(
        "clarinet",
        "blown",
        71,
        11,
        tilt=1.2,
        even=0.15,
        attack=0.04,
        release=0.05,
        breath=0.006,
        loudness=0.7,
    ),
    Instrument(
        "violin",
        "bowed",
        40,
        14,
        tilt=1.5,
        attack=0.07,
        release=0.07,
        vibrato=0.15,
        breath=0.008,
        loudness=0.7,
    ),
    Instrument(
        "strings",
        "bowed",
        48,
        12,
        tilt=1.6,
        attack=0.12,
        release=0.1,
        vibrato=0.1,
        breath=0.01,
        loudness=0.7,
    ),
)
INSTRUMENTS = {instrument.name: instrument for instrument in _ALL}
VIBRATO_RATE = 5.2  # hertz


def pitch_to_frequency(pitch: float) -> float:
    """Frequency in hertz of a MIDI pitch, in equal temperament with A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def partials(instrument: Instrument, frequency: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the partials of an instrument at a pitch, which additive synthesis adds up.

    Args:
        instrument: Any pitched instrument.
        frequency: Of the first partial, in hertz.

    Returns:
        Frequencies (hertz), strengths, and seconds in which they fall by 60 dB (infinite where
        the tone is sustained), `(n_partials,)` each.

    Taught in lesson 1.
    """
    if instrument.ratios:
        ratios = np.array(instrument.ratios, dtype=np.float64)
        n = np.arange(1, len(ratios) + 1)
    else:
        n = np.arange(1, instrument.n_partials + 1)
        stiff = np.sqrt((1 + instrument.stiffness * n**2) / (1 + instrument.stiffness))
        ratios = n * stiff
    strengths = n**-instrument.tilt * np.where(n % 2 == 0, instrument.even, 1.0)
    if instrument.pluck:
        strengths = strengths * np.abs(np.sin(np.pi * n * instrument.pluck))
    if not instrument.decay:
        return frequency * ratios, strengths, np.full(len(n), np.inf)
    # High strings and bars are light: they lose their energy faster.
    first = instrument.decay * (pitch_to_frequency(60) / frequency) ** 0.5
    return frequency * ratios, strengths, first / (1 + instrument.damping * (n - 1))


@lru_cache(maxsize=256)
def tone(name: str, pitch: int, sample_rate: int) -> np.ndarray:
    """Return a tone of an instrument, as long as the longest note.

    Tones are cached, because a tune plays each of them many times: that makes rendering fast.

    Args:
        name: Name of the instrument.
        pitch: MIDI pitch.
        sample_rate: In hertz.

    Returns:
        `(n_samples,)` float32, read-only because all notes of this pitch share it.

    Taught in lesson 1.
    """
    instrument = INSTRUMENTS[name]
    # The same tone always has the same random phases and the same noise.
    rng = np.random.default_rng([instrument.program, pitch])
    time = np.arange(round(LONGEST * sample_rate)) / sample_rate  # (n_samples,)
    bent = _bend(time, instrument.vibrato)
    audio = np.zeros(len(time), dtype=np.float32)
    table = partials(instrument, pitch_to_frequency(pitch))
    for frequency, strength, decay in zip(*table, strict=True):
        start = rng.random()
        if frequency < 0.45 * sample_rate:  # above half the rate it would fold back, out of tune
            audio += _partial(frequency, strength, decay, start, time, bent)
    if instrument.breath:
        audio += instrument.breath * soft_noise(len(time), rng)
    audio *= np.minimum(1.0, time / instrument.attack)
    rms = np.sqrt(np.mean(audio[: round(0.3 * sample_rate)] ** 2))
    audio *= instrument.loudness * REFERENCE_RMS / rms
    loud = np.flatnonzero(np.abs(audio) > SILENCE * np.abs(audio).max())
    audio = audio[: loud[-1] + 1].copy()
    audio.flags.writeable = False
    return audio


def _partial(
    frequency: float,
    strength: float,
    decay: float,
    start: float,
    time: np.ndarray,
    bent: np.ndarray,
) -> np.ndarray:
    """One decaying sine, `(n_samples,)` float32; `start` is its first phase in cycles.

    Phases are wrapped in double precision before the sine is taken in single precision, which is
    several times quicker and, after wrapping, exact enough.
    """
    cycles = frequency * bent + start
    phase = (cycles - np.floor(cycles)).astype(np.float32)
    envelope = np.exp(np.float32(-np.log(1000.0) / decay) * time.astype(np.float32))
    return np.float32(strength) * envelope * np.sin(np.float32(2 * np.pi) * phase)


def _bend(time: np.ndarray, depth: float) -> np.ndarray:
    """Time as a vibrato bends it, `(n_samples,)`: it runs `depth` semitones fast, then slow."""
    if not depth:
        return time
    swing = 2.0 ** (depth / 12) - 1.0
    rate = 2 * np.pi * VIBRATO_RATE
    # Players start a tone straight: the vibrato comes in over the first 0.4 s.
    return time - swing * np.minimum(1.0, time / 0.4) * np.cos(rate * time) / rate


def soft_noise(n_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Noise that gets weaker towards high frequencies, `(n_samples,)`."""
    return lfilter([0.3], [1.0, -0.7], rng.standard_normal(n_samples))
