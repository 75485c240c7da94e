"""Reads tunes in ABC notation, the letters in which collectors of folk tunes exchange them.

    X:1
    T:The White Cockade
    M:C|
    L:1/8
    K:G
    AG|B2B2 B2AG|B2B2 B2g2|

A file may hold many tunes. Read are notes, rests, chords, ties, tuplets, broken rhythms, repeats
with their endings, and changes of key, metre and unit length. Grace notes, ornaments, chord symbols
and lyrics are skipped. A tune in several voices is refused.

Source: Walshaw 2011, sections 2 to 4.
Taught in lesson 10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from refimpl.corpora.scores.bars import Bar, BarNote, play_bars
from refimpl.corpora.scores.score import MODES, TICKS, Score, ScoreError, content_of, text_of

_TOKEN = re.compile(
    r"""
    (?P<skip>"[^"]*"|\{[^{}]*\}                          # chord symbol, grace notes
      |![^!\s|]*!|\+(?:[a-z]*[h-z][a-z.]*|f+)\+)         # ornament
  | \[(?P<field>[A-Za-z]):(?P<value>[^\]\[]*)\]          # a change inside a line
  | (?P<bar>\[\||[:|]*\|[|:]*\]?|::+)                    # bar line
  | (?:\[\s*|(?<=[|:]))(?P<ending>\d[\d,-]*)             # [1 or |1
  | \((?P<p>[1-9]\d?)(?::(?P<q>\d*))?(?::(?P<r>\d*))?    # tuplet
  | \[(?P<chord>[^\]\[|:"]*)\](?P<chord_length>\d*/*\d*) # notes together
  | (?P<rest>[zxZX])(?P<rest_length>\d*/*\d*)
  | (?P<note>(?:\^\^|\^|__|_|=)?[A-Ga-g][,']*)(?P<length>\d*/*\d*)
  | (?P<broken>>+|<+)
  | (?P<tie>-)
    """,
    re.VERBOSE,
)
_NOTE = re.compile(r"(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)(\d*/*\d*)")
_KEY = re.compile(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)(.*)")
_PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ALTER = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_SHARPS = "FCGDAEB"  # in the order in which signatures add them
_MODE_NAMES = {name[:3]: name for name in MODES} | {"ion": "major", "aeo": "minor"}
_IN_THE_TIME_OF = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # of a tuplet's notes; 5, 7 and 9 ask the metre


def read_abc(path: Path, left_out: list[tuple[Path, str]]) -> Iterator[Score]:
    """Read all tunes of a file.

    Args:
        path: the file.
        left_out: gets a line for every tune that cannot be read, and why.
    """
    try:
        text = text_of(content_of(path))
    except ScoreError as error:
        left_out.append((path, str(error)))
        return
    blocks = re.split(r"^X:", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.MULTILINE)
    if len(blocks) < 2:
        left_out.append((path, "it has no line X:, with which a tune begins"))
    for place, block in enumerate(blocks[1:], start=1):
        name = f"{path.stem}#{place}"
        try:
            yield read_tune("X:" + block, name)
        except ScoreError as error:
            left_out.append((path.with_name(name), str(error)))


def read_tune(text: str, name: str) -> Score:
    """Read one tune.

    Args:
        text: from its line X: on.
        name: for the score.

    Raises:
        ScoreError: it has no key or no notes, several voices, or a key or metre of no known form.
    """
    reader = _Reader()
    has_key = False
    for line in text.split("\n"):
        line = re.sub(r"(?<!\\)%.*", "", line).strip()
        if not line and has_key:
            break  # an empty line ends a tune
        is_field = re.match(r"([A-Za-z]):(?![|:])(.*)", line)
        if is_field and is_field[1] in "KMLTV":
            reader.change(is_field[1], is_field[2].strip())
            has_key = has_key or is_field[1] == "K"
        elif has_key and not is_field:
            reader.read(line.rstrip("\\"))
    if not has_key:
        raise ScoreError("it has no line K:, the key")
    reader.end_bar()
    notes, bars = play_bars(reader.bars)
    fifths, mode = reader.first_key
    return Score(name, reader.title, ("melody",), notes, bars, fifths, mode, reader.first_metre)


def read_key(text: str) -> tuple[int, str, dict[str, int]]:
    """Read a key such as "G", "Am", "D mixolydian" or "Hp" (Highland pipes).

    Returns:
        Sharps less flats, the mode, and what the signature adds to letters, such as {"F": 1}.

    Raises:
        ScoreError: no key.
    """
    if not text or text.lower().startswith("none"):
        text = "C"
    if text[:2].lower() == "hp":
        text = "A mixolydian"
    found = _KEY.match(text)
    word = found[3] if found else ""
    mode = "minor" if word == "m" else "major" if word == "M" else word[:3].lower()
    mode = _MODE_NAMES.get(mode or "maj", mode)
    if found is None or mode not in MODES:
        raise ScoreError(f"its key {text!r:.20} cannot be read")
    place = _SHARPS.index(found[1]) - 1 + {"": 0, "#": 7, "b": -7}[found[2]]
    fifths = place - MODES[mode]
    if not -7 <= fifths <= 7:
        raise ScoreError(f"its key {text!r:.20} has more than seven sharps or flats")
    signature = dict.fromkeys(_SHARPS[:fifths] if fifths > 0 else "", 1)
    signature |= dict.fromkeys(_SHARPS[fifths:] if fifths < 0 else "", -1)
    for sign, letter in re.findall(r"(\^|=|_)([A-Ga-g])", found[4]):
        signature[letter.upper()] = _ALTER[sign]
    return fifths, mode, signature


def read_metre(text: str) -> str | None:
    """Read a metre such as "6/8", "C" or "C|"; None where the tune is free."""
    text = {"C": "4/4", "C|": "2/2"}.get(text.replace(" ", ""), text.replace(" ", ""))
    found = re.match(r"(\d+)/(\d+)", text)
    if found is None or not int(found[1]) or not int(found[2]):
        return None
    return found[0]


def _factor(text: str) -> float:
    """The length behind a note, in units: "2", "/", "3/2", "//".

    Raises:
        ScoreError: a division by zero.
    """
    above, slash, below = text.partition("/")
    factor = float(above or 1)
    if slash:
        halves = below.count("/") + 1
        digits = below.strip("/")
        if digits and not float(digits):
            raise ScoreError(f"a note has the length {text!r:.20}")
        factor /= float(digits) if digits else 2**halves
    return factor


class _Reader:
    """Collects the bars of a tune, token by token."""

    def __init__(self) -> None:
        self.title, self.bars = "", []
        self.first_key, self.first_metre = (0, "major"), None
        self._is_first_key = True
        self._signature: dict[str, int] = {}
        self._unit: float | None = None  # ticks
        self._metre: str | None = None
        self._voices: set[str] = set()
        self._opens, self._endings = False, frozenset()
        self._begin_bar()

    def _begin_bar(self) -> None:
        self._events: list[list] = []  # duration, [(pitch, …)], tied
        self._accidentals: dict[tuple[str, int], int] = {}
        self._next_factor = 1.0
        self._tuplet = (1.0, 0)  # factor, and how many notes still have it

    def change(self, field: str, value: str) -> None:
        """Take a field's value."""
        if field == "T":
            self.title = self.title or value.strip('" ')
        elif field == "K":
            fifths, mode, self._signature = read_key(value)
            if self._is_first_key:
                self.first_key, self._is_first_key = (fifths, mode), False
        elif field == "M":
            self._metre = read_metre(value)
            self.first_metre = self.first_metre or self._metre
        elif field == "L":
            found = re.match(r"(\d+)\s*/\s*(\d+)", value)
            if found is None or not int(found[1]) or not int(found[2]):
                raise ScoreError(f"its unit length {value!r:.20} cannot be read")
            self._unit = 4 * TICKS * int(found[1]) / int(found[2])
        elif field == "V":
            self._voices.add(value.split()[0] if value else "")
            if len(self._voices) > 1:
                raise ScoreError("it has several voices")

    def read(self, line: str) -> None:
        """Read a line of music."""
        for token in _TOKEN.finditer(line):
            kind = token.lastgroup
            if token["field"]:
                if token["field"] in "KMLV":
                    self.change(token["field"], token["value"].strip())
            elif token["bar"]:
                self._bar_line(token["bar"])
            elif token["ending"]:
                self._ending(token["ending"])
            elif token["p"]:
                self._begin_tuplet(int(token["p"]), token["q"], token["r"])
            elif token["chord"] is not None:
                parts = _NOTE.findall(token["chord"])
                pitches = [self._pitch(*part[:3]) for part in parts]
                first = _factor(parts[0][3]) if parts else 1.0
                self._add(pitches, first * _factor(token["chord_length"]))
            elif token["rest"]:
                self._add([], _factor(token["rest_length"]), bars=token["rest"] in "ZX")
            elif token["note"]:
                self._add(
                    [self._pitch(*_NOTE.match(token["note"]).groups()[:3])],
                    _factor(token["length"]),
                )
            elif token["broken"]:
                self._break_rhythm(token["broken"])
            elif kind == "tie" and self._events:
                self._events[-1][2] = True

    def _pitch(self, sign: str | None, letter: str, octave: str) -> int:
        height = octave.count("'") - octave.count(",") + letter.islower()
        name = letter.upper()
        if sign:
            self._accidentals[name, height] = _ALTER[sign]
        alter = self._accidentals.get((name, height), self._signature.get(name, 0))
        return 60 + 12 * height + _PITCH[name] + alter

    def _add(self, pitches: list[int], factor: float, *, bars: bool = False) -> None:
        size = Fraction(self._metre) if self._metre else Fraction(1)
        if bars:
            unit = 4 * TICKS * float(size)
        else:
            # Without a unit of its own, short metres count in sixteenths.
            unit = self._unit or TICKS / (4 if size < Fraction(3, 4) else 2)
        times, left = self._tuplet
        if left:
            factor, self._tuplet = factor * times, (times, left - 1)
        self._events.append([unit * factor * self._next_factor, pitches, False])
        self._next_factor = 1.0

    def _break_rhythm(self, signs: str) -> None:
        """a>b dots a and halves b; with < the other way round, and >> twice."""
        if self._events:
            short = 0.5 ** len(signs)
            here, following = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
            self._events[-1][0] *= here
            self._next_factor = following

    def _begin_tuplet(self, p: int, q: str | None, r: str | None) -> None:
        """P notes in the time of q, for the next r notes."""
        is_compound = bool(self._metre) and int(self._metre.split("/")[0]) in (6, 9, 12)
        time = int(q or 0) or _IN_THE_TIME_OF.get(p, 3 if is_compound else 2)
        self._tuplet = (time / p, int(r or 0) or p)

    def _ending(self, numbers: str) -> None:
        self.end_bar()
        found: set[int] = set()
        for part in filter(None, numbers.split(",")):
            first, _, last = part.partition("-")
            found |= set(range(int(first or 1), min(int(last or first or 1), 9) + 1))
        self._endings = frozenset(found)

    def _bar_line(self, line: str) -> None:
        self.end_bar()
        before, after = line[: line.find("|") + 1].count(":"), line.endswith(":")
        if "|" not in line:  # "::" closes one section and opens the next
            before, after = 1, True
        if self.bars and before:
            self.bars[-1].closes = 1 + before
        if before or after or "||" in line or "]" in line:
            self._endings = frozenset()
        self._opens = self._opens or after

    def end_bar(self) -> None:
        """Close the bar, if anything is in it."""
        if not self._events:
            return
        bar = Bar(opens=self._opens, endings=self._endings)
        for duration, pitches, tied in self._events:
            bar.notes += [BarNote(bar.length, duration, pitch, 0, tied) for pitch in pitches]
            bar.length += duration
        self.bars.append(bar)
        self._opens = False
        self._begin_bar()
