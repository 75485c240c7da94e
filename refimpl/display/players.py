"""Players for sounds in a notebook or on a page, with labels and at equal loudness."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

import numpy as np

from refimpl.audio import check_sample_rate, is_silent, resample, to_mono
from refimpl.display.levelling import levelled_mp3
from refimpl.errors import UserError

MAX_SECONDS = 600.0  # ten minutes are some 4 MB inside the page
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


class Player:
    """A labelled sound that shows itself as an HTML player; made by `play`.

    Attributes:
        label: the name of the sound.
        seconds: its duration.
        alt: the text alternative, for screen readers and notebooks.
        mp3: the compressed sound, as bytes.
    """

    def __init__(self, mp3: bytes, label: str, seconds: float, silent: bool):
        self.mp3 = mp3
        self.label = label
        self.seconds = seconds
        self.alt = f"{label or 'sound'}, {seconds:.2f} s" + ", silent" * silent

    def __repr__(self) -> str:
        return f"<Player: {self.alt}>"

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.mp3).decode("ascii")
        silent = " (silent)" if self.alt.endswith(", silent") else ""
        return (
            '<figure style="margin: 0.5em 0; display: inline-block; max-width: 100%">'
            f"<figcaption>{escape(self.label)}{silent}</figcaption>"
            f'<audio controls preload="metadata" style="max-width: 100%" '
            f'aria-label="{escape(self.alt)}" src="data:audio/mpeg;base64,{source}">'
            f"{escape(self.alt)}</audio></figure>"
        )


class PlayerRow:
    """Several players side by side; made by `play_all`."""

    def __init__(self, players: list[Player]):
        self.players = players

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.players))

    def _repr_html_(self) -> str:
        inside = "".join(player._repr_html_() for player in self.players)
        return f'<div style="display: flex; flex-wrap: wrap; gap: 1em">{inside}</div>'


def play(audio: np.ndarray, sample_rate: int, label: str = "") -> Player:
    """Show a player for a sound, as loud as every other player.

    The player changes only its own copy: the level (a loudness of -23 LUFS, or less if the peak
    would come within 1 dB of full scale) and the sample rate, to the next higher one that MP3
    supports.

    Args:
        audio: `(n_samples,)` or `(n_samples, n_channels)`, which are mixed to one.
        sample_rate: in Hz.
        label: the name of the sound, in a few words.
    Returns:
        A Player, which a cell shows as its last value; otherwise use `IPython.display.display`.
    Raises:
        UserError: no audio, or more than ten minutes of it.

    Taught in lesson 1.
    """
    audio, sample_rate = to_mono(audio), check_sample_rate(sample_rate)
    seconds = len(audio) / sample_rate
    if seconds > MAX_SECONDS:
        raise UserError(
            f"{seconds / 60:.0f} minutes given, a player takes {MAX_SECONDS / 60:.0f} at most: "
            "play a part, such as audio[: 60 * sample_rate]"
        )
    mp3_rate = next((rate for rate in _MP3_RATES if rate >= sample_rate), _MP3_RATES[-1])
    mp3 = levelled_mp3(resample(audio, sample_rate, mp3_rate), mp3_rate)
    return Player(mp3, label, seconds, is_silent(audio))


def play_all(sounds: Mapping[str, np.ndarray], sample_rate: int) -> PlayerRow:
    """Show several sounds side by side, to compare.

    Args:
        sounds: label to audio `(n_samples,)`.
        sample_rate: of all of them, in Hz.

    Taught in lesson 2.
    """
    return PlayerRow([play(audio, sample_rate, label) for label, audio in sounds.items()])
