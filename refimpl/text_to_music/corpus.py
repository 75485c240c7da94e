"""The training tunes as the model reads them: codes, and what captions can say of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import NeuralCodec
from refimpl.conditioning.melody import REST
from refimpl.display import progress_bar
from refimpl.files import write_atomically
from refimpl.parallel import map_in_order
from refimpl.text_to_music.frames import PIECE, read_frames
from refimpl.text_to_music.melody_track import melody_of
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tinytunes.attributes import Attributes


@dataclass(frozen=True, eq=False)
class TuneCodes:
    """Tunes as codes, with their attributes and melodies; all in the same order.

    Attributes:
        codes: of each tune, (n_steps, n_streams).
        melodies: of each tune, (n_steps,), see `melody_of`.
        attributes: of each tune.
    """

    codes: list[np.ndarray]
    melodies: list[np.ndarray]
    attributes: list[Attributes]

    def __len__(self) -> int:
        return len(self.codes)


def keep_codes(
    folder: Path,
    codec: NeuralCodec,
    split: str,
    frames: Sequence[Path],
    *,
    n_processes: int = 1,
) -> TuneCodes:
    """Encode tunes whose frames are kept, about 20 ms per tune; what is there is not made again.

    Args:
        folder: for the files, one for each of the frames.
        codec: of the frames.
        split: of the tunes.
        frames: of `keep_frames`.
        n_processes: that encode side by side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{split}-{number:04d}.npz" for number in range(len(frames))]
    missing = [number for number, path in enumerate(paths) if not path.exists()]
    with progress_bar(total=len(missing), description="encoding", unit="file") as bar:
        shared = (codec, split, frames)
        encoded = map_in_order(_encode, shared, missing, n_processes=n_processes)
        for number, arrays in zip(missing, encoded, strict=True):
            write_atomically(paths[number], partial(_write, arrays=arrays))
            bar.update()
    columns = zip(*(tune for path in paths for tune in _read(path)), strict=True)
    return TuneCodes(*map(list, columns))


def _encode(shared: tuple[NeuralCodec, str, Sequence[Path]], number: int) -> dict[str, Any]:
    codec, split, frames = shared
    codes, melodies, attributes = [], [], []
    tunes = mixed_tunes(split, range(number * PIECE, (number + 1) * PIECE))
    for tune, one in zip(tunes, read_frames([frames[number]]), strict=True):
        codes.append(codec.encode_frames(one).astype(np.int16))
        melody = melody_of(tune, codec.step_rate)
        # The codec fills its last step, which may lie beyond the end of the tune.
        rests = np.full(max(0, len(codes[-1]) - len(melody)), REST)
        melody = np.concatenate([melody, rests])[: len(codes[-1])]
        melodies.append(melody.astype(np.int8))
        attributes.append(asdict(Attributes.of(tune.facts)))
    return {
        "codes": np.concatenate(codes),
        "melodies": np.concatenate(melodies),
        "lengths": np.array([len(one) for one in codes]),
        "attributes": np.array(json.dumps(attributes)),
    }


def _read(path: Path) -> Iterator[tuple[np.ndarray, np.ndarray, Attributes]]:
    with np.load(path) as arrays:
        cuts = np.cumsum(arrays["lengths"])[:-1]
        codes, melodies = (np.split(arrays[name], cuts) for name in ("codes", "melodies"))
        known = json.loads(arrays["attributes"].item())
    for one, melody, fields in zip(codes, melodies, known, strict=True):
        yield one.astype(np.int64), melody.astype(np.int64), Attributes(**fields)


def _write(path: Path, arrays: dict[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
