"""An A/B row: the stages of one clip play in sync, and you hear one of them at a time."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

import numpy as np

from refimpl.display.players import PlayerRow, play
from refimpl.errors import UserError

MAX_DIFFERENCE = 0.5  # seconds; a codec rounds up to whole frames, an edit is another clip
SCRIPT = Path(__file__).with_suffix(".js")


class ComparedSounds(PlayerRow):
    """Players of one clip that play in sync; made by `compare_sounds`.

    Without JavaScript they are plain players side by side.

    Attributes:
        players: one `Player` per stage.
        alt: the same in words.
    """

    @property
    def alt(self) -> str:
        labels = ", ".join(player.label for player in self.players)
        seconds = max(player.seconds for player in self.players)
        return f"{len(self.players)} stages of one clip of {seconds:.2f} s, to compare: {labels}"

    def __repr__(self) -> str:
        return f"<ComparedSounds: {self.alt}>"

    def _repr_html_(self) -> str:
        script = SCRIPT.read_text(encoding="utf-8")
        return (
            f'<div class="refimpl-compare" role="group" aria-label="{escape(self.alt)}">'
            f"{super()._repr_html_()}<script>{script}</script></div>"
        )


def compare_sounds(sounds: Mapping[str, np.ndarray], sample_rate: int) -> ComparedSounds:
    """Show the stages of one clip so that you can switch between them while they play.

    All play in sync and at the same loudness; another stage continues at the same position, even in
    the middle of a note. So you can hear small differences that you would forget between two
    players. The radio buttons also respond to the arrow keys.

    Args:
        sounds: label to audio `(n_samples,)`, at least two, of nearly the same duration.
        sample_rate: of all of them, in Hz.
    Raises:
        UserError: fewer than two sounds, or durations that differ by more than half a second.

    Taught in lesson 2.
    """
    if len(sounds) < 2:
        raise UserError(f"{len(sounds)} sounds given, at least two needed to compare; see `play`")
    players = [play(audio, sample_rate, label) for label, audio in sounds.items()]
    shortest, *_, longest = sorted(player.seconds for player in players)
    if longest - shortest > MAX_DIFFERENCE:
        raise UserError(
            f"sounds of {shortest:.2f} to {longest:.2f} s given, stages of one clip needed, which "
            "are equally long; `play_all` shows different sounds side by side"
        )
    return ComparedSounds(players)
