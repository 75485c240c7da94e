"""Pictures of mel spectrograms: one, several side by side, and a file that compares sounds."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from refimpl.audio import check_sample_rate, to_mono
from refimpl.display.pictures import Picture, new_picture
from refimpl.errors import UserError
from refimpl.files import replacing
from refimpl.mel import MelConfig, mel_spectrogram

COLOURS = "magma"  # even steps of lightness: the same picture for every eye, and in print
_RANGE_DB = 80.0  # anything further below the loudest is black
_TICKS_HZ = (20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50)


def plot_mel(mel: np.ndarray, config: MelConfig, *, title: str = "") -> Picture:
    """Draw mel frames: time to the right, frequency upwards, level as colour.

    Args:
        mel: `(n_frames, n_mels)` in dB.
        config: the configuration of the frames.
        title: above the picture.
    Returns:
        A Picture; its first axes is the spectrogram, its second the scale of levels.
    Raises:
        UserError: frames of another shape than the configuration says.

    Taught in lesson 2.
    """
    return compare_mels([(title, mel)], config)


def compare_mels(
    pairs: Sequence[tuple[str, np.ndarray]] | Mapping[str, np.ndarray], config: MelConfig
) -> Picture:
    """Draw several mel spectrograms side by side (up to three in a row), with one colour scale.

    Each has its own time axis; for sounds that run together see `save_comparison`.

    Args:
        pairs: (label, mel) with mel `(n_frames, n_mels)` in dB; or a dict of them.
        config: the configuration of the frames.
    Returns:
        A Picture with an axes for each pair and one for the scale.
    Raises:
        UserError: nothing given, or frames of another shape than the configuration says.

    Taught in lesson 2.
    """
    pairs = _checked(pairs, config)
    n_columns = 2 if len(pairs) == 4 else min(3, len(pairs))
    n_rows = -(-len(pairs) // n_columns)
    width = 8.0 if len(pairs) == 1 else 10.0
    picture, axes = new_picture(n_rows, n_columns, size=(width, 3.0 * n_rows))
    _fill(picture, axes, pairs, config)
    for number, one in enumerate(axes):
        if number % n_columns:  # the frequencies are at the left
            one.set_ylabel("")
            one.tick_params(labelleft=False)
    return picture


def save_comparison(
    path: str | os.PathLike, sounds: Mapping[str, np.ndarray], sample_rate: int
) -> Path:
    """Write a PNG with the mel spectrograms of several sounds under one another.

    They share a time axis, so that simultaneous sounds are aligned. The picture is white and
    black, for any viewer, and its text alternative is in the file as "Description".

    Args:
        path: ends in .png; missing folders are made.
        sounds: label to audio `(n_samples,)`.
        sample_rate: of all of them, in Hz.
    Returns:
        The path of the file.
    Raises:
        UserError: no sound given, another suffix, or a place where nothing can be written.

    Taught in lesson 7.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: a name that ends in .png needed")
    config = _config_for(check_sample_rate(sample_rate))
    mels = {label: mel_spectrogram(to_mono(audio), config) for label, audio in sounds.items()}
    pairs = _checked(mels, config)
    picture, axes = new_picture(
        len(pairs),
        size=(10.0, 0.6 + 2.2 * len(pairs)),
        ink="black",
        background="white",
        sharex=True,
    )
    _fill(picture, axes, pairs, config)
    # The longest sound determines the time axis: a shorter one leaves its end empty.
    axes[0].set_xlim(0, max(len(mel) for _, mel in pairs) / config.frame_rate)
    for one in axes:
        one.label_outer()
    try:
        with replacing(path, sync=False) as unfinished:
            picture.savefig(
                unfinished, format="png", dpi=100, metadata={"Description": picture.alt}
            )
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path


def _config_for(sample_rate: int) -> MelConfig:
    """Mel parameters for a picture: a window near 90 ms, in which no filter falls between bins."""
    n_fft = 2 ** round(np.log2(0.093 * sample_rate))
    return MelConfig(sample_rate=sample_rate, n_fft=n_fft, hop_length=n_fft // 4, n_mels=96)


def _checked(pairs, config: MelConfig) -> list[tuple[str, np.ndarray]]:
    pairs = pairs.items() if isinstance(pairs, Mapping) else pairs
    pairs = [(label, np.asarray(mel)) for label, mel in pairs]
    if not pairs:
        raise UserError("nothing given, at least one labelled sound or mel spectrogram needed")
    for label, mel in pairs:
        if mel.ndim != 2 or mel.shape[1] != config.n_mels or len(mel) == 0:
            raise UserError(
                f"{label or 'mel'}: an array of shape {mel.shape} given, mel frames of shape "
                f"(n_frames, {config.n_mels}) needed"
            )
        if not np.isfinite(mel).all():
            raise UserError(f"{label or 'mel'}: the frames hold NaN or infinite values")
    return pairs


def _fill(
    picture: Picture, axes: list[Axes], pairs: list[tuple[str, np.ndarray]], config: MelConfig
) -> None:
    """Draw each pair into its axes, with one scale beside them all, and say it in words."""
    loudest = max(float(np.max(mel)) for _, mel in pairs)
    top = 10 * np.ceil(loudest / 10)
    bottom = max(config.floor_db, top - _RANGE_DB) if top > config.floor_db else top - 10
    for one, (label, mel) in zip(axes, pairs, strict=False):
        image = _draw(one, mel, config, bottom, top)
        one.set_title(label)
    for one in axes[len(pairs) :]:
        one.set_visible(False)
    ink = axes[0].title.get_color()
    scale = picture.colorbar(image, ax=axes, pad=0.01)
    scale.set_label("Level (dB)", color=ink, size=11)
    scale.ax.tick_params(colors=ink, labelsize=10)
    scale.outline.set_edgecolor(ink)
    said = [_in_words(label, mel, config) for label, mel in pairs]
    picture.alt = f"Mel spectrogram{'s' * (len(pairs) > 1)}: {'; '.join(said)}."


def _draw(axes: Axes, mel: np.ndarray, config: MelConfig, bottom: float, top: float) -> AxesImage:
    hop_seconds = 1 / config.frame_rate
    n_frames, n_mels = mel.shape
    image = axes.imshow(
        mel.T,  # (n_mels, n_frames): matplotlib's rows go upwards
        origin="lower",
        aspect="auto",
        cmap=COLOURS,
        vmin=bottom,
        vmax=top,
        # Frame i is centred on i hops.
        extent=(-0.5 * hop_seconds, (n_frames - 0.5) * hop_seconds, -0.5, n_mels - 0.5),
    )
    ticks = _frequency_ticks(band_centres(config))
    axes.set_yticks(list(ticks.values()), [f"{hertz:,}" for hertz in ticks])
    axes.set(xlabel="Time (s)", ylabel="Frequency (Hz)")
    return image


def _frequency_ticks(centres: np.ndarray) -> dict[int, float]:
    """Round frequencies in Hz and their bands, none so near to the last that they overlap."""
    ticks: dict[int, float] = {}
    for hertz in _TICKS_HZ:
        if not centres[0] <= hertz <= centres[-1]:
            continue
        band = float(np.interp(hertz, centres, np.arange(len(centres))))
        if not ticks or min(ticks.values()) - band >= 0.08 * len(centres):
            ticks[hertz] = band
    return ticks


def band_centres(config: MelConfig) -> np.ndarray:
    """The centre frequency in Hz of each mel band, `(n_mels,)`."""
    import librosa

    edges = librosa.mel_frequencies(
        config.n_mels + 2, fmin=config.f_min, fmax=config.highest_frequency, htk=config.htk
    )
    return edges[1:-1]


def _in_words(label: str, mel: np.ndarray, config: MelConfig) -> str:
    seconds = len(mel) / config.frame_rate
    what = f"{label}, " if label else ""
    shape = f"{seconds:.2f} s in {len(mel)} frames of {config.n_mels} bands"
    if np.ptp(mel) == 0:
        return f"{what}{shape}, silent"
    band = int(np.argmax(mel.mean(axis=0)))
    hertz = float(f"{band_centres(config)[band]:.2g}")
    return f"{what}{shape}, strongest near {hertz:,.0f} Hz"
