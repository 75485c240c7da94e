"""Mean and spread of a mel spectrogram: an embedding that hears spectrum and loudness, no notes."""

from __future__ import annotations

import numpy as np

from refimpl.embeddings.embedding import Embedding, windows_over
from refimpl.mel import MelConfig, mel_spectrogram

MEL = MelConfig(n_fft=1024, hop_length=512, n_mels=32)


class MelStatistics(Embedding):
    """Mean and standard deviation over a second of 32 mel bands, in dB: 64 features.

    Nothing is trained. It is the simplest embedding that papers used before there were networks for
    it, and a check on all others: what it sees, no network was needed for.
    """

    name = "mel statistics"
    sample_rate = MEL.sample_rate
    window = 1.0
    about = "Mean and spread of 32 bands over a second: the spectrum, and no notes. Not trained."

    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, 64)."""
        frames = mel_spectrogram(audio, MEL)
        windows = windows_over(frames, MEL.frame_rate, self.window)
        both = [np.concatenate([one.mean(axis=0), one.std(axis=0)]) for one in windows]
        return np.stack(both).astype(np.float32)
