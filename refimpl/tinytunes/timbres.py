"""Instruments: how a pitch becomes a tone.

Every pitched instrument is a sum of partials (additive synthesis): sines at the frequencies at
which a string, a bar or a pipe vibrates, each with its own strength and its own decay. Where the
sines are and how they fade is what makes a tone plucked, struck, blown or bowed.

Source: N. H. Fletcher and T. D. Rossing, *The Physics of Musical Instruments* (1998): stiff
strings in chapter 2, plucked strings in chapter 9, bars in chapter 19.
Taught in lesson 1.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

LONGEST = 4.0  # seconds: no tone is held longer
REFERENCE_RMS = 0.1  # of the first part of every tone, so that instruments are equally loud


@dataclass(frozen=True)
class Instrument:
    """What there is to know about an instrument in order to play it.

    Attributes:
        name: As it stands in captions.
        family: "plucked", "struck", "blown" or "bowed".
        program: General MIDI program number, 0 to 127.
        n_partials: How many partials sound, at most.
        tilt: Partial n starts with strength n ** -tilt.
        stiffness: A stiff string's partials are sharper than harmonics: n * sqrt(1 + B n^2).
        pluck: Where the string is plucked, as a share of its length: partials with a node
            there stay silent. 0 for instruments without a string.
        ratios: Frequencies of the partials in multiples of the pitch, for bars; empty for
            strings and pipes.
        decay: Seconds in which the first partial falls by 60 dB at middle C; 0 where the player
            sustains the tone.
        damping: How much faster higher partials decay.
        attack: Seconds until the tone is at full strength.
        release: Seconds in which the tone is stopped at its end.
        vibrato: Depth in semitones; 0 for none.
        breath: Strength of the noise of air or bow, relative to the tone.
    """

    name: str
    family: str
    program: int
    n_partials: int = 12
    tilt: float = 1.0
    stiffness: float = 0.0
    pluck: float = 0.0
    ratios: tuple[float, ...] = ()
    decay: float = 0.0
    damping: float = 0.2
    attack: float = 0.004
    release: float = 0.04
    vibrato: float = 0.0
    breath: float = 0.0


INSTRUMENTS = {
    i.name: i
    for i in (
        Instrument("piano", "struck", 0, 10, tilt=1.2, stiffness=0.0002, decay=5.0, damping=0.25),
        Instrument("plucked bass", "plucked", 33, 20, tilt=0.7, pluck=0.13, decay=6.0, damping=0.1),
    )
}


def pitch_to_frequency(pitch: float) -> float:
    """Frequency in hertz of a MIDI pitch, in equal temperament with A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def partials(instrument: Instrument, frequency: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequencies (hertz), strengths and decay times (seconds, to -60 dB) of the partials.

    Returns:
        Three arrays `(n_partials,)`.
    """
    n = np.arange(1, instrument.n_partials + 1)
    if instrument.ratios:
        ratios = np.array(instrument.ratios)
        n = n[: len(ratios)]
    else:
        ratios = n * np.sqrt((1 + instrument.stiffness * n**2) / (1 + instrument.stiffness))
    strengths = n**-instrument.tilt
    if instrument.pluck:
        strengths = strengths * np.abs(np.sin(np.pi * n * instrument.pluck))
    # High strings are short and light: they lose their energy faster.
    decays = instrument.decay * (261.6 / frequency) ** 0.5 / (1 + instrument.damping * (n - 1))
    return frequency * ratios, strengths, decays


@lru_cache(maxsize=512)
def tone(name: str, pitch: int, sample_rate: int) -> np.ndarray:
    """A tone of an instrument, held for as long as it may be needed.

    Args:
        name: Name of the instrument.
        pitch: MIDI pitch.
        sample_rate: In hertz.

    Returns:
        `(n_samples,)` float32, read-only because it is shared by all notes of this pitch.

    Taught in lesson 1.
    """
    instrument = INSTRUMENTS[name]
    frequency = pitch_to_frequency(pitch)
    frequencies, strengths, decays = partials(instrument, frequency)
    time = np.arange(round(LONGEST * sample_rate)) / sample_rate  # (n_samples,)
    audio = np.zeros(len(time))
    # A fixed seed for every tone: phases are arbitrary, but always the same.
    rng = np.random.default_rng([instrument.program, pitch])
    for f, strength, decay in zip(frequencies, strengths, decays, strict=True):
        phase = rng.uniform(0, 2 * np.pi)
        if f >= 0.45 * sample_rate:
            continue  # a partial above half the sample rate would fold back as a wrong pitch
        partial = strength * np.sin(2 * np.pi * f * time + phase)
        if instrument.decay:
            partial *= 10.0 ** (-3.0 * time / decay)
        audio += partial
    audio *= np.minimum(1.0, time / instrument.attack)
    early = audio[: round(0.3 * sample_rate)]
    audio *= REFERENCE_RMS / np.sqrt(np.mean(early**2))
    audio = audio.astype(np.float32)
    audio.flags.writeable = False
    return audio
