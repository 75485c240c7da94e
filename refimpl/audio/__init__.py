"""Reading and writing sounds: one file or a folder, in any format, sample rate and channel count.

Everywhere else in the package, audio is mono float32 of shape `(n_samples,)` at one sample rate.
This package checks every sound: it is finite, is not silent, and gets the requested sample rate.
A sound that fails a check is reported with the reason. Taught in lesson 1.
"""

from refimpl.audio.clip import Clip
from refimpl.audio.errors import AudioError
from refimpl.audio.folders import AudioFolder, find_audio
from refimpl.audio.loading import MAX_SECONDS, load_audio, read_blocks
from refimpl.audio.saving import save_audio
from refimpl.audio.sources import READABLE_SUFFIXES
from refimpl.audio.standardising import check_sample_rate, is_silent, resample, standardise, to_mono

__all__ = [
    "MAX_SECONDS",
    "READABLE_SUFFIXES",
    "AudioError",
    "AudioFolder",
    "Clip",
    "check_sample_rate",
    "find_audio",
    "is_silent",
    "load_audio",
    "read_blocks",
    "resample",
    "save_audio",
    "standardise",
    "to_mono",
]
