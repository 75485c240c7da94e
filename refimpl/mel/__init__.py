"""Mel frames and back: what the tokenizer sees of a sound, and the way from there to a waveform.

`config` names every parameter once, `analysis` goes from waveform to frames in dB, and
`inversion` goes back: mel bands to a full spectrum, then a phase that a real waveform can have.
"""

from refimpl.mel.analysis import EmptyFilterWarning, empty_filters, mel_filterbank, mel_spectrogram
from refimpl.mel.config import MelConfig, MelError
from refimpl.mel.inversion import mel_to_audio

__all__ = [
    "EmptyFilterWarning",
    "MelConfig",
    "MelError",
    "empty_filters",
    "mel_filterbank",
    "mel_spectrogram",
    "mel_to_audio",
]
