"""Drums: a sine that falls for the skin, noise for snares and cymbals.

Taught in lesson 1.
"""

from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from refimpl.tinytunes.drums import CLOSED_HAT, KICK, OPEN_HAT, RIM, SHAKER, SNARE, TOM

# For each drum: pitch of the skin at first and at last (hertz), its decay (seconds to -60 dB),
# strength of the noise, its band (hertz), its decay, and the peak of the whole.
SOUNDS = {
    KICK: (120, 48, 0.35, 0.02, (500, 3000), 0.03, 0.5),
    TOM: (160, 95, 0.35, 0.03, (500, 3000), 0.05, 0.4),
    SNARE: (240, 180, 0.15, 0.6, (1200, 7000), 0.2, 0.3),
    RIM: (820, 780, 0.05, 0.3, (1500, 6000), 0.03, 0.2),
    CLOSED_HAT: (0, 0, 0.0, 1.0, (6000, 9800), 0.09, 0.09),
    OPEN_HAT: (0, 0, 0.0, 1.0, (6000, 9800), 0.35, 0.09),
    SHAKER: (0, 0, 0.0, 1.0, (4000, 8500), 0.11, 0.06),
}


@lru_cache(maxsize=32)
def hit(pitch: int, sample_rate: int) -> np.ndarray:
    """One stroke of a drum.

    Args:
        pitch: Key of the General MIDI drum map.
        sample_rate: In hertz.

    Returns:
        `(n_samples,)` float32, read-only because all strokes share it.

    Taught in lesson 1.
    """
    first, last, skin_decay, noise_gain, band, noise_decay, peak = SOUNDS[pitch]
    rng = np.random.default_rng([128, pitch])
    time = np.arange(round(max(skin_decay, noise_decay) * sample_rate)) / sample_rate
    audio = np.zeros(len(time))
    if skin_decay:
        # A hit stretches the skin, so its pitch falls while it settles.
        frequency = last + (first - last) * np.exp(-time / 0.03)
        phase = 2 * np.pi * np.cumsum(frequency) / sample_rate
        audio += np.sin(phase) * 10.0 ** (-3.0 * time / skin_decay)
    # At low sample rates the band ends where the audio does.
    top = min(band[1], 0.45 * sample_rate)
    bottom = min(band[0], 0.6 * top)
    filters = butter(2, (bottom, top), "bandpass", fs=sample_rate, output="sos")
    noise = sosfilt(filters, rng.standard_normal(len(time)))
    audio += noise_gain * noise / np.abs(noise).max() * 10.0 ** (-3.0 * time / noise_decay)
    audio *= np.minimum(1.0, time / 0.001)
    audio = (audio * peak / np.abs(audio).max()).astype(np.float32)
    audio.flags.writeable = False
    return audio
