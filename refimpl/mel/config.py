"""One dataclass for everything that decides what a mel frame is.

Two frames can be compared only if every one of these numbers agrees, so they travel together:
a codebook is saved with the configuration of the frames that it was fitted on.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from refimpl.configuration import (
    Configuration,
    Count,
    Number,
    Positive,
    Truth,
    Whole,
    configuration,
)
from refimpl.errors import UserError


class MelError(UserError):
    """A mel configuration, a waveform or mel frames that cannot be used."""


@configuration
class MelConfig(Configuration):
    """The parameters of a mel spectrogram, checked when it is made. Taught in lesson 2.

    Args:
        sample_rate: samples per second of the waveform, Hz.
        n_fft: samples in one frame's Fourier transform; bins are sample_rate / n_fft apart.
        hop_length: samples from one frame to the next.
        win_length: samples under the window, at most n_fft; None means n_fft.
        window: "hann", "hamming" or "blackman".
        n_mels: mel filters, and so numbers in a frame.
        f_min: lowest frequency of the filterbank, Hz.
        f_max: highest frequency of the filterbank, Hz; None means sample_rate / 2.
        htk: the HTK formula of the mel scale instead of Slaney's.
        norm: "slaney" gives every filter the same area, None the same peak.
        power: 2.0 filters the power spectrum, 1.0 the magnitude spectrum.
        ref: filterbank output that reads 0 dB; None means what a sine of amplitude 1 puts into
            its own bin, at the filterbank's largest weight (its neighbours add at most 2 dB). It
            is fixed, never a clip's own maximum, so that a frame means the same in every clip.
        floor_db: what is quieter than this, in dB, is raised to it.

    Raises:
        MelError: a value that no mel spectrogram can have.
    """

    error: ClassVar[type[UserError]] = MelError

    sample_rate: Count = 22050
    n_fft: Annotated[Whole, Field(ge=4)] = 2048
    hop_length: Annotated[Whole, Field(ge=2)] = 512
    win_length: Annotated[Whole, Field(ge=3)] | None = None
    window: Literal["hann", "hamming", "blackman"] = "hann"
    n_mels: Count = 128
    f_min: Number = 0.0
    f_max: Number | None = None
    htk: Truth = False
    norm: Literal["slaney"] | None = "slaney"
    power: Literal[1.0, 2.0] = 2.0
    ref: Positive | None = None
    floor_db: Annotated[Number, Field(lt=0)] = -80.0

    def __post_init__(self) -> None:
        self._check_framing()
        self._check_filters()

    def _check_framing(self) -> None:
        if self.n_fft % 2:
            raise MelError(f"n_fft is {self.n_fft}, but must be even")
        if self.window_length > self.n_fft:
            raise MelError(
                f"win_length is {self.win_length}, but must be at most n_fft ({self.n_fft})"
            )
        if self.hop_length >= self.window_length:
            raise MelError(
                f"hop_length is {self.hop_length}, but must be below the window's length "
                f"({self.window_length}), or no frame covers the samples between two windows"
            )

    def _check_filters(self) -> None:
        nyquist = self.sample_rate / 2
        if not 0 <= self.f_min < self.highest_frequency <= nyquist:
            raise MelError(
                f"f_min is {self.f_min:g} and f_max is {self.highest_frequency:g} Hz, but they "
                f"must satisfy 0 <= f_min < f_max <= sample_rate / 2 ({nyquist:g} Hz)"
            )

    @property
    def window_length(self) -> int:
        """Samples under the window."""
        return self.n_fft if self.win_length is None else self.win_length

    @property
    def highest_frequency(self) -> float:
        """Upper edge of the filterbank, Hz."""
        return self.sample_rate / 2 if self.f_max is None else self.f_max

    @property
    def n_bins(self) -> int:
        """Frequency bins of the spectrum under the filterbank."""
        return 1 + self.n_fft // 2

    @property
    def frame_rate(self) -> float:
        """Frames per second, Hz."""
        return self.sample_rate / self.hop_length

    def n_frames(self, n_samples: int) -> int:
        """Frames of a waveform: frame i is centred on sample i * hop_length; no samples, none."""
        return 1 + n_samples // self.hop_length if n_samples > 0 else 0

    def n_samples(self, n_frames: int) -> int:
        """Return the length in samples of the shortest waveform with this number of frames.

        One frame covers half a hop, since its other half is before the beginning.
        """
        if n_frames == 1:
            return max(1, self.hop_length // 2)
        return max(0, n_frames - 1) * self.hop_length
