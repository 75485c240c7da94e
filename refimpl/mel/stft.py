"""A short-time Fourier transform and its inverse, designed to run dozens of times in a row.

The frames are librosa's (centred, zeros beyond both ends), but one row per frame and in float32.
Between the two transforms no frame affects another, so both work on blocks of frames: a block stays
in the processor's cache, and different cores can process different blocks.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.fft
from scipy.signal import get_window

from refimpl.mel.config import MelConfig

BLOCK_BYTES = 1 << 20


def analysis_window(config: MelConfig) -> np.ndarray:
    """Return the window, centred in n_fft samples: (n_fft,) float32."""
    window = get_window(config.window, config.window_length)
    before = (config.n_fft - config.window_length) // 2
    return np.pad(window, (before, config.n_fft - config.window_length - before)).astype(np.float32)


class FrameTransform:
    """Waveform to spectrum and back, for one configuration and one number of frames.

    Args:
        config: the mel parameters.
        n_frames: frames of the spectrum.
        n_samples: samples of the waveform.
        workers: threads that share the blocks; the result does not depend on it.
    """

    def __init__(self, config: MelConfig, n_frames: int, n_samples: int, *, workers: int = 1):
        self.n_fft, self.hop_length = config.n_fft, config.hop_length
        self.n_frames, self.n_samples = n_frames, n_samples
        self.window = analysis_window(config)
        self.before = self.n_fft // 2  # frame 0 is centred on sample 0
        # A frame is cut into pieces of one hop, so that piece j of all frames is added at once.
        self.n_pieces = -(-self.n_fft // self.hop_length)
        self.padded = np.zeros((n_frames + self.n_pieces) * self.hop_length, np.float32)
        self.n_covered = min(n_samples, len(self.padded) - self.before)
        self.inside = slice(self.before, self.before + self.n_covered)
        self.frames = np.lib.stride_tricks.sliding_window_view(self.padded, self.n_fft)[
            :: self.hop_length
        ][:n_frames]  # (n_frames, n_fft), a view
        size = max(1, BLOCK_BYTES // (8 * config.n_bins))
        starts = range(0, n_frames, size)
        self.blocks = [slice(start, min(start + size, n_frames)) for start in starts]
        self.pool = ThreadPoolExecutor(workers) if min(workers, len(self.blocks)) > 1 else None
        envelope = self._join(self._pieces(self.window**2, block) for block in self.blocks)
        # At the edges the windows add up to almost nothing; dividing by that would magnify errors.
        self.gain = 1 / np.maximum(envelope, 1e-3 * envelope.max())

    def forward(self, block: slice) -> np.ndarray:
        """Return the current waveform's spectrum in a block of frames, (size, n_bins) complex64."""
        return scipy.fft.rfft(self.frames[block] * self.window, axis=1)

    def rebuild(self, spectrum_of: Callable[[slice], np.ndarray]) -> None:
        """Make the current waveform the one whose spectrum is nearest to the given one.

        The nearest in the sense of least squares: Griffin and Lim, "Signal estimation from
        modified short-time Fourier transform", 1984.

        Args:
            spectrum_of: gives the spectrum (size, n_bins) of a block of frames; it may call
                `forward`, which still sees the waveform from before.
        """

        def pieces_of(block: slice) -> np.ndarray:
            frames = scipy.fft.irfft(spectrum_of(block), n=self.n_fft, axis=1)
            frames *= self.window
            return self._pieces(frames, block)

        # Every block must have seen the old waveform before the new one takes its place.
        total = self._join(self.over_blocks(pieces_of))
        total *= self.gain
        self.padded[self.inside] = total[self.inside]

    def over_blocks(self, function: Callable[[slice], np.ndarray | None]) -> Iterator:
        """Apply a function to each block of frames on all cores; the results come in order."""
        return self.pool.map(function, self.blocks) if self.pool else map(function, self.blocks)

    def set_waveform(self, audio: np.ndarray) -> None:
        """Make audio (n_samples,) the current waveform."""
        self.padded[self.inside] = audio[: self.n_covered]

    def waveform(self) -> np.ndarray:
        """The current waveform, (n_samples,) float32."""
        audio = np.zeros(self.n_samples, np.float32)
        audio[: self.n_covered] = self.padded[self.inside]
        return audio

    def _pieces(self, frames: np.ndarray, block: slice) -> np.ndarray:
        """Add up the overlapping frames of one block: rows of one hop each."""
        n_frames = block.stop - block.start
        cut = np.zeros((n_frames, self.n_pieces * self.hop_length), np.float32)
        cut[:, : self.n_fft] = frames
        cut = cut.reshape(n_frames, self.n_pieces, self.hop_length)
        total = np.zeros((n_frames + self.n_pieces, self.hop_length), np.float32)
        for j in range(self.n_pieces):
            total[j : j + n_frames] += cut[:, j]
        return total

    def _join(self, parts) -> np.ndarray:
        """Add up the blocks, always in the same order: floats added in another order differ."""
        total = np.zeros((self.n_frames + self.n_pieces, self.hop_length), np.float32)
        for block, part in zip(self.blocks, parts, strict=True):
            total[block.start : block.start + len(part)] += part
        return total.reshape(-1)
