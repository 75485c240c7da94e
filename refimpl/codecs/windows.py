"""Windows of mel frames: what networks that see time are trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from refimpl.codecs.clustering import StreamSample, sample_stream
from refimpl.codecs.codec import CodecError
from refimpl.codecs.mel_codec import check_frames
from refimpl.mel import MelConfig
from refimpl.training import TrainingError


def cut_windows(frames: np.ndarray, length: int) -> np.ndarray:
    """Cut a clip's frames (n_frames, n_mels) into windows (n_windows, length, n_mels).

    The last window ends with the clip and may overlap the one before; a clip that is shorter than
    a window is held at its last frame.
    """
    if len(frames) == 0:
        return np.empty((0, length, frames.shape[1]), dtype=np.float32)
    if len(frames) < length:
        frames = hold_last(frames, length)
    starts = [*range(0, len(frames) - length, length), len(frames) - length]
    return np.stack([frames[s : s + length] for s in starts])


def hold_last(frames: np.ndarray, length: int) -> np.ndarray:
    """Repeat the last of frames (n_frames, n_mels) until there are `length`."""
    return np.pad(frames, ((0, length - len(frames)), (0, 0)), mode="edge")


def sample_windows(
    frames: np.ndarray | Iterable[np.ndarray],
    mel: MelConfig,
    *,
    length: int,
    max_frames: int,
    seed: int = 0,
) -> StreamSample:
    """Draw a uniform random sample of windows from a stream of clips, which is read once.

    Args:
        frames: (n_frames, n_mels) in dB, or any iterable of such arrays, one per clip.
        mel: the configuration that made the frames.
        length: frames in a window.
        max_frames: the most frames to keep in memory.
        seed: for the sample.

    Returns:
        The sample; a vector of it is a window's frames in a row, (length * n_mels,).

    Raises:
        CodecError: frames of another width, or with NaN, or none.
    """
    pieces = [frames] if isinstance(frames, np.ndarray) else frames
    checked = (check_frames(piece, mel) for piece in pieces)
    sample = sample_stream(_in_rows(checked, length), max(1, max_frames // length), seed)
    if sample.count == 0:
        raise CodecError("no frames to fit on: the stream is empty")
    return sample


def _in_rows(pieces: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Turn a stream of clips' frames into rows (n_windows, length * n_mels) to sample from."""
    for frames in pieces:
        windows = cut_windows(frames, length)
        yield windows.reshape(len(windows), -1)


class WindowBatches:
    """Endless batches of windows, all of them in a new order every epoch.

    Args:
        windows: (n_windows, length, n_mels) float32.
        batch_size: windows in a batch; fewer where there are not so many.
        seed: with k, determines batch k.
    """

    def __init__(self, windows: np.ndarray, batch_size: int, seed: int) -> None:
        self.windows, self.seed, self.position = windows, seed, 0
        self.batch_size = min(batch_size, len(windows))

    def __iter__(self) -> WindowBatches:
        return self

    def __next__(self) -> dict[str, Tensor]:
        epoch, place = divmod(self.position, len(self.windows) // self.batch_size)
        if place == 0 or not hasattr(self, "_order"):
            self._order = np.random.default_rng([self.seed, epoch]).permutation(len(self.windows))
        self.position += 1
        rows = self._order[place * self.batch_size :][: self.batch_size]
        return {"frames": torch.from_numpy(self.windows[rows])}

    def state_dict(self) -> dict[str, int]:
        """Return the position."""
        return {"position": self.position, "n_windows": len(self.windows)}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Continue from a position.

        Raises:
            TrainingError: the state was saved with other windows.
        """
        if state["n_windows"] != len(self.windows):
            raise TrainingError(
                f"the fit had {state['n_windows']} windows when it was saved, and has"
                f" {len(self.windows)} now; go on with the same sounds, or use another folder"
            )
        self.position = state["position"]
