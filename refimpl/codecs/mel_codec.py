"""What codecs of mel frames share: sound becomes frames, and frames become codes.

    audio (n_samples,) -> frames (n_frames, n_mels) -> codes (n_steps, n_streams), and back

Such a codec says how frames become codes and back; the rest is here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from refimpl.codecs.codec import Codec, CodecConfig, CodecError
from refimpl.codecs.files import restore_codec, write_codec
from refimpl.configuration import Count
from refimpl.mel import MelConfig, mel_spectrogram, mel_to_audio


class _OnMelFrames:
    """The clock of a codec of mel frames, which its settings keep before there is a codec.

    Attributes:
        mel: the frames.
        frames_per_step: mel frames in a step.
    """

    mel: MelConfig
    frames_per_step: int

    @property
    def sample_rate(self) -> int:
        """Of the sounds, in Hz."""
        return self.mel.sample_rate

    @property
    def step_rate(self) -> float:
        """Steps per second."""
        return self.mel.frame_rate / self.frames_per_step


class MelCodecConfig(_OnMelFrames, CodecConfig):
    """The settings that all codecs of mel frames have.

    Attributes:
        mel: the frames.
        max_frames: the most frames that `fit` keeps in memory.
    """

    mel: MelConfig
    max_frames: Count

    @property
    def frames_per_step(self) -> int:
        """Mel frames in a step."""
        return 1

    @property
    def seconds(self) -> float:
        # `fit` keeps a random sample of frames. Twice as many to draw from are enough, and no more
        # clips need be rendered or read for it.
        return 2.0 * self.max_frames / self.mel.frame_rate

    def describe(self) -> str:
        mel, sizes = self.mel, self.stream_sizes
        codes = " + ".join(map(str, sizes))
        return (
            f"frames of n_fft {mel.n_fft}, hop {mel.hop_length} and {mel.n_mels} mel bands at "
            f"{mel.sample_rate:,} Hz; {codes} codes"
        )

    def difference(self, codec: Codec) -> str | None:
        """As `CodecConfig.difference`, with all settings of the frames."""
        if codec.kind == self.kind and codec.mel != self.mel:
            return f"it is for other mel frames: {mel_difference(codec.mel, self.mel)}"
        return super().difference(codec)


class MelCodec(_OnMelFrames, ABC):
    """The base class of codecs of mel frames.

    Args:
        mel: the configuration of its frames.
        stream_sizes: codes in each stream.
        mean, std: (n_mels,) in dB, for the normalisation; std is above 0.
        frames_per_step: mel frames in a step.
        notes: any JSON to keep with it.

    Taught in lessons 3 and 4.
    """

    kind: ClassVar[str]
    file_name: ClassVar[str]
    bits: int = 16  # of a stored weight, where the numbers in memory have no more
    config_class: ClassVar[type[CodecConfig]]
    version: ClassVar[int] = 1  # of the file's format

    def __init__(
        self,
        mel: MelConfig,
        stream_sizes: tuple[int, ...],
        mean: np.ndarray,
        std: np.ndarray,
        *,
        frames_per_step: int = 1,
        notes: Mapping[str, Any] | None = None,
    ):
        self.mel, self.stream_sizes, self.frames_per_step = mel, stream_sizes, frames_per_step
        self.mean = np.asarray(mean, dtype=np.float32)
        self.std = np.asarray(std, dtype=np.float32)
        if not (np.isfinite(self.mean).all() and (self.std > 0).all()):
            raise CodecError("mean and std have to be finite numbers, and std above 0")
        self.notes = dict(notes or {})

    @property
    def n_codes(self) -> int:
        """Codes in all streams together."""
        return sum(self.stream_sizes)

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """A hash of everything that determines the meaning of a code, 16 hexadecimal digits."""

    @abstractmethod
    def encode_frames(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Turn frames (n_frames, n_mels) in dB into codes (n_steps, n_streams) int64.

        Args:
            frames: of one clip.
            mel: the configuration that made them; it is compared with the codec's.

        Raises:
            CodecError: frames of another width or configuration, or with NaN.
        """

    @abstractmethod
    def decode_frames(self, codes: np.ndarray) -> np.ndarray:
        """Turn codes (n_steps, n_streams) into frames (n_steps * frames_per_step, n_mels) in dB.

        Raises:
            CodecError: another shape, or a number that is no code.
        """

    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into codes (n_steps, n_streams) int64.

        Raises:
            MelError: an array of another shape, or with NaN.
        """
        return self.encode_frames(mel_spectrogram(audio, self.mel))

    def decode(self, codes: np.ndarray, **options) -> np.ndarray:
        """Turn codes (n_steps, n_streams) into a waveform (n_samples,) float32.

        Args:
            codes: of one sound.
            options: for `mel_to_audio`, such as n_iter or seed.

        Raises:
            CodecError: another shape, or a number that is no code.
        """
        return mel_to_audio(self.decode_frames(codes), self.mel, **options)

    def normalise(self, frames: np.ndarray) -> np.ndarray:
        """Convert frames (n_frames, n_mels) from dB to the units of the distances."""
        return (frames - self.mean) / self.std

    def distortion(self, frames: np.ndarray, *, units: str = "dB") -> float:
        """Return the mean squared error of the coded frames, per band and frame.

        Args:
            frames: (n_frames, n_mels) in dB.
            units: "dB" for dB squared, "normalised" for the units that the codec was fitted in.

        Taught in lesson 3.
        """
        if units not in ("dB", "normalised"):
            raise CodecError(f'units are "dB" or "normalised", not {units!r}')
        if len(frames) == 0:
            raise CodecError("no frames to measure the distortion of")
        decoded = self.decode_frames(self.encode_frames(frames))[: len(frames)]
        error = np.asarray(frames, dtype=np.float32) - decoded
        if units == "normalised":
            error = error / self.std
        return float(np.mean(np.square(error, dtype=np.float64)))

    def save(self, path: str | Path) -> Path:
        """Write the codec to one file of numbers and JSON, without pickle."""
        header = {"kind": self.kind, "version": self.version, "mel": self.mel.to_dict()}
        header |= {"fingerprint": self.fingerprint, "notes": self.notes, **self._header()}
        suffix = Path(self.file_name).suffix
        return write_codec(path, suffix, header, self._arrays(), bits=self.bits)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            CodecError: no file, a damaged one, or one of another kind or format version.
        """

        def restore(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
            codec = cls._restore(MelConfig.from_dict(header["mel"]), header, arrays)
            codec.notes = dict(header["notes"])
            return codec

        return restore_codec(path, cls, restore)

    @abstractmethod
    def _header(self) -> dict[str, Any]:
        """What the file's header says beyond what all codecs of mel frames have, as JSON."""

    @abstractmethod
    def _arrays(self) -> dict[str, np.ndarray]:
        """The numbers in the file, float32, by name."""

    @classmethod
    @abstractmethod
    def _restore(
        cls, mel: MelConfig, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> Self:
        """Make the codec from a file's content; whatever is wrong there may raise anything."""


def check_frames(frames: np.ndarray, mel: MelConfig, given: MelConfig | None = None) -> np.ndarray:
    """Reject frames that a codec made for `mel` would silently turn into nonsense.

    Args:
        frames: (n_frames, n_mels) mel frames in dB.
        mel: the configuration that the codec was made for.
        given: the configuration that made the frames, if the caller knows it.

    Returns:
        The frames as float32, (n_frames, n_mels).

    Raises:
        CodecError: another width, another configuration, or values that are not finite.
    """
    if given is not None and given != mel:
        raise CodecError(
            f"the frames' mel configuration is not the codec's: {mel_difference(mel, given)}"
        )
    frames = np.asarray(frames)
    if frames.ndim != 2 or frames.shape[1] != mel.n_mels:
        raise CodecError(
            f"got frames of shape {frames.shape}, the codec was made for (n_frames, {mel.n_mels})"
        )
    frames = frames.astype(np.float32, copy=False)
    finite = np.isfinite(frames).all(axis=1)
    if not finite.all():
        raise CodecError(
            f"{np.count_nonzero(~finite)} of {len(frames)} frames hold NaN or infinity, the first "
            f"is frame {np.argmin(finite)}; clean the audio they come from"
        )
    return frames


def mel_difference(codec: MelConfig, given: MelConfig) -> str:
    """Name the settings in which frames differ from those that a codec was made for."""
    mine, yours = codec.to_dict(), given.to_dict()
    return ", ".join(f"{k} {yours[k]} (codec: {mine[k]})" for k in mine if mine[k] != yours[k])
