"""Stages explorer: a sound at the stages of its way into noise, or out of it, while it plays."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

import numpy as np
import traitlets

from refimpl.display.explorers.base import (
    GAP_SECONDS,
    Explorer,
    front_end,
    mel_picture,
    to_mp3,
)
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram

_MAX_SECONDS = 150.0  # all stages of all ways together


class StagesExplorer(Explorer):
    """The widget; made by `stages_explorer`."""

    _esm = front_end("stages_explorer.js")
    ways = traitlets.List(traitlets.Unicode()).tag(sync=True)
    stages = traitlets.List().tag(sync=True)  # of each way, the names of its stages
    pictures = traitlets.List(traitlets.Bytes()).tag(sync=True)  # PNG, one stage under the other
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, all stages of all ways in their order
    every = traitlets.Float().tag(sync=True)  # seconds from one stage's start to the next one's
    lasts = traitlets.Float().tag(sync=True)  # seconds that each sounds

    def twin(self) -> str:
        return "".join(
            f'<p>{escape(way)}</p><img alt="{escape(way)}: {escape(", ".join(stages))}" '
            f'style="width: 100%; height: {5 * len(stages)}rem; image-rendering: pixelated" '
            f'src="data:image/png;base64,{base64.b64encode(picture).decode("ascii")}">'
            for way, stages, picture in zip(self.ways, self.stages, self.pictures, strict=True)
        )


def stages_explorer(
    ways: Mapping[str, Mapping[str, np.ndarray]], sample_rate: int, *, title: str = ""
) -> StagesExplorer:
    """Show a sound at several stages, and drag through them while it plays.

    A slider chooses the stage: picture and sound follow it at once, and a sound that plays goes on
    at the same position. With several ways, such as into noise and out of it, buttons choose one.

    Args:
        ways: names, and of each the names of its stages with their sounds `(n_samples,)`. All
            sounds have the same length.
        sample_rate: of the sounds, in Hz.
        title: a few words about it.

    Returns:
        A widget, which works without a kernel too.

    Raises:
        UserError: no stages, sounds of different lengths, or more than fits a page.

    Taught in lesson 12.
    """
    heard = [np.asarray(sound) for stages in ways.values() for sound in stages.values()]
    _check(ways, heard, sample_rate)
    mel = MelConfig(sample_rate)
    gap = np.zeros(round(GAP_SECONDS * sample_rate), np.float32)
    return StagesExplorer(
        title=title or "A sound, stage by stage",
        alt=" ".join(
            f"{way}: {len(stages)} stages, {', '.join(stages)}." for way, stages in ways.items()
        ),
        ways=list(ways),
        stages=[list(stages) for stages in ways.values()],
        pictures=[
            mel_picture(np.stack([mel_spectrogram(sound, mel) for sound in stages.values()]))
            for stages in ways.values()
        ],
        sounds=to_mp3(np.concatenate([part for one in heard for part in (one, gap)]), sample_rate),
        every=(len(heard[0]) + len(gap)) / sample_rate,
        lasts=len(heard[0]) / sample_rate,
    )


def _check(ways, heard: list[np.ndarray], sample_rate: int) -> None:
    if not ways or not all(ways.values()):
        raise UserError("a way without stages given, or none; each needs one sound or more")
    lengths = {one.shape for one in heard}
    if len(lengths) > 1 or len(heard[0].shape) != 1 or len(heard[0]) == 0:
        raise UserError(
            f"sounds of the shapes {sorted(lengths)} given, (n_samples,) of one length needed: cut "
            "them to the shortest"
        )
    seconds = len(heard) * len(heard[0]) / sample_rate
    if seconds > _MAX_SECONDS:
        raise UserError(
            f"{seconds:.0f} s of sound given, {_MAX_SECONDS:.0f} s at most fit a page: show fewer "
            "stages, or a part of the sound"
        )
