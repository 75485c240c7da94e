"""What both codecs of notes share: they refuse sound, read clips, and play what they decode.

Taught in lesson 10.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field

from refimpl.audio import Clip
from refimpl.codecs.codec import CodecConfig, CodecError, check_codes
from refimpl.codecs.files import restore_codec, write_codec
from refimpl.codecs.notes.reading import TWELFTHS, grid_notes, most_common
from refimpl.configuration import Count, Number, Positive, configuration
from refimpl.errors import UserError, suggest
from refimpl.tinytunes import Note
from refimpl.tinytunes.rendering import FULL_VELOCITY, render
from refimpl.tinytunes.timbres import INSTRUMENTS

ROOM = 0.12  # as scores are played
RING = 0.5  # seconds that sound on after the last note
_PART = "melody"  # of tinytunes: its mix makes other parts softer


@configuration
class NotesConfig(CodecConfig):
    """How a preset makes a codec of notes.

    Args:
        n_clips: see `CodecConfig`.
        sample_rate: of the sound that the notes are played as, in Hz.
        steps_per_second: what a second of music counts as where a length is asked for in seconds.
            Notes come at any rate, so this is a rule of thumb and no clock.
        tempo: quarter notes per minute at which codes are played; None: in the middle of those of
            the clips.
        instrument: which plays them; None: the one that most voices of the clips have.

    Taught in lesson 10.
    """

    error: ClassVar[type[UserError]] = CodecError
    codec: ClassVar[type[NotesCodec]]

    kind: str = ""
    n_clips: Count | None = None
    sample_rate: Count = 22_050
    steps_per_second: Positive = 4.0
    tempo: Annotated[Number, Field(ge=20, le=400)] | None = None
    instrument: str | None = None

    def __post_init__(self) -> None:
        if self.instrument is not None and self.instrument not in INSTRUMENTS:
            advice = suggest(self.instrument, INSTRUMENTS)
            raise CodecError(f"codec.instrument is {self.instrument!r}; {advice}")

    @property
    def step_rate(self) -> float:
        return self.steps_per_second

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        return self.codec.stream_sizes

    @property
    def seconds(self) -> float:
        return 120.0

    @classmethod
    def small(cls) -> Self:
        return cls()

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> NotesCodec:
        """Refuse: nothing is known of the notes of a sound."""
        raise CodecError(
            f"a codec of kind {self.kind!r} reads notes, not sound; fit it on the clips of a "
            "corpus of scores, such as scores:fiddle"
        )

    def fit_clips(
        self, clips: Iterable[Clip], *, seed: int = 0, show: bool | None = None
    ) -> NotesCodec:
        common = most_common(list(clips))
        return self.codec(
            self.sample_rate,
            tempo=self.tempo or common["tempo"],
            instrument=self.instrument or common["instrument"],
            steps_per_second=self.steps_per_second,
        )

    def describe(self) -> str:
        return f"notes as {self.codec.about}"


class NotesCodec:
    """Notes to codes, and codes to sound.

    Args:
        sample_rate: of the sound, in Hz.
        tempo: at which codes are played, in quarter notes per minute.
        instrument: which plays them.
        steps_per_second: see `NotesConfig`.
        notes: any JSON to keep with it.
    """

    kind: ClassVar[str]
    about: ClassVar[str]  # how notes become codes, in words
    file_name: ClassVar[str]
    config_class: ClassVar[type[NotesConfig]]
    stream_sizes: tuple[int, ...]
    version: ClassVar[int] = 1

    def __init__(
        self,
        sample_rate: int,
        *,
        tempo: float,
        instrument: str = "piano",
        steps_per_second: float = 4.0,
        notes: dict[str, Any] | None = None,
    ):
        self.sample_rate, self.step_rate = sample_rate, steps_per_second
        self.tempo, self.instrument = tempo, instrument
        self.notes = {} if notes is None else notes

    @abstractmethod
    def to_codes(self, notes: np.ndarray) -> np.ndarray:
        """Write notes (n_notes, 3), as `grid_notes` gives them: (n_steps, n_streams) int64."""

    @abstractmethod
    def to_notes(self, codes: np.ndarray) -> np.ndarray:
        """Undo `to_codes`; every row of codes means some notes, if not those of a musician."""

    def onsets(self, codes: np.ndarray) -> np.ndarray:
        """When the notes of codes (n_steps, n_streams) begin: (n_notes,) in quarter notes."""
        return self.to_notes(check_codes(codes, self.stream_sizes))[:, 0] / TWELFTHS

    @property
    def fingerprint(self) -> str:
        text = json.dumps([self.kind, self.version, self._settings()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Refuse: notes cannot be read off a sound.

        Raises:
            CodecError: always.
        """
        raise CodecError(
            f"this model's codec ({self.kind!r}) reads notes, not sound, so it can neither encode "
            "a recording nor continue one; use a model with a codec of sound, such as course"
        )

    def encode_notes(self, clip: Clip) -> tuple[np.ndarray, float]:
        """Write the notes that are known of a clip.

        Returns:
            Codes (n_steps, n_streams) int64, and the seconds until the last note ends.

        Raises:
            CodecError: nothing is known of its notes.
        """
        notes = grid_notes(clip)
        ends = [onset + duration for onset, duration, *_ in clip.facts["notes"]]
        return self.to_codes(notes), float(max(ends, default=0.0))

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Play codes (n_steps, n_streams): a waveform (n_samples,) float32 within (-1, 1)."""
        notes = self.to_notes(check_codes(codes, self.stream_sizes))
        if not len(notes):
            return np.zeros(0, dtype=np.float32)
        tick = 60 / self.tempo / TWELFTHS
        # Voices add up like noise: many together are as loud as one.
        together = max(1.0, notes[:, 1].sum() / (notes[:, 0] + notes[:, 1]).max())
        velocity = max(1, round(FULL_VELOCITY / np.sqrt(together)))
        sounding = [
            Note(onset * tick, duration * tick, pitch, velocity, self.instrument, _PART)
            for onset, duration, pitch in notes.tolist()
        ]
        seconds = (notes[:, 0] + notes[:, 1]).max() * tick + RING
        return render(sounding, round(seconds * self.sample_rate), self.sample_rate, ROOM)

    def save(self, path: str | Path) -> Path:
        header = {
            "kind": self.kind,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "settings": self._settings(),
            "notes": self.notes,
        }
        return write_codec(path, Path(self.file_name).suffix, header, {})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        return restore_codec(
            path, cls, lambda header, _: cls(**_known(header["settings"]), notes=header["notes"])
        )

    def _settings(self) -> dict[str, Any]:
        return {
            "sample_rate": self.sample_rate,
            "tempo": self.tempo,
            "instrument": self.instrument,
            "steps_per_second": self.step_rate,
        }


def _known(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings from a file, after a check of each."""
    checked = NotesConfig(**settings)
    if checked.tempo is None or checked.instrument is None:
        raise ValueError("it has no tempo or no instrument")
    return {name: getattr(checked, name) for name in settings}
