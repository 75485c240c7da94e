"""Mel frames and back: what the tokenizer sees of a sound, and the way from there to a waveform.

`config` names every parameter once, `analysis` goes from waveform to frames in dB, and
`inversion` goes back, from a first spectrum (`filters`) with a first phase (`phase`) to a waveform
that has these frames, by transforms (`stft`) forth and back.
"""

from refimpl.mel.analysis import EmptyFilterWarning, empty_filters, mel_filterbank, mel_spectrogram
from refimpl.mel.config import MelConfig, MelError
from refimpl.mel.filters import mel_to_magnitude
from refimpl.mel.inversion import mel_to_audio

__all__ = [
    "EmptyFilterWarning",
    "MelConfig",
    "MelError",
    "empty_filters",
    "mel_filterbank",
    "mel_spectrogram",
    "mel_to_audio",
    "mel_to_magnitude",
]
