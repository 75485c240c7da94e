"""MP3, Opus and Vorbis, to compare with: sound in, bits counted, sound out.

They have no codes that a language model could read: what they write is a stream of bits, packed by
an entropy coder whose words have different lengths. So they are no `Codec`. A comparison needs
two things of them: how many bits they took, and how the result sounds.
"""

import io
from dataclasses import dataclass

import numpy as np
import soundfile

from refimpl.audio import resample
from refimpl.codecs.codec import CodecError
from refimpl.errors import suggest

MPEG_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
OPUS_RATE = 48000  # the format's own; every other rate is a resampled one
LOWEST = 0.9999  # of libsndfile's compression levels; its MP3 encoder refuses 1
SEARCH_STEPS = 12  # halvings of the range of settings
SHORTEST = 0.1  # seconds; a shorter sound is less than two frames of an MP3
LONGEST_DELAY = 0.2  # seconds that an encoder and a decoder may shift a sound by


@dataclass(frozen=True)
class Classical:
    """How libsndfile writes a format."""

    container: str
    subtype: str
    mode: str | None = None

    def rate_for(self, sample_rate: int) -> int:
        """Return the sample rate that the format takes a sound at."""
        if self.subtype == "OPUS":
            return OPUS_RATE
        if self.container == "MP3":
            return min((r for r in MPEG_RATES if r >= sample_rate), default=MPEG_RATES[-1])
        return sample_rate


# A constant rate for MP3: its variable rates do not go below 23,000 bits per second.
CLASSICAL = {
    "mp3": Classical("MP3", "MPEG_LAYER_III", "CONSTANT"),
    "opus": Classical("OGG", "OPUS"),
    "vorbis": Classical("OGG", "VORBIS"),
}


@dataclass(frozen=True)
class Compressed:
    """A sound that went through a classical codec.

    Attributes:
        kind: a name in `CLASSICAL`.
        sound: (n_samples,) float32, what comes back, in time with what went in.
        sample_rate: of the sound, as of what went in, in Hz.
        n_bits: bits of the coded sound.
        n_header_bits: bits that a file of no sound has too.
        delay: seconds by which the codec had shifted the sound; they are taken out.
    """

    kind: str
    sound: np.ndarray
    sample_rate: int
    n_bits: int
    n_header_bits: int
    delay: float

    @property
    def bits_per_second(self) -> float:
        """Bits of the coded sound per second of sound, without the file's header."""
        return self.n_bits * self.sample_rate / len(self.sound)


def compress(audio: np.ndarray, sample_rate: int, kind: str, bits_per_second: float) -> Compressed:
    """Send a sound through MP3, Opus or Vorbis, at the highest quality within a bit rate.

    The encoders take a quality or one of a few rates, and Opus and Vorbis spend more on a sound
    that needs more. So this tries settings, and counts what each really takes.

    Args:
        audio: (n_samples,) of at least a tenth of a second.
        sample_rate: in Hz; Opus works at 48,000 Hz, and the sound is resampled there and back.
        kind: "mp3", "opus" or "vorbis".
        bits_per_second: the most bits that it may use per second, without the file's header.

    Returns:
        The sound as it comes back, with the same length and without the codec's delay, and the
        bits that it took.

    Raises:
        CodecError: an unknown kind, a sound that is too short, or a rate below the least that this
            format can do.

    Source: Brandenburg 1999 (MP3); Valin et al. 2012 (Opus). Taught in lesson 8.
    """
    coder = _find(kind)
    audio = _check(audio, sample_rate)
    rate = coder.rate_for(sample_rate)
    inside = resample(audio, sample_rate, rate)
    header = len(_write(inside[:0], rate, coder, LOWEST))
    budget = header + bits_per_second * len(audio) / sample_rate / 8  # bytes

    best = _write(inside, rate, coder, LOWEST)
    if len(best) > budget:
        least = 8 * (len(best) - header) * sample_rate / len(audio)
        raise CodecError(
            f"{kind} takes at least {least:,.0f} bits per second for this sound, and "
            f"{bits_per_second:,.0f} were allowed; allow more, or take another format"
        )
    fewer, more = LOWEST, 0.0  # libsndfile's level: 0 is the best quality
    for _ in range(SEARCH_STEPS):
        level = (fewer + more) / 2
        written = _write(inside, rate, coder, level)
        if len(written) <= budget:
            fewer, best = level, written
        else:
            more = level
    back, _ = soundfile.read(io.BytesIO(best), dtype="float32")
    back = resample(back, rate, sample_rate)
    delay = find_delay(audio, back, round(LONGEST_DELAY * sample_rate))
    return Compressed(
        kind=kind,
        sound=shift(back, delay, len(audio)),
        sample_rate=sample_rate,
        n_bits=8 * (len(best) - header),
        n_header_bits=8 * header,
        delay=delay / sample_rate,
    )


def find_delay(reference: np.ndarray, sound: np.ndarray, longest: int) -> int:
    """Find by how many samples a sound comes later than a reference.

    It is the shift at which the two have the largest cross-correlation.

    Args:
        reference: (n_samples,).
        sound: (n_samples,), of another length if need be.
        longest: the largest shift that is tried, in samples, to either side.

    Returns:
        Samples, negative where the sound comes earlier; 0 for silence.

    Taught in lesson 8.
    """
    n_fft = 2 ** int(np.ceil(np.log2(len(reference) + len(sound) + 1)))
    # A product of spectra, one of them conjugate, is the correlation at every shift at once.
    spectra = np.fft.rfft(sound, n_fft) * np.conj(np.fft.rfft(reference, n_fft))
    correlation = np.fft.irfft(spectra, n_fft)
    shifts = np.arange(-longest, longest + 1)
    shifts = shifts[np.argsort(np.abs(shifts), kind="stable")]  # of equals, the smallest
    return int(shifts[np.argmax(correlation[shifts])])


def shift(sound: np.ndarray, delay: int, length: int) -> np.ndarray:
    """Move a sound earlier by some samples, and give it a length: (length,)."""
    moved = sound[delay:] if delay >= 0 else np.pad(sound, (-delay, 0))
    moved = moved[:length]
    return np.pad(moved, (0, length - len(moved)))


def _find(kind: str) -> Classical:
    if kind not in CLASSICAL:
        raise CodecError(f"there is no format {kind!r} here; {suggest(kind, CLASSICAL)}")
    coder = CLASSICAL[kind]
    if coder.subtype not in soundfile.available_subtypes(coder.container):
        raise CodecError(
            f"this machine's libsndfile {soundfile.__libsndfile_version__} writes no {kind}; "
            "install soundfile from PyPI, whose wheel brings a newer one"
        )
    return coder


def _check(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    audio = np.asarray(audio)
    if audio.ndim != 1 or audio.dtype.kind != "f" or not np.isfinite(audio).all():
        raise CodecError(
            f"got an array of shape {audio.shape} and type {audio.dtype}; one channel (n_samples,) "
            "of finite floating-point numbers is needed"
        )
    if len(audio) < SHORTEST * sample_rate:
        raise CodecError(
            f"the sound has {len(audio)} samples, {len(audio) / sample_rate:.3f} s; give at least "
            f"{SHORTEST} s"
        )
    return audio.astype(np.float32, copy=False)


def _write(audio: np.ndarray, rate: int, coder: Classical, level: float) -> bytes:
    """Return the file of a sound at a compression level, 0 (best) to 1 (fewest bits)."""
    file = io.BytesIO()
    with soundfile.SoundFile(
        file,
        "w",
        rate,
        1,
        coder.subtype,
        format=coder.container,
        compression_level=level,
        bitrate_mode=coder.mode,
    ) as out:
        out.write(audio)
    return file.getvalue()
