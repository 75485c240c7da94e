"""What a listener could say about a tune: the attributes that captions are made of.

Each is measured from the notes, so that a caption says what is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from refimpl.errors import UserError
from refimpl.tinytunes.captions import mood
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.timbres import INSTRUMENTS

# Where the words change: at about the lower and the upper third of the corpus's tunes.
SLOW_BELOW, FAST_FROM = 96, 120  # beats per minute
LOW_BELOW, HIGH_FROM = 70, 73  # mean MIDI pitch of the melody
PARTS = ("melody", "chords", "bass", "drums")


@dataclass(frozen=True)
class Attributes:
    """The attributes of a tune; what is None is not known, and no caption mentions it.

    Attributes:
        tonic: pitch class of the key, 0 (C) to 11 (B).
        mode: "major" or "minor".
        tempo: beats per minute.
        instruments: the instrument of each part: of "melody", "chords", "bass" and "drums", those
            that the tune has.
        style: of the band.
        rate: notes of the melody per second.
        pitch: mean MIDI pitch of the melody's notes.

    Raises:
        UserError: no such tonic or mode, or a tempo that is not positive.

    Taught in lesson 11.
    """

    tonic: int | None = None
    mode: str | None = None
    tempo: float | None = None
    instruments: Mapping[str, str] = field(default_factory=dict)
    style: str | None = None
    rate: float | None = None
    pitch: float | None = None

    def __post_init__(self) -> None:
        if self.tonic not in (None, *range(12)):
            raise UserError(f"tonic is {self.tonic!r}; give a pitch class, 0 (C) to 11 (B)")
        if self.mode not in (None, *KEY_NAMES):
            raise UserError(f"mode is {self.mode!r}; give one of {', '.join(KEY_NAMES)}")
        if self.tempo is not None and not self.tempo > 0:
            raise UserError(f"tempo is {self.tempo!r}; give beats per minute, more than 0")

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Read the attributes from the facts of a clip; what they lack stays unknown.

        Args:
            facts: of a tune, or of a clip of any corpus: `clip.facts`.
        """
        mode = facts.get("mode")
        known = facts.get("instruments") or {}
        return cls(
            tonic=facts.get("tonic"),
            mode=mode if mode in KEY_NAMES else None,
            tempo=facts.get("tempo"),
            instruments=_parts(known),
            style=facts.get("style"),
            rate=facts.get("melody_rate"),
            pitch=facts.get("melody_pitch"),
        )

    @property
    def key(self) -> str | None:
        """The key in words, as in "G major"."""
        if self.tonic is None or self.mode is None:
            return None
        return f"{KEY_NAMES[self.mode][self.tonic]} {self.mode}"

    @property
    def mood(self) -> str | None:
        """An adjective by mode and rate, as in the tune's first caption."""
        return None if self.mode is None or self.rate is None else mood(self.rate, self.mode)

    @property
    def pace(self) -> str | None:
        """The tempo as one word: "slow", "medium" or "fast"."""
        return _word(self.tempo, SLOW_BELOW, FAST_FROM, ("slow", "medium", "fast"))

    @property
    def register(self) -> str | None:
        """Where the melody lies: "low", "middle" or "high"."""
        return _word(self.pitch, LOW_BELOW, HIGH_FROM, ("low", "middle", "high"))

    @property
    def melody(self) -> str | None:
        """The instrument of the melody."""
        return self.instruments.get("melody")

    @property
    def family(self) -> str | None:
        """How the melody's instrument is played: "plucked", "struck", "blown" or "bowed"."""
        return INSTRUMENTS[self.melody].family if self.melody in INSTRUMENTS else None

    @property
    def others(self) -> tuple[str, ...]:
        """The instruments of the other parts, in the order chords, bass, drums."""
        return tuple(name for part, name in self.instruments.items() if part != "melody")

    @property
    def size(self) -> str | None:
        """How many play: "duo" at level 1, "trio" at level 2, "band" at level 3."""
        sizes = {2: "duo", 3: "trio", 4: "band"}
        return sizes.get(len(self.instruments)) if self.melody else None

    def transposed(self, semitones: int) -> Self:
        """The attributes of the same tune, moved by a number of semitones."""
        return replace(
            self,
            tonic=None if self.tonic is None else (self.tonic + semitones) % 12,
            pitch=None if self.pitch is None else self.pitch + semitones,
        )

    def at_tempo(self, tempo: float) -> Self:
        """The attributes of the same tune, played at another tempo.

        Raises:
            UserError: its own tempo is not known.
        """
        if self.tempo is None:
            raise UserError("the tempo of this clip is not known, so it cannot be changed")
        rate = None if self.rate is None else self.rate * tempo / self.tempo
        return replace(self, tempo=tempo, rate=rate)


def _word(value: float | None, low: float, high: float, words: tuple[str, str, str]) -> str | None:
    if value is None:
        return None
    return words[(value >= low) + (value >= high)]


def _parts(instruments: Mapping[str, str]) -> dict[str, str]:
    """The instruments by part; where the parts are voices of one instrument, it has the melody."""
    parts = {part: instruments[part] for part in PARTS if part in instruments}
    played = set(instruments.values())
    return parts or ({"melody": played.pop()} if len(played) == 1 else {})
