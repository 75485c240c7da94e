"""Pictures of waveforms."""

from __future__ import annotations

import numpy as np

from refimpl.audio import check_sample_rate, to_mono
from refimpl.display.pictures import BLUE, Picture, new_picture

_MAX_POINTS = 4000  # several for each pixel of the picture's width


def plot_waveform(
    audio: np.ndarray, sample_rate: int, *, title: str = "", start: float = 0.0
) -> Picture:
    """Draw amplitude over time.

    More samples than the picture has pixels are drawn as the range from the smallest to the
    largest in each of 2,000 stretches, so that no peak is lost.

    Args:
        audio: `(n_samples,)` or `(n_samples, n_channels)`, which are mixed to one.
        sample_rate: in Hz.
        title: above the picture.
        start: second at which the audio starts, for a part of something longer.
    Returns:
        A Picture with one axes.

    Taught in lesson 1.
    """
    audio, sample_rate = to_mono(audio), check_sample_rate(sample_rate)
    seconds = len(audio) / sample_rate
    unit, per_second = ("s", 1) if seconds >= 0.1 else ("ms", 1000)
    start, end = start * per_second, (start + seconds) * per_second
    picture, (axes,) = new_picture(size=(8.0, 2.4))
    if len(audio) <= _MAX_POINTS:
        times = np.linspace(start, end, len(audio), endpoint=False)
        marker = "." if len(audio) <= 100 else ""  # few enough to see that they are samples
        axes.plot(times, audio, color=BLUE, linewidth=1, marker=marker)
    else:
        low, high = _extremes(audio, _MAX_POINTS // 2)
        times = np.linspace(start, end, len(low), endpoint=False)
        axes.fill_between(times, low, high, color=BLUE, linewidth=0.5)
    peak = float(np.abs(audio).max())
    axes.set(xlabel=f"Time ({unit})", ylabel="Amplitude", title=title)
    axes.set_xlim(start, end)
    limit = 1.05 * peak if peak > 0 else 1.0
    axes.set_ylim(-limit, limit)
    axes.axhline(0, color=axes.spines["left"].get_edgecolor(), linewidth=0.5)
    rms = float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))
    picture.alt = (
        f"Waveform{f' of {title}' if title else ''}: amplitude over {end - start:.3g} {unit}, "
        f"largest {peak:.2g}, root mean square {rms:.2g}."
    )
    return picture


def _extremes(audio: np.ndarray, n_stretches: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest sample, each `(n_stretches,)`, of equal stretches of `(n_samples,)`."""
    starts = np.linspace(0, len(audio), n_stretches, endpoint=False).astype(int)
    return np.minimum.reduceat(audio, starts), np.maximum.reduceat(audio, starts)
