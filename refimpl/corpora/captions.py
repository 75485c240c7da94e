"""Captions of a user's own recordings: a text file beside each sound, or one table for all."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from refimpl.errors import UserError, suggest

BESIDE = "beside"  # in place of a table's path
FILE_COLUMNS = ("file", "file_name", "filename", "path")
CAPTION_COLUMNS = ("caption", "text")
_MOST_NAMED = 3  # files in one remark


@dataclass(frozen=True)
class Captions:
    """The captions of a folder's sounds.

    Attributes:
        of: the caption of a sound, by its path within the folder; only of those that have one.
        without: the sounds that have none.
        unused: text files that are beside no sound.
    """

    of: Mapping[str, str]
    without: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same captions of the same sounds, and for no others."""
        told = "".join(f"{name}\0{caption}\0" for name, caption in sorted(self.of.items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def remarks(self) -> list[str]:
        """How many sounds have a caption, and what has no partner."""
        n = len(self.of)
        told = [f"captions: {n} of {n + len(self.without)} sounds have one"]
        if self.without:
            told.append(f"  trained without a caption: {_listed(self.without)}")
        if self.unused:
            told.append(f"  beside no sound, and not used: {_listed(self.unused)}")
        return told


def read_captions(where: str, folder: Path, sounds: Mapping[str, Path]) -> Captions:
    """Read the captions of a folder's sounds.

    Args:
        where: "beside" for `NAME.txt` beside each `NAME.wav`, or the path of a CSV file with a
            column for the file, its path within the folder, and one for the caption.
        folder: of the sounds.
        sounds: the path of each, by its path within the folder.

    Raises:
        UserError: no sound has a caption; a file that is not UTF-8 text; or a table that is not
            there, lacks a column, or names a sound that is not there, or one twice.

    Taught in lesson 9.
    """
    found = _beside(sounds) if where == BESIDE else _from_table(Path(where), folder, sounds)
    of = {name: found[name] for name in sounds if found.get(name)}
    if not of:
        at = "NAME.txt beside NAME.wav" if where == BESIDE else f"a caption in {where}"
        raise UserError(f"{folder}: not one of its {len(sounds)} sounds has a caption; give {at}")
    without = tuple(name for name in sounds if name not in of)
    return Captions(of, without, _unused(folder, sounds) if where == BESIDE else ())


def _beside(sounds: Mapping[str, Path]) -> dict[str, str]:
    texts = {name: path.with_suffix(".txt") for name, path in sounds.items()}
    return {name: _one_line(_read(path)) for name, path in texts.items() if path.is_file()}


def _unused(folder: Path, sounds: Mapping[str, Path]) -> tuple[str, ...]:
    """Text files with the name of no sound, such as one that is misspelt."""
    used = {path.with_suffix(".txt") for path in sounds.values()}
    texts = folder.rglob("*.txt") if folder.is_dir() else ()
    return tuple(sorted(str(path.relative_to(folder)) for path in texts if path not in used))


def _from_table(path: Path, folder: Path, sounds: Mapping[str, Path]) -> dict[str, str]:
    names = {_plain(name): name for name in sounds}
    captions: dict[str, str] = {}
    for line, file, caption in _rows(path):
        given = _plain(file)
        if given not in names:
            raise UserError(
                f"{path}, line {line}: there is no sound {given!r} in {folder}; "
                f"{suggest(given, names)}"
            )
        if names[given] in captions:
            raise UserError(f"{path}, line {line}: {given!r} has two captions; give it one")
        captions[names[given]] = _one_line(caption)
    return captions


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield each row of a table: the number of its line, the file, and the caption."""
    text = _read(path)
    header = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
        file = _column(path, columns, FILE_COLUMNS, "the file")
        caption = _column(path, columns, CAPTION_COLUMNS, "the caption")
        for row in rows:
            yield rows.line_num, row[file] or "", row[caption] or ""
    except csv.Error as error:
        raise UserError(
            f"{path}, line {rows.line_num + 1}: not a row of a table ({error})"
        ) from None


def _column(path: Path, columns: Mapping[str, str], wanted: Iterable[str], what: str) -> str:
    for name in wanted:
        if name in columns:
            return columns[name]
    raise UserError(
        f"{path}: its first line names no column for {what}, only {', '.join(columns) or 'nothing'}"
        f"; call one {' or '.join(wanted)}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text in UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UserError(
            f"captions cannot be read from {path} ({error.strerror}); give {BESIDE}, or the path "
            "of a CSV file"
        ) from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(name: str) -> str:
    """A path in one spelling: systems differ in its separator, and in how they write é."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/").removeprefix("./"))


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
