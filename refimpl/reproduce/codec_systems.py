"""The systems of the rate-distortion comparison: each sends a sound through few bits and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from refimpl.codecs import (
    CodebookConfig,
    Codec,
    CodecConfig,
    MelCodec,
    VQVAECodecConfig,
    VQVAEConfig,
    compress,
    find_codec,
    load_codec,
)
from refimpl.files import make_folder
from refimpl.mel import MelConfig, mel_spectrogram, mel_to_audio
from refimpl.pipeline.generators import find_generator
from refimpl.presets import get_preset
from refimpl.tinytunes import Tunes

N_FITTED = 300  # training tunes of the codecs that are fitted here
COURSE = "course"
MEL, KMEANS, LEARNT, CLASSICAL = "no codes", "k-means", "learnt", "classical"
# Allowed bits per second of the classical codecs: about the least that each can do, and more.
ALLOWED = {"mp3": (8_400, 16_500), "opus": (6_500, 12_500, 24_500), "vorbis": (26_000,)}
BOOKS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Sent:
    """A sound at the other end of a system.

    Attributes:
        sound: (n_samples,), as long as what was sent.
        bits_per_second: what it took; None where nothing was coded.
        frames: (n_frames, n_mels) in dB that the sound was made of; None where it was made
            otherwise, or of frames of another kind than `frame_config()`.
    """

    sound: np.ndarray
    bits_per_second: float | None
    frames: np.ndarray | None


@dataclass(frozen=True)
class System:
    """One row of the comparison.

    Attributes:
        name: what tables call it.
        group: which kind of system it is.
        send: a waveform (n_samples,) to what arrives.
        key: what the row depends on, to tell whether an earlier measurement still holds.
    """

    name: str
    group: str
    send: Callable[[np.ndarray], Sent]
    key: str


def frame_config() -> MelConfig:
    """Return the mel frames that distances are measured on: those of the course's codebook."""
    return get_preset(COURSE).codec.mel


def mel_system() -> System:
    """Mel frames and back without codes: the loss that every codec of mel frames has, too."""
    mel = frame_config()

    def send(audio: np.ndarray) -> Sent:
        frames = mel_spectrogram(audio, mel)
        return Sent(fitted_length(mel_to_audio(frames, mel), len(audio)), None, frames)

    return System("mel frames, no codes", MEL, send, "mel")


def codec_system(name: str, group: str, codec: Codec) -> System:
    """A codec with codes; its rate is that of its streams, as if all codes were as frequent."""
    rate = codec.step_rate * float(np.log2(codec.stream_sizes).sum())

    def send(audio: np.ndarray) -> Sent:
        codes = codec.encode(audio)
        frames = None
        if isinstance(codec, MelCodec) and codec.mel == frame_config():
            frames = codec.decode_frames(codes)
        return Sent(fitted_length(codec.decode(codes), len(audio)), rate, frames)

    return System(name, group, send, codec.fingerprint)


def classical_system(kind: str, allowed: int, sample_rate: int) -> System:
    """MP3, Opus or Vorbis, within a number of bits per second."""

    def send(audio: np.ndarray) -> Sent:
        found = compress(audio, sample_rate, kind, allowed)
        return Sent(found.sound, found.bits_per_second, None)

    words = {"mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis"}[kind]
    return System(f"{words}, {allowed / 1000:g} kbit/s", CLASSICAL, send, f"{kind}-{allowed}")


def fitted_length(sound: np.ndarray, length: int) -> np.ndarray:
    """Cut a sound, or fill it with silence, to a length: (length,)."""
    return np.pad(sound[:length], (0, max(0, length - len(sound))))


def fitted_configs() -> dict[str, CodecConfig]:
    """The codecs that the comparison fits itself, by name."""
    mel = frame_config()
    kmeans = {"mel": mel, "n_clusters": 512, "max_iter": 20}
    network = VQVAEConfig(n_codes=512, hidden_size=96)
    return {
        **{
            f"k-means, {n} × 512": CodebookConfig(n_stages=n, max_frames=32_768, **kmeans)
            for n in (1, 2, 4)
        },
        "VQ-VAE, 512": VQVAECodecConfig(mel=mel, network=network, steps=1000),
    }


def fitted_codec(
    name: str, config: CodecConfig, folder: Path, log: Callable[[str], None], n_tunes: int
) -> Codec:
    """Fit a codec on training tunes; one that is in its folder already is loaded."""
    place = folder / "".join(c if c.isalnum() else "-" for c in name)
    path = find_codec(place)
    if path is not None and config.difference(codec := load_codec(path)) is None:
        return codec
    log(f"fitting {name} on {n_tunes} tunes")
    codec = config.fit(training_sounds(n_tunes), show=False)
    make_folder(place)
    codec.save(place / codec.file_name)
    return codec


def training_sounds(n_tunes: int) -> Iterable[np.ndarray]:
    """Render training tunes of the course's preset, one at a time."""
    return (tune.render() for tune in Tunes("train", get_preset(COURSE).tunes).take(n_tunes))


def all_systems(
    folder: Path,
    log: Callable[[str], None],
    *,
    extra: dict[str, Codec] | None = None,
    n_fitted: int = N_FITTED,
    configs: dict[str, CodecConfig] | None = None,
) -> list[System]:
    """All rows, in the order of the table.

    Args:
        folder: for fitted codecs.
        log: is given a sentence before something takes time.
        extra: further codecs by name, such as trained neural codecs; one whose streams are in
            order is measured with its first 1, 2, 4 and 8 books.
        n_fitted: training tunes of the codecs that are fitted here.
        configs: those codecs; `fitted_configs()` by default.
    """
    systems = [mel_system()]
    for name, config in (fitted_configs() if configs is None else configs).items():
        codec = fitted_codec(name, config, folder, log, n_fitted)
        systems.append(codec_system(name, KMEANS if codec.kind == "kmeans" else LEARNT, codec))
    shipped = find_codec(find_generator(COURSE))
    systems.append(codec_system("the course's codebook, 1,024", KMEANS, load_codec(shipped)))
    for name, codec in (extra or {}).items():
        systems += [
            codec_system(label, LEARNT, part) for label, part in with_fewer_books(name, codec)
        ]
    sample_rate = frame_config().sample_rate
    systems += [
        classical_system(kind, allowed, sample_rate)
        for kind, rates in ALLOWED.items()
        for allowed in rates
    ]
    return systems


def with_fewer_books(name: str, codec: Codec) -> list[tuple[str, Codec]]:
    """A codec with its first 1, 2, 4 and 8 books, where it can leave some out; else as it is."""
    quantizer = getattr(getattr(codec, "config", None), "quantizer", None)
    if quantizer is None or not quantizer.ordered or not hasattr(codec, "with_streams"):
        return [(name, codec)]
    sizes = quantizer.stream_sizes
    counts = [n for n in BOOKS if n <= len(sizes)]
    return [(f"{name}, {n} × {sizes[0]}", codec.with_streams(n)) for n in counts]
