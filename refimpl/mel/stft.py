"""A Fourier transform of frames and its inverse, made to be repeated dozens of times.

The same frames as librosa's (centred, zeros beyond both ends), but one row a frame, in float32,
with the window and its overlap worked out once. An iteration of Griffin-Lim is one of each.
"""

import numpy as np
import scipy.fft

from refimpl.mel.config import MelConfig


def analysis_window(config: MelConfig) -> np.ndarray:
    """The window, centred in n_fft samples: (n_fft,) float32."""
    from scipy.signal import get_window

    window = get_window(config.window, config.window_length)
    before = (config.n_fft - config.window_length) // 2
    return np.pad(window, (before, config.n_fft - config.window_length - before)).astype(np.float32)


class FrameTransform:
    """Waveform to spectrum and back, for one configuration and one number of frames.

    Args:
        config: the mel parameters.
        n_frames: frames of the spectrum.
        n_samples: samples of the waveform.
        workers: threads of the Fourier transforms.
    """

    def __init__(self, config: MelConfig, n_frames: int, n_samples: int, *, workers: int = 1):
        self.n_fft, self.hop_length = config.n_fft, config.hop_length
        self.n_frames, self.n_samples, self.workers = n_frames, n_samples, workers
        self.window = analysis_window(config)
        self.before = self.n_fft // 2  # frame 0 is centred on sample 0
        # A frame is cut into pieces of one hop, so that piece j of all frames is added at once.
        self.n_pieces = -(-self.n_fft // self.hop_length)
        self.padded = np.zeros((n_frames + self.n_pieces) * self.hop_length, np.float32)
        self.n_covered = min(n_samples, len(self.padded) - self.before)
        self.frames = np.lib.stride_tricks.sliding_window_view(self.padded, self.n_fft)[
            :: self.hop_length
        ][:n_frames]
        self.pieces = np.zeros((n_frames, self.n_pieces * self.hop_length), np.float32)
        squares = np.broadcast_to(self.window**2, (n_frames, self.n_fft))
        # Where almost no window reaches, dividing by it would only magnify errors.
        envelope = self._overlap_add(squares)
        self.gain = 1 / np.maximum(envelope, 1e-3 * envelope.max())

    def _overlap_add(self, frames: np.ndarray) -> np.ndarray:
        self.pieces[:, : self.n_fft] = frames
        pieces = self.pieces.reshape(self.n_frames, self.n_pieces, self.hop_length)
        total = np.zeros_like(self.padded).reshape(-1, self.hop_length)
        for j in range(self.n_pieces):
            total[j : j + self.n_frames] += pieces[:, j]
        return total.reshape(-1)

    def forward(self, audio: np.ndarray) -> np.ndarray:
        """Waveform (n_samples,) to spectrum (n_frames, n_bins), complex64."""
        self.padded[self.before : self.before + self.n_covered] = audio[: self.n_covered]
        return scipy.fft.rfft(self.frames * self.window, axis=1, workers=self.workers)

    def inverse(self, spectrum: np.ndarray) -> np.ndarray:
        """Spectrum (n_frames, n_bins) to the waveform (n_samples,) whose own is nearest to it."""
        frames = scipy.fft.irfft(spectrum, n=self.n_fft, axis=1, workers=self.workers)
        total = self._overlap_add(frames * self.window) * self.gain
        audio = np.zeros(self.n_samples, np.float32)
        audio[: self.n_covered] = total[self.before : self.before + self.n_covered]
        return audio
