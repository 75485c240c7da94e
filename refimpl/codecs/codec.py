"""The interface of every codec: sound in, codes out, and back.

A codec turns a waveform into integers. Each *step*, a short stretch of time, becomes one code in
each of the codec's *streams*:

    audio (n_samples,)  ->  codes (n_steps, n_streams)  ->  audio (n_samples,)

A codebook with residual stages has a stream for each stage. The codes of a stream are counted from
0; how they become one row of tokens is the tokenizer's affair.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np

from refimpl.audio import Clip
from refimpl.configuration import Configuration, Count
from refimpl.errors import UserError


class CodecError(UserError):
    """A codec was given a sound, codes or a file that it was not made for."""


@runtime_checkable
class Codec(Protocol):
    """Sound to codes and back. Taught in lessons 3 (codebook) and 4 (VQ-VAE).

    Attributes:
        kind: its name in `CODECS`, and in a preset.
        file_name: the name of its file in a run's folder.
        config_class: what a preset says of a codec of this kind.
        sample_rate: of the sounds, in Hz.
        step_rate: steps per second.
        stream_sizes: number of codes in each stream.
        fingerprint: a hash of everything that determines the meaning of a code.
        notes: any JSON to keep with the codec; not part of the fingerprint.
    """

    kind: ClassVar[str]
    file_name: ClassVar[str]
    config_class: ClassVar[type["CodecConfig"]]
    sample_rate: int
    step_rate: float
    stream_sizes: tuple[int, ...]
    fingerprint: str
    notes: dict[str, Any]

    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into codes (n_steps, n_streams) int64."""

    def decode(self, codes: np.ndarray, **options) -> np.ndarray:
        """Turn codes (n_steps, n_streams) into a waveform (n_samples,) float32."""

    def save(self, path: str | Path) -> Path:
        """Write the codec to one file."""

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote."""


@runtime_checkable
class ReadsNotes(Protocol):
    """The further method of a codec that reads the notes of a clip, and not its sound.

    It promises less than others: `encode` refuses every sound, and its steps are notes or events,
    which do not keep time. All else is as of any codec. Taught in lesson 10.
    """

    def encode_notes(self, clip: Clip) -> tuple[np.ndarray, float]:
        """Turn the clip's notes into codes (n_steps, n_streams) int64, and say its seconds."""


def encode_clip(codec: Codec, clip: Clip) -> tuple[np.ndarray, float]:
    """Turn a clip into codes: its sound, or its notes where the codec reads those.

    Returns:
        Codes (n_steps, n_streams) int64, and the clip's length in seconds.

    Raises:
        CodecError: the codec cannot encode it.
    """
    if isinstance(codec, ReadsNotes):
        return codec.encode_notes(clip)
    audio = clip.audio
    return codec.encode(audio), len(audio) / codec.sample_rate


class CodecConfig(Configuration):
    """A preset's section on its codec: the base class of the settings of each kind.

    They say how sounds become codes before there is a codec, and `fit` makes one.

    Attributes:
        kind: a name in `CODECS`.
        n_clips: the codec is fitted on the first so many training clips; None: on all. More
            training clips then leave the codec, and with it the meaning of every code, as it is.
        sample_rate, step_rate, stream_sizes: as of the codec.
        seconds: seconds of sound that `fit` can make use of.
    """

    kind: str
    n_clips: Count | None
    sample_rate: int
    step_rate: float
    stream_sizes: tuple[int, ...]
    seconds: float

    @classmethod
    def small(cls) -> Self:
        """Settings for a trial: such a codec is fitted in seconds on seconds of sound."""
        raise NotImplementedError

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> Codec:
        """Fit a codec.

        Args:
            sounds: a stream of waveforms (n_samples,) at `sample_rate`, which is read once.
            seed: of everything random; the same sounds and seed give the same codec.
            show: whether to show a progress bar; None decides by where the output goes.

        Raises:
            CodecError: too little sound, or none.
        """
        raise NotImplementedError

    def fit_clips(self, clips: Iterable[Clip], *, seed: int = 0, show: bool | None = None) -> Codec:
        """Fit a codec on the sound of clips, or on their notes where it reads those; see `fit`."""
        return self.fit((clip.audio for clip in clips), seed=seed, show=show)

    def describe(self) -> str:
        """Say in some words how sound becomes codes, for a model card."""
        raise NotImplementedError

    def difference(self, codec: Codec) -> str | None:
        """Say how a codec differs from one that `fit` would make, apart from what it has learnt.

        Returns:
            Words for an error message, such as "16 codes, not 17"; None where it does not differ.
        """
        if codec.kind != self.kind:
            return f"it is of kind {codec.kind}, not {self.kind}"
        for name in ("sample_rate", "step_rate", "stream_sizes"):
            has, needs = getattr(codec, name), getattr(self, name)
            if has != needs:
                return f"its {name} is {has}, not {needs}"
        return None


def check_codes(codes: np.ndarray, stream_sizes: Sequence[int]) -> np.ndarray:
    """Return codes as (n_steps, n_streams) int64.

    Raises:
        CodecError: another shape, no integers, or a number that is no code of its stream.
    """
    codes, n_streams = np.asarray(codes), len(stream_sizes)
    if codes.ndim != 2 or codes.shape[1] != n_streams:
        raise CodecError(f"codes have shape {codes.shape}; this codec needs (n_steps, {n_streams})")
    if codes.size and not np.issubdtype(codes.dtype, np.integer):
        raise CodecError(f"codes must be integers, got {codes.dtype}")
    wrong = np.argwhere((codes < 0) | (codes >= np.asarray(stream_sizes)))
    if len(wrong):
        step, stream = wrong[0]
        raise CodecError(
            f"{len(wrong)} of {codes.size} numbers are no codes; the first is "
            f"{codes[step, stream]} in step {step}, where stream {stream} has 0 to "
            f"{stream_sizes[stream] - 1}"
        )
    return codes.astype(np.int64, copy=False)
