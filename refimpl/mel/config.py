"""One dataclass for everything that decides what a mel frame is.

Two frames can be compared only if every one of these numbers agrees, so they travel together:
a codebook is saved with the configuration of the frames that it was fitted on.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Real

from refimpl.errors import UserError

WINDOWS = ("hann", "hamming", "blackman")


class MelError(UserError):
    """A mel configuration, a waveform or mel frames that cannot be used."""


def _is_number(value) -> bool:
    # A bool is a number to Python, and n_mels=True is a mistake all the same.
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class MelConfig:
    """The parameters of a mel spectrogram, checked when it is made. Taught in lesson 2.

    Args:
        sample_rate: samples a second of the waveform, Hz.
        n_fft: samples in one frame's Fourier transform; bins lie sample_rate / n_fft apart.
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

    sample_rate: int = 22050
    n_fft: int = 2048
    hop_length: int = 512
    win_length: int | None = None
    window: str = "hann"
    n_mels: int = 128
    f_min: float = 0.0
    f_max: float | None = None
    htk: bool = False
    norm: str | None = "slaney"
    power: float = 2.0
    ref: float | None = None
    floor_db: float = -80.0

    def __post_init__(self):
        for name, least in (("sample_rate", 1), ("n_fft", 4), ("hop_length", 2), ("n_mels", 1)):
            self._set_whole(name, least)
        if self.win_length is not None:
            self._set_whole("win_length", 3)
        for name in ("f_min", "power", "floor_db"):
            self._set_number(name)
        for name in ("f_max", "ref"):
            if getattr(self, name) is not None:
                self._set_number(name)
        self._check_framing()
        self._check_filters()
        self._check_scale()

    def _set_whole(self, name: str, least: int) -> None:
        value = getattr(self, name)
        if not _is_number(value) or value != math.floor(value) or value < least:
            raise MelError(f"{name} is {value!r}, but must be a whole number of at least {least}")
        object.__setattr__(self, name, int(value))

    def _set_number(self, name: str) -> None:
        value = getattr(self, name)
        if not _is_number(value):
            raise MelError(f"{name} is {value!r}, but must be a finite number")
        object.__setattr__(self, name, float(value))

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
                f"({self.window_length}), or samples between two frames are seen by neither"
            )
        if self.window not in WINDOWS:
            raise MelError(f"window is {self.window!r}, but must be one of {', '.join(WINDOWS)}")

    def _check_filters(self) -> None:
        nyquist = self.sample_rate / 2
        if not 0 <= self.f_min < self.highest_frequency <= nyquist:
            raise MelError(
                f"f_min is {self.f_min:g} and f_max is {self.highest_frequency:g} Hz, but they "
                f"must satisfy 0 <= f_min < f_max <= sample_rate / 2 ({nyquist:g} Hz)"
            )
        if not isinstance(self.htk, bool):
            raise MelError(f"htk is {self.htk!r}, but must be True or False")
        if self.norm not in ("slaney", None):
            raise MelError(f"norm is {self.norm!r}, but must be 'slaney' or None")

    def _check_scale(self) -> None:
        if self.power not in (1.0, 2.0):
            raise MelError(f"power is {self.power:g}, but must be 1 (magnitude) or 2 (power)")
        if self.ref is not None and self.ref <= 0:
            raise MelError(f"ref is {self.ref:g}, but must be above 0")
        if self.floor_db >= 0:
            raise MelError(f"floor_db is {self.floor_db:g}, but must be below 0 dB")

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
        """Frames a second, Hz."""
        return self.sample_rate / self.hop_length

    def n_frames(self, n_samples: int) -> int:
        """Frames of a waveform: frame i is centred on sample i * hop_length; no samples, none."""
        return 1 + n_samples // self.hop_length if n_samples > 0 else 0

    def n_samples(self, n_frames: int) -> int:
        """Samples that n_frames frames are turned back into: the shortest waveform that has them.

        A single frame stands for half a hop, since the other half lies before the beginning.
        """
        if n_frames == 1:
            return max(1, self.hop_length // 2)
        return max(0, n_frames - 1) * self.hop_length

    def to_dict(self) -> dict:
        """Every parameter by name, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, parameters: Mapping) -> "MelConfig":
        """Undo `to_dict`; a parameter that is missing keeps its default.

        Raises:
            MelError: a name that is no parameter; the message gives the nearest that is one.
        """
        known = [field.name for field in fields(cls)]
        for name in parameters:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.0)[0]
                raise MelError(f"{name!r} is no parameter of a mel spectrogram; use {near!r}?")
        return cls(**parameters)
