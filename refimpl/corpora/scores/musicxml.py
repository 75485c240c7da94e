"""Reads MusicXML, in which music editors exchange scores, plain or zipped (.mxl).

Read are the notes of every part, ties, repeats with their endings, key and metre. Grace notes,
lyrics and everything about the looks of a page are skipped.

Source: Good 2001, and the elements of score-partwise in MusicXML 4.0.
Taught in lesson 10.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from refimpl.corpora.scores.abc import read_metre
from refimpl.corpora.scores.bars import Bar, BarNote, play_bars
from refimpl.corpora.scores.score import (
    LARGEST,
    MODES,
    TICKS,
    Score,
    ScoreError,
    content_of,
    known_tempo,
)

_PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Numbers of no size, an encoding of no name, an archive with a password or cut short.
_DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_ROOTS = ("rootfiles/rootfile", "{*}rootfiles/{*}rootfile")


def read_musicxml(path: Path, left_out: list[tuple[Path, str]]) -> Iterator[Score]:
    """Read the score of a file.

    Args:
        path: the file; .mxl is a zip archive.
        left_out: gets the reason if it cannot be read.
    """
    try:
        yield read_score(_content(path), path.stem)
    except ScoreError as error:
        left_out.append((path, str(error)))
    except (ElementTree.ParseError, zipfile.BadZipFile, zlib.error) as error:
        left_out.append((path, f"it is no MusicXML ({error})"))
    except _DAMAGED as error:
        left_out.append((path, f"its MusicXML is damaged ({type(error).__name__}: {error})"))


def _content(path: Path) -> bytes:
    """The XML of a file, out of its archive if it is one."""
    if path.suffix.lower() != ".mxl":
        return content_of(path)
    with zipfile.ZipFile(path) as archive:
        container = ElementTree.fromstring(_member(archive, "META-INF/container.xml"))
        roots = [root for how in _ROOTS for root in container.findall(how)]
        return _member(archive, roots[0].get("full-path") if roots else "")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ScoreError(f"it has more than {LARGEST // 2**20} MB")
    return archive.read(name)


def read_score(content: bytes, name: str) -> Score:
    """Read the XML of a score.

    Args:
        content: a document with the root `score-partwise`.
        name: for the score, and its title where it states none.

    Raises:
        ScoreError: another kind of document, or no notes.
    """
    root = ElementTree.fromstring(content)
    if root.tag != "score-partwise":
        raise ScoreError(f"it is a {root.tag}; score-partwise is needed")
    parts = root.findall("part")
    names = {part.get("id"): part.findtext("part-name") for part in root.iter("score-part")}
    voices = [
        (names.get(part.get("id")) or f"part {i + 1}").strip() for i, part in enumerate(parts)
    ]
    bars: list[Bar] = []
    for number, part in enumerate(parts):
        _read_part(part, number, bars)
    notes, lines = play_bars(bars)
    key, time, sound = root.find(".//key"), root.find(".//time"), root.find(".//sound[@tempo]")
    mode = None if key is None else key.findtext("mode")
    title = (root.findtext("movement-title") or root.findtext("work/work-title") or "").strip()
    return Score(
        name=name,
        title=""
        if title.endswith((".mxl", ".xml"))
        else title,  # some programs put the file's name
        voices=tuple(voice.strip() for voice in voices),
        notes=notes,
        bars=lines,
        fifths=_fifths(key),
        mode=mode if mode in MODES else None,
        metre=read_metre(_text(time, "beats") + "/" + _text(time, "beat-type")),
        tempo=None if sound is None else known_tempo(float(sound.get("tempo"))),
    )


def _text(element: ElementTree.Element | None, name: str) -> str:
    return "" if element is None else (element.findtext(name) or "").strip()


def _fifths(key: ElementTree.Element | None) -> int | None:
    """The sharps less the flats of a key; None where it has another form, or more than seven."""
    text = _text(key, "fifths")
    return int(text) if re.fullmatch(r"[+-]?[0-7]", text) else None


def _read_part(part: ElementTree.Element, voice: int, bars: list[Bar]) -> None:
    """Add the notes of a part to the bars of the score."""
    divisions, transposed = 1.0, 0
    ending: frozenset[int] = frozenset()
    for place, measure in enumerate(part.findall("measure")):
        if place == len(bars):
            bars.append(Bar())
        bar, now, onset = bars[place], 0.0, 0.0
        for element in measure:
            if element.tag == "attributes":
                divisions = float(element.findtext("divisions") or divisions)
                if (transpose := element.find("transpose")) is not None:
                    transposed = round(float(_text(transpose, "chromatic") or 0))
                    transposed += 12 * int(_text(transpose, "octave-change") or 0)
            elif element.tag in ("backup", "forward"):
                step = float(element.findtext("duration")) * TICKS / divisions
                now += -step if element.tag == "backup" else step
            elif element.tag == "note" and element.find("grace") is None:
                duration = float(element.findtext("duration")) * TICKS / divisions
                if element.find("chord") is None:
                    onset, now = now, now + duration
                if (pitch := element.find("pitch")) is not None:
                    tied = any(tie.get("type") == "start" for tie in element.findall("tie"))
                    midi = _midi(pitch) + transposed
                    bar.notes.append(BarNote(onset, duration, midi, voice, tied))
            elif element.tag == "barline":
                ending = _read_bar_line(element, bar, ending)
            bar.length = max(bar.length, now)
        bar.endings |= ending
        if any(e.get("type") in ("stop", "discontinue") for e in measure.findall("barline/ending")):
            ending = frozenset()


def _midi(pitch: ElementTree.Element) -> int:
    alter = round(float(pitch.findtext("alter") or 0))
    return 12 * (int(pitch.findtext("octave")) + 1) + _PITCH[pitch.findtext("step")] + alter


def _read_bar_line(line: ElementTree.Element, bar: Bar, ending: frozenset[int]) -> frozenset[int]:
    """Note what a bar line says of repeats; return the ending that holds from here on."""
    for repeat in line.findall("repeat"):
        if repeat.get("direction") == "forward":
            bar.opens = True
        else:
            bar.closes = max(2, int(repeat.get("times") or 2))
    for sign in line.findall("ending"):
        if sign.get("type") == "start":
            numbers = (sign.get("number") or "1").replace(",", " ").split()
            ending = frozenset(int(number) for number in numbers)
    return ending
