"""A corpus as files: sound, ground truth and notes of every tune, and one manifest.

Taught in lesson 1.
"""

import json
from collections.abc import Iterator
from itertools import tee
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from refimpl.audio import save_audio
from refimpl.errors import UserError
from refimpl.files import make_folder, replace_json, write_atomically
from refimpl.parallel import map_in_order
from refimpl.tinytunes.endless_tunes import Tunes
from refimpl.tinytunes.tune import Tune

MANIFEST = "manifest.json"


def write_corpus(
    folder: str | Path, corpus: Tunes, n: int, *, scheduler: str | None = None
) -> Path:
    """Write the first `n` tunes of a corpus as WAV, JSON and MIDI.

    Every file is complete or absent, even if the program is stopped. A second call for the same
    corpus continues where the first one stopped, and may ask for more tunes.

    Args:
        folder: Destination; created if needed.
        corpus: The corpus.
        n: Number of tunes, 1 or more.
        scheduler: The address of a Dask scheduler whose workers render the tunes; the files are
            written here.

    Returns:
        The path of the manifest, which names the corpus and lists its tunes.

    Raises:
        UserError: The folder holds another corpus, cannot be written, or `n` is below 1.

    Taught in lesson 1.
    """
    if n < 1:
        raise UserError(f"{n} tunes were asked for; ask for 1 or more")
    folder = Path(folder)
    origin = {"split": corpus.split, "seed": corpus.seed, "config": corpus.config.to_dict()}
    try:
        make_folder(folder)
        _claim(folder / MANIFEST, origin)
        tunes, to_render = tee(corpus.take(n))
        waiting = (tune for tune in to_render if not _sound(folder, tune).exists())
        sounds = map_in_order(_render, None, waiting, scheduler=scheduler)
        # The bar appears in an interactive session, and not in log files.
        rows = [_write_tune(folder, t, sounds) for t in tqdm(tunes, "tunes", n, disable=None)]
        _write_json(folder / MANIFEST, {**origin, "complete": True, "n_tunes": n, "tunes": rows})
    except OSError as error:
        raise UserError(
            f"cannot write to {folder}: {error.strerror}; choose another folder"
        ) from error
    return folder / MANIFEST


def _claim(manifest: Path, origin: dict[str, Any]) -> None:
    """Make sure that a folder belongs to this corpus before anything is written into it."""
    if manifest.exists():
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(f"{manifest} is no manifest; choose another folder") from error
        if {name: found.get(name) for name in origin} != origin:
            raise UserError(f"{manifest.parent} holds another corpus; choose another folder")
    else:
        _write_json(manifest, {**origin, "complete": False})


def _sound(folder: Path, tune: Tune) -> Path:
    return folder / f"{tune.name}.wav"


def _render(_: None, tune: Tune) -> np.ndarray:
    return tune.render()


def _write_tune(folder: Path, tune: Tune, sounds: Iterator[np.ndarray]) -> dict[str, Any]:
    """Write the files of one tune that are not there yet, and return its line of the manifest.

    The next of `sounds` is this tune's, if its file is not there.
    """
    sound, truth, notes = (folder / f"{tune.name}{s}" for s in (".wav", ".json", ".mid"))
    if not sound.exists():
        save_audio(sound, next(sounds), tune.sample_rate)
    if not truth.exists():
        _write_json(truth, tune.to_json())
    if not notes.exists():
        write_atomically(notes, tune.save_midi)
    return {"name": tune.name, "caption": tune.caption, "seconds": tune.duration}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    replace_json(path, content)
