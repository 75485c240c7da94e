"""Keeps scores that have been read once: parsing takes seconds, loading a fraction of one.

The cache is in the user's folder, or where the environment variable REFIMPL_CACHE says. Removing it
is harmless.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from refimpl.corpora.scores.score import Score
from refimpl.files import replacing

PATH_VARIABLE = "REFIMPL_CACHE"
VERSION = 4  # of the readers and of `relatives`: another one reads all files again
_FACTS = ("name", "title", "voices", "fifths", "mode", "metre", "tempo")
_DAMAGED = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)

Read = Callable[[], tuple[list[Score], np.ndarray, list[tuple[Path, str]]]]


def cache_folder() -> Path:
    """Return where scores are kept."""
    given = os.environ.get(PATH_VARIABLE)
    return Path(given).expanduser() if given else Path.home() / ".refimpl" / "cache"


def cached(
    files: list[Path], how: str, read: Read
) -> tuple[list[Score], np.ndarray, list[tuple[Path, str]]]:
    """Return what `read` returns, from the cache if these files have been read before.

    Args:
        files: everything that the result depends on, by names, sizes and times of change.
        how: further settings that it depends on.
        read: returns scores, the group of each, and what was left out.
    """
    digest = hashlib.sha256(f"{VERSION} {how}".encode())
    for path in files:
        status = path.stat()
        digest.update(f"\0{path}\0{status.st_size}\0{status.st_mtime_ns}".encode())
    place = cache_folder() / f"scores-{digest.hexdigest()[:24]}.npz"
    with contextlib.suppress(OSError, *_DAMAGED):
        return _load(place)
    result = read()
    with contextlib.suppress(OSError):  # a disk that is full or read-only costs only time
        _save(place, *result)
    return result


def _save(
    place: Path, scores: list[Score], groups: np.ndarray, left_out: list[tuple[Path, str]]
) -> None:
    facts = [{name: getattr(score, name) for name in _FACTS} for score in scores]
    text = json.dumps({"scores": facts, "left_out": [(str(p), why) for p, why in left_out]})
    none = np.zeros((0, 4), np.int32)
    with replacing(place, ".npz", sync=False) as temporary:
        np.savez_compressed(
            temporary,
            facts=np.frombuffer(text.encode(), dtype=np.uint8),
            groups=groups,
            notes=np.concatenate([none, *(score.notes for score in scores)]),
            bars=np.concatenate([none[:, 0], *(score.bars for score in scores)]),
            sizes=np.array([(len(s.notes), len(s.bars)) for s in scores], np.int64).reshape(-1, 2),
        )


def _load(place: Path) -> tuple[list[Score], np.ndarray, list[tuple[Path, str]]]:
    with np.load(place, allow_pickle=False) as file:
        content = json.loads(file["facts"].tobytes())
        notes, bars, sizes, groups = (file[n] for n in ("notes", "bars", "sizes", "groups"))
    ends = np.cumsum(sizes, axis=0)
    scores = []
    for facts, size, end in zip(content["scores"], sizes, ends, strict=True):
        facts["voices"] = tuple(facts["voices"])
        (n_notes, n_bars), (note, bar) = size, end
        scores.append(
            Score(**facts, notes=notes[note - n_notes : note], bars=bars[bar - n_bars : bar])
        )
    return scores, groups, [(Path(path), why) for path, why in content["left_out"]]
