"""The bit rates of published codecs, computed from what their papers say of them.

A codec's rate follows from four numbers: the sample rate, how many samples make a step, how many
codes each step gets, and from how many each is chosen. Papers and lectures also quote rates,
usually rounded, and sometimes wrong. Here both stand side by side.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.codecs.codec import CodecError

TOLERANCE = 0.005  # relative; a figure that is further from its own numbers does not agree


@dataclass(frozen=True)
class Stream:
    """Codes at one rate.

    Attributes:
        sample_rate: of the sound, in Hz.
        stride: samples in a step.
        n_codebooks: codes in a step.
        codebook_size: codes to choose from; None where they are vectors, not codes.
    """

    sample_rate: int
    stride: int
    n_codebooks: int
    codebook_size: int | None

    @property
    def step_rate(self) -> float:
        """Steps per second."""
        return self.sample_rate / self.stride

    @property
    def tokens_per_second(self) -> float:
        """Codes per second: what a language model has to write."""
        return self.step_rate * self.n_codebooks

    @property
    def bits_per_second(self) -> float | None:
        """Bits per second, if all codes were equally frequent; None where there are no codes."""
        if self.codebook_size is None:
            return None
        return code_rate(self.sample_rate, self.stride, self.n_codebooks, self.codebook_size)


@dataclass(frozen=True)
class Published:
    """A published codec.

    Attributes:
        name: the codec, and which of its settings.
        streams: its codes; more than one entry where they differ in their rates.
        source: the paper, and where it says so.
    """

    name: str
    streams: tuple[Stream, ...]
    source: str

    @property
    def tokens_per_second(self) -> float:
        """Codes per second, of all streams together."""
        return sum(stream.tokens_per_second for stream in self.streams)

    @property
    def bits_per_second(self) -> float | None:
        """Bits per second, of all streams together; None where one of them has no codes."""
        rates = [stream.bits_per_second for stream in self.streams]
        return None if None in rates else sum(rates)


@dataclass(frozen=True)
class Quoted:
    """A figure that is often quoted, beside what its own numbers give.

    Attributes:
        what: the figure in words.
        unit: of both values.
        quoted: the value as it is quoted.
        computed: the value that follows from the numbers in `because`.
        because: the computation in words.
    """

    what: str
    unit: str
    quoted: float
    computed: float
    because: str

    @property
    def agrees(self) -> bool:
        """Whether the two differ by less than half a per cent."""
        return abs(self.quoted / self.computed - 1) <= TOLERANCE

    def __str__(self) -> str:
        said = f"{self.what}: often quoted as {self.quoted:,g} {self.unit}"
        if self.agrees:
            return f"{said}; its own numbers agree ({self.because})"
        return f"{said}; its own numbers give {self.computed:,.6g} ({self.because})"


def code_rate(sample_rate: int, stride: int, n_codebooks: int, codebook_size: int) -> float:
    """Return the bit rate of codes: steps per second, times codes in a step, times bits in a code.

    Args:
        sample_rate: of the sound, in Hz.
        stride: samples in a step.
        n_codebooks: codes in a step.
        codebook_size: codes that each is chosen from.

    Returns:
        Bits per second.

    Raises:
        CodecError: a number below 1.

    Source: Zeghidour et al. 2021, section III.C. Taught in lesson 8.
    """
    if min(sample_rate, stride, n_codebooks, codebook_size) < 1:
        raise CodecError(
            f"sample rate {sample_rate}, stride {stride}, {n_codebooks} codebooks and "
            f"{codebook_size} codes given; each has to be at least 1"
        )
    return sample_rate / stride * n_codebooks * float(np.log2(codebook_size))


def books(sample_rate: int, stride: int, n_codebooks: int, size: int | None) -> tuple[Stream, ...]:
    """A codec whose codebooks all have the same rate."""
    return (Stream(sample_rate, stride, n_codebooks, size),)


_ENCODEC = "Défossez et al. 2022, sections 3.1 and 3.2"
PUBLISHED = (
    Published(
        "Jukebox, three levels",
        tuple(Stream(44_100, hop, 1, 2048) for hop in (8, 32, 128)),
        "Dhariwal et al. 2020, section 3",
    ),
    Published("Jukebox, top level", books(44_100, 128, 1, 2048), "Dhariwal et al. 2020, section 3"),
    *(
        Published(
            f"SoundStream, {n} codebooks",
            books(24_000, 320, n, 1024),
            "Zeghidour et al. 2021, sections III.A and III.C",
        )
        for n in (4, 8, 24)
    ),
    *(
        Published(f"EnCodec 24 kHz, {n} codebooks", books(24_000, 320, n, 1024), _ENCODEC)
        for n in (2, 4, 8, 16, 32)
    ),
    *(
        Published(f"EnCodec 48 kHz stereo, {n} codebooks", books(48_000, 320, n, 1024), _ENCODEC)
        for n in (2, 4, 8, 16)
    ),
    Published("DAC 44.1 kHz", books(44_100, 512, 9, 1024), "Kumar et al. 2023, table 1"),
    Published("Mimi", books(24_000, 1920, 8, 2048), "Défossez et al. 2024, section 3.3"),
    Published(
        "AudioLM, semantic and acoustic",
        (Stream(16_000, 640, 1, 1024), Stream(16_000, 320, 12, 1024)),
        "Borsos et al. 2022, sections III and IV",
    ),
    Published(
        "MusicLM, semantic and acoustic",
        (Stream(16_000, 640, 1, 1024), Stream(24_000, 480, 12, 1024)),
        "Agostinelli et al. 2023, sections 3 and 4",
    ),
    Published("MusicGen", books(32_000, 640, 4, 2048), "Copet et al. 2023, section 4.1"),
    # The report gives 16 kHz; the 25 are a lecture's, and the interface's documentation counts 32.
    Published(
        "Gemini, audio in",
        books(16_000, 640, 1, None),
        "Gemini Team 2023, section 2; Gormley & Virtue 2025",
    ),
)


def published(name: str) -> Published:
    """Return the published codec of a name.

    Raises:
        CodecError: there is none; the message lists them.
    """
    for one in PUBLISHED:
        if one.name == name:
            return one
    raise CodecError(f"no codec {name!r}; there are {', '.join(one.name for one in PUBLISHED)}")


def quoted_figures() -> list[Quoted]:
    """Figures of lectures and tables, each beside what its own numbers give.

    Taught in lesson 8.
    """
    dac, jukebox = published("DAC 44.1 kHz"), published("Jukebox, three levels")
    pcm = 16 * 44_100  # bits per second of one channel of a CD
    music_lm, music_gen = published("MusicLM, semantic and acoustic"), published("MusicGen")
    return [
        Quoted(
            "16-bit sound at 44.1 kHz, one channel",
            "kilobytes per second",
            705.6,
            pcm / 8000,
            "16 bits × 44,100 = 705.6 kilobits, and a byte has 8 bits",
        ),
        Quoted("a minute of it", "megabytes", 42.336, 60 * pcm / 8e6, "60 × 705.6 kilobits / 8"),
        Quoted(
            "Jukebox, codes of three levels",
            "per second",
            7234,
            jukebox.tokens_per_second,
            "44,100 × (1/8 + 1/32 + 1/128); 7,234 cuts the digits off each level",
        ),
        Quoted("MusicLM, codes", "per second", 625, music_lm.tokens_per_second, "25 + 12 × 50"),
        Quoted(
            "MusicGen, codes", "per second", 200, music_gen.tokens_per_second, "4 × 32,000 / 640"
        ),
        Quoted(
            "SoundStream, 8 codebooks",
            "bits per second",
            6000,
            published("SoundStream, 8 codebooks").bits_per_second,
            "8 × 10 bits × 24,000 / 320",
        ),
        Quoted(
            "DAC, 9 codebooks",
            "bits per second",
            8000,
            dac.bits_per_second,
            "9 × 10 bits × 44,100 / 512",
        ),
        Quoted(
            "DAC, 2 of 9 codebooks",
            "bits per second",
            1780,
            code_rate(44_100, 512, 2, 1024),
            "2 × 10 bits × 44,100 / 512; 1,780 is 2/9 of 8,000",
        ),
        Quoted(
            "DAC, compression factor",
            "times",
            90,
            pcm / dac.bits_per_second,
            "705,600 / 7,752; with 8,000 it is 88.2",
        ),
        Quoted(
            "EnCodec 48 kHz, step rate in DAC's table 1",
            "per second",
            75,
            published("EnCodec 48 kHz stereo, 16 codebooks").streams[0].step_rate,
            "48,000 / 320; with 75 its 16 codebooks would give 12,000 bits, not 24,000",
        ),
        Quoted(
            "EnCodec 48 kHz, compression factor in DAC's table 1",
            "times",
            32,
            2 * 16 * 48_000 / published("EnCodec 48 kHz stereo, 16 codebooks").bits_per_second,
            "2 channels × 16 bits × 48,000 / 24,000; 32 counts one channel",
        ),
        Quoted(
            "Mimi, steps",
            "per second",
            12,
            published("Mimi").streams[0].step_rate,
            "24,000 / 1,920; 12 is cut off",
        ),
    ]
