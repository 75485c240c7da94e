"""The mel frames of the training tunes, kept in pieces so that a stopped run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from refimpl.display import progress_bar
from refimpl.files import write_atomically
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.parallel import map_in_order
from refimpl.text_to_music.tunes import mixed_tunes

PIECE = 150  # tunes in a file


def keep_frames(
    folder: Path, split: str, n_tunes: int, mel: MelConfig, *, n_processes: int = 1
) -> list[Path]:
    """Render tunes and keep their frames, about 40 ms per tune; what is there is not made again.

    Args:
        folder: for the files, `PIECE` tunes each, as 16-bit floats.
        split: of the tunes.
        n_tunes: rounded up to whole files.
        mel: the kind of frames.
        n_processes: that render side by side.

    Returns:
        The files in the order of the tunes.
    """
    numbers = range(-(-n_tunes // PIECE))
    paths = [folder / f"{split}-{number:04d}.npz" for number in numbers]
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in numbers if not paths[number].exists()]
    with progress_bar(total=len(missing), description="rendering", unit="file") as bar:
        render = map_in_order(_render, (split, mel), missing, n_processes=n_processes)
        for number, arrays in zip(missing, render, strict=True):
            write_atomically(paths[number], partial(_write, arrays=arrays))
            bar.update()
    return paths


def read_frames(paths: Sequence[Path]) -> Iterator[np.ndarray]:
    """The frames (n_frames, n_mels) of one tune after another, float32 in dB."""
    for path in paths:
        with np.load(path) as arrays:
            cuts = np.cumsum(arrays["lengths"])[:-1]
            for frames in np.split(arrays["frames"], cuts):
                yield frames.astype(np.float32)


def _render(shared: tuple[str, MelConfig], number: int) -> dict[str, np.ndarray]:
    split, mel = shared
    tunes = mixed_tunes(split, range(number * PIECE, (number + 1) * PIECE))
    frames = [mel_spectrogram(tune.render(), mel).astype(np.float16) for tune in tunes]
    return {"frames": np.concatenate(frames), "lengths": np.array([len(f) for f in frames])}


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)
