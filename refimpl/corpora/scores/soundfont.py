"""Scores played by a soundfont: recorded instruments in a file, such as most MIDI players use.

The library tinysoundfont plays it. It asks for pyaudio, which only live playing needs and which pip
cannot build everywhere, so it is installed without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from refimpl.errors import UserError
from refimpl.tinytunes import Note
from refimpl.tinytunes.rendering import CEILING, FULL_VELOCITY
from refimpl.tinytunes.timbres import INSTRUMENTS, REFERENCE_RMS

INSTALL = "pip install --no-deps tinysoundfont"
DRUM_CHANNEL, N_CHANNELS = 9, 16
_FLUSH = 0.5  # seconds in which the last sounds of a clip die away before the next one
_MIDDLE_C = 60


class SoundFont:
    """The instruments of a soundfont.

    Args:
        path: of an .sf2 or .sf3 file.
        sample_rate: of the sounds, in Hz.

    Raises:
        UserError: the library is not installed, or the file is none that it can read.

    Taught in lesson 10.
    """

    def __init__(self, path: str | Path, sample_rate: int):
        try:
            import tinysoundfont
        except ImportError as error:
            raise UserError(
                f"{path}: to play a soundfont, install the library tinysoundfont ({INSTALL})"
            ) from error
        if not Path(path).is_file():
            raise UserError(f"{path}: no such soundfont; give the path of an .sf2 or .sf3 file")
        self.path, self.sample_rate = Path(path), sample_rate
        self._synth = tinysoundfont.Synth(samplerate=sample_rate)
        try:
            self._font = self._synth.sfload(str(path))
        except (RuntimeError, ValueError, tinysoundfont.SoundFontException) as error:
            raise UserError(f"{path}: this is no soundfont that can be read ({error})") from error
        self._gains: dict[str, float] = {}

    def play(self, parts: Sequence[Iterable[Note]], n_samples: int) -> np.ndarray:
        """Play notes, each part on its own channel.

        Args:
            parts: the notes of each voice. Their instruments are played by the program of General
                MIDI that has their name, at the loudness of tinytunes' own.
            n_samples: length of the sound.

        Returns:
            `(n_samples,)` float32 within (-1, 1).

        Raises:
            UserError: the font has no such program.
        """
        audio = np.zeros(n_samples, dtype=np.float32)
        by_instrument: dict[str, list[tuple[int, Note]]] = {}
        for voice, notes in enumerate(parts):
            for note in notes:
                by_instrument.setdefault(note.instrument, []).append((voice, note))
        for instrument, placed in by_instrument.items():
            audio += np.float32(self._gain(instrument)) * self._play(instrument, placed, n_samples)
        peak = np.abs(audio).max(initial=0.0)
        return audio * np.float32(CEILING / peak) if peak > CEILING else audio

    def _gain(self, instrument: str) -> float:
        """Make middle C as loud as tinytunes has it: fonts differ in level."""
        if instrument not in self._gains:
            note = Note(0.0, 0.3, _MIDDLE_C, FULL_VELOCITY, instrument, "melody")
            sound = self._play(instrument, [(0, note)], round(0.3 * self.sample_rate))
            rms = float(np.sqrt(np.mean(sound**2)))
            if rms == 0:
                raise UserError(
                    f"{self.path}: its {instrument} is silent; choose another with "
                    "--set scores.instruments"
                )
            self._gains[instrument] = INSTRUMENTS[instrument].loudness * REFERENCE_RMS / rms
        return self._gains[instrument]

    def _play(
        self, instrument: str, placed: Sequence[tuple[int, Note]], n_samples: int
    ) -> np.ndarray:
        """The sound of one instrument's notes as the font has it, `(n_samples,)` float32."""
        channels = [c for c in range(N_CHANNELS) if c != DRUM_CHANNEL]
        program = INSTRUMENTS[instrument].program
        if self._synth.sfpreset_name(self._font, 0, program) is None:
            raise UserError(
                f"{self.path}: it has no {instrument} (program {program + 1} of General MIDI); "
                "choose another with --set scores.instruments"
            )
        events = []
        for voice, note in placed:
            channel = channels[voice % len(channels)]
            self._synth.program_select(channel, self._font, 0, program)
            start = round(note.onset * self.sample_rate)
            end = max(start + 1, round((note.onset + note.duration) * self.sample_rate))
            events.append((end, False, channel, note))
            events.append((start, True, channel, note))
        events.sort(key=lambda event: event[:2])  # an end comes before a beginning
        pieces, now = [], 0
        for when, begins, channel, note in events:
            if when >= n_samples:
                break
            pieces.append(self._render(when - now))
            now = when
            if begins:
                self._synth.noteon(channel, note.pitch, min(note.velocity, 127))
            else:
                self._synth.noteoff(channel, note.pitch)
        pieces.append(self._render(n_samples - now))
        self._synth.sounds_off()
        self._render(round(_FLUSH * self.sample_rate))
        return np.concatenate(pieces)

    def _render(self, n_samples: int) -> np.ndarray:
        """The next samples in mono, `(n_samples,)` float32."""
        if n_samples == 0:
            return np.empty(0, dtype=np.float32)
        stereo = np.frombuffer(self._synth.generate_simple(n_samples), dtype=np.float32)
        return stereo.reshape(-1, 2).mean(axis=1)


@lru_cache(maxsize=2)
def open_soundfont(path: str, sample_rate: int) -> SoundFont:
    """Open a soundfont once for all clips of a process."""
    return SoundFont(path, sample_rate)


def digest_of(path: str | Path) -> str:
    """16 hexadecimal digits that tell the content of a file from others."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
