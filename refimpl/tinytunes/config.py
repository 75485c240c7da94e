"""The kind of tunes in a corpus.

Taught in lesson 1.
"""

from dataclasses import asdict, dataclass
from typing import Any

from refimpl.errors import UserError

LEVELS = (1, 2, 3)
MODES = ("major", "minor")
# One beat of level 1 in samples at 22,050 Hz: a multiple of many hop lengths (16 * 704, 22 * 512,
# 11 * 1024), so that every note starts with a frame.
SAMPLES_PER_BEAT = 11264
COURSE_TEMPO = 60 * 22050 / SAMPLES_PER_BEAT  # 117.45 beats per minute
TEMPO_LIMITS = (60, 200)
SAMPLE_RATE_LIMITS = (8000, 96000)
LONGEST_TUNE = 128  # bars


def _check(good: bool, name: str, value: Any, allowed: str) -> None:
    if not good:
        raise UserError(f"{name} is {value!r}; it has to be {allowed}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class TuneConfig:
    """The kind of tunes in a corpus.

    Attributes:
        level: 1 (melody and bass), 2 (melody, chords and bass) or 3 (a small band with drums).
        n_bars: Length of a tune in bars of 4/4, 1 to 128.
        sample_rate: In hertz, 8,000 to 96,000.
        tempos: Tempos to draw from, in beats per minute, 60 to 200. By default level 1 has one
            (117.45, whose beat is 11,264 samples at 22,050 Hz), the others 80 to 140.
        modes: Modes to draw from. By default "major" at level 1, else "major" and "minor".
        keys: Tonics to draw from, as pitch classes 0 (C) to 11 (B).
        room: Strength of the room, 0 (dry) to 1.

    Raises:
        UserError: A value is not allowed; the message names the allowed ones.

    Taught in lesson 1.
    """

    level: int = 1
    n_bars: int = 4
    sample_rate: int = 22050
    tempos: tuple[float, ...] | None = None
    modes: tuple[str, ...] | None = None
    keys: tuple[int, ...] = tuple(range(12))
    room: float = 0.12

    def __post_init__(self) -> None:
        _check(self.level in LEVELS, "level", self.level, "1, 2 or 3")
        simple = self.level == 1
        self._fill("tempos", (COURSE_TEMPO,) if simple else tuple(range(80, 141, 4)))
        self._fill("modes", ("major",) if simple else MODES)
        self._fill("keys", None)
        n_bars, rate = self.n_bars, self.sample_rate
        _check(
            _is_whole(n_bars) and 1 <= n_bars <= LONGEST_TUNE,
            "n_bars",
            n_bars,
            f"a whole number from 1 to {LONGEST_TUNE}",
        )
        low, high = SAMPLE_RATE_LIMITS
        _check(
            _is_whole(rate) and low <= rate <= high,
            "sample_rate",
            rate,
            f"a whole number of hertz from {low} to {high}",
        )
        low, high = TEMPO_LIMITS
        for tempo in self.tempos:
            good = isinstance(tempo, int | float) and low <= tempo <= high
            _check(good, "tempo", tempo, f"{low} to {high} beats a minute")
        for mode in self.modes:
            _check(mode in MODES, "mode", mode, '"major" or "minor"')
        for key in self.keys:
            _check(_is_whole(key) and 0 <= key <= 11, "key", key, "a pitch class, 0 (C) to 11 (B)")
        good = isinstance(self.room, int | float) and 0 <= self.room <= 1
        _check(good, "room", self.room, "a number from 0 (dry) to 1")

    def _fill(self, name: str, default: tuple | None) -> None:
        """Put the default where nothing was given, and make a tuple of what was."""
        value = getattr(self, name)
        if value is None:
            value = default
        good = isinstance(value, tuple | list) and len(value) > 0
        _check(good, name, value, "a tuple with at least one value")
        object.__setattr__(self, name, tuple(value))

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as JSON can hold it; `TuneConfig(**d)` reads it back."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
