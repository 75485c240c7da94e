"""What all explorers share: their words, their sounds, and the script that they have in common."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import anywidget
import numpy as np
import soundfile
import traitlets

from refimpl.display.players import at_target_loudness
from refimpl.errors import UserError
from refimpl.mel import mel_to_audio

HERE = Path(__file__).parent
CODEWORD_FRAMES = 8  # one codeword held for so long that it has a pitch
CODEWORD_SECONDS = 0.25  # and at least for so long, whatever the hop
GAP_SECONDS = 0.06  # between two codewords, more than an MP3's sounds run into one another
_COMPRESSION = 0.7  # of 0 to 1, for soundfile: codewords are steady sounds, and many


def front_end(name: str) -> str:
    """The source of an explorer's ES module: what all share, then its own."""
    shared, own = ((HERE / one).read_text(encoding="utf-8") for one in ("common.js", name))
    return shared + own


class Explorer(anywidget.AnyWidget):
    """A widget with its text alternative, which is also what a notebook stores of it.

    Attributes:
        alt: what it shows, in one or two sentences.
    """

    _css = (HERE / "explorer.css").read_text(encoding="utf-8")
    title = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def twin(self) -> str:
        """HTML that shows the same without a script."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.alt}>"

    def _repr_html_(self) -> str:
        caption = f"<figcaption>{escape(self.alt)}</figcaption>"
        return f'<figure style="margin: 0.5em 0">{self.twin()}{caption}</figure>'

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        # Who shows no widgets shows the twin, or at least the words.
        return {**data, "text/html": self._repr_html_()}, metadata


def to_mp3(audio: np.ndarray, sample_rate: int) -> bytes:
    """Compress `(n_samples,)`, as loud as any player."""
    with io.BytesIO() as file:
        heard = at_target_loudness(audio, sample_rate)
        soundfile.write(file, heard, sample_rate, format="MP3", compression_level=_COMPRESSION)
        return file.getvalue()


def codeword_sounds(codec, codes: Sequence[int]) -> tuple[bytes, float, float]:
    """Every codeword by itself, held for a quarter of a second, one after another in one MP3.

    Args:
        codec: turns codes into mel frames; one token per step.
        codes: the codes, in order.
    Returns:
        The MP3, the seconds from one codeword's start to the next one's, and the seconds that
        each sounds.
    Raises:
        UserError: a codec with several tokens per step: one of them alone is no sound.
    """
    check_one_token_a_step(codec)
    mel = codec.mel
    n_sounding = max(CODEWORD_FRAMES, round(CODEWORD_SECONDS * mel.frame_rate))
    gap = np.full((round(GAP_SECONDS * mel.frame_rate) + 1, mel.n_mels), mel.floor_db, np.float32)
    pieces = []
    for code in codes:
        frames = codec.decode(np.full(n_sounding, code))[:n_sounding]
        pieces += [frames, gap]
    audio = mel_to_audio(np.concatenate(pieces), mel, n_iter=8)
    every = (n_sounding + len(gap)) / mel.frame_rate
    return to_mp3(audio, mel.sample_rate), every, n_sounding / mel.frame_rate


def check_one_token_a_step(codec) -> None:
    """Refuse a codec with residual stages, whose tokens mean something only together."""
    if len(codec.stage_sizes) != 1:
        raise UserError(
            f"a codec with {len(codec.stage_sizes)} stages given, one with a single stage needed: "
            "a code of one stage is no sound by itself"
        )
