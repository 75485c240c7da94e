"""The collections of scores that come with the package music21, and folders of a user's own.

music21 is an optional extra, and only its files are used: its folder is found without importing it.

Taught in lesson 10.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from refimpl.corpora.scores.abc import read_abc
from refimpl.corpora.scores.midi import read_midi
from refimpl.corpora.scores.musicxml import read_musicxml
from refimpl.corpora.scores.score import Score
from refimpl.errors import UserError
from refimpl.tinytunes import COURSE_TEMPO

Reader = Callable[[Path, list[tuple[Path, str]]], Iterator[Score]]
READERS: dict[str, Reader] = {
    ".abc": read_abc,
    ".mid": read_midi,
    ".midi": read_midi,
    ".musicxml": read_musicxml,
    ".mxl": read_musicxml,
    ".xml": read_musicxml,
}
_HELD_OUT = Path(__file__).parent / "held-out"
CHORALE_VOICES = ("Soprano", "Alto", "Tenor", "Bass")


@dataclass(frozen=True)
class Collection:
    """Some of the scores in music21, and how they are played unless a preset says otherwise.

    Attributes:
        about: what its pieces are called in captions.
        folders: of music21's corpus.
        suffixes: of its files.
        voices: only pieces with exactly these voices are taken; empty: all.
        tempo: quarter notes per minute, as a whole number of the course's frames (704 samples).
        instruments: one is drawn for each piece.
    """

    about: str
    folders: tuple[str, ...]
    suffixes: tuple[str, ...]
    voices: tuple[str, ...]
    tempo: float
    instruments: tuple[str, ...]


COLLECTIONS = {
    "chorales": Collection(
        about="chorale",
        folders=("bach",),
        suffixes=(".mxl", ".xml"),
        voices=CHORALE_VOICES,
        tempo=0.8 * COURSE_TEMPO,  # 94 quarter notes per minute, 20 frames each
        instruments=("piano",),
    ),
    "fiddle": Collection(
        about="fiddle tune",
        folders=("ryansMammoth", "oneills1850", "airdsAirs"),
        suffixes=(".abc",),
        voices=(),
        tempo=COURSE_TEMPO,
        instruments=("violin",),
    ),
}


def music21_folder() -> Path:
    """Return the folder of music21's scores.

    Raises:
        UserError: music21 is not installed, or is an edition without scores.
    """
    found = importlib.util.find_spec("music21")
    if found is None or not found.submodule_search_locations:
        raise UserError(
            "these scores come with the package music21, which is not installed; "
            'install it with: pip install "refimpl[scores]" (or: pip install music21)'
        )
    folder = Path(next(iter(found.submodule_search_locations))) / "corpus"
    if not folder.is_dir():
        raise UserError(f"{folder.parent} has no scores; install music21 from PyPI, which has them")
    return folder


def files_of(collection: Collection) -> list[Path]:
    """Return the files of a collection, in order.

    Raises:
        UserError: they are not there.
    """
    corpus = music21_folder()
    files = []
    for folder in collection.folders:
        if not (corpus / folder).is_dir():
            raise UserError(f"{corpus} has no folder {folder}; install music21 10 from PyPI")
        files += sorted(p for p in (corpus / folder).iterdir() if p.suffix in collection.suffixes)
    return files


def held_out_names(collection: str) -> list[str]:
    """Return the names of the pieces of a collection that are held out.

    They are on file, because the models that come with the package have learned from all others: a
    better comparison of pieces must not hold out what a model has learned from.
    """
    path = _HELD_OUT / f"{collection}.txt"
    return path.read_text(encoding="utf-8").splitlines()


def score_files(where: Path) -> list[Path]:
    """Return the files of scores below a folder, or the file itself, without hidden ones."""
    if where.is_file():
        return [where] if where.suffix.lower() in READERS else []
    found = (path for path in where.rglob("*") if path.suffix.lower() in READERS)
    return sorted(
        path
        for path in found
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(where).parts)
    )


def read_files(
    files: list[Path], names: list[str], *, voices: tuple[str, ...] = ()
) -> tuple[list[Score], list[tuple[Path, str]]]:
    """Read scores.

    Args:
        files: their suffixes tell how.
        names: of each file, which its scores' names begin with.
        voices: only scores with exactly these voices are taken; empty: all.

    Returns:
        The scores in order, and the files and tunes that cannot be read, with the reason.
    """
    scores: list[Score] = []
    left_out: list[tuple[Path, str]] = []
    for path, name in zip(files, names, strict=True):
        try:
            found = list(READERS[path.suffix.lower()](path, left_out))
        except OSError as error:
            left_out.append((path, error.strerror or str(error)))
            continue
        except Exception as error:  # whatever is in one stranger's file, the others are read
            left_out.append((path, f"it cannot be read ({type(error).__name__}: {error})"))
            continue
        for score in found:
            if voices and score.voices != voices:
                continue  # not what was asked for, which is no fault of the file
            tail = score.name.partition("#")[2]
            scores.append(replace(score, name=f"{name}#{tail}" if tail else name))
    return scores, left_out
