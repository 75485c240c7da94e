"""What all explorers share: their words, their sounds, and the script that they have in common."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

import anywidget
import matplotlib.image
import numpy as np
import traitlets

from refimpl.codecs import Codec, MelCodec
from refimpl.display.levelling import levelled_mp3
from refimpl.display.spectrograms import COLOURS
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram

HERE = Path(__file__).parent
CODEWORD_STEPS = 8  # one codeword held for so long that it has a pitch
CODEWORD_SECONDS = 0.25  # and at least for so long, whatever the step rate
EDGE_STEPS = 2
FADE_SECONDS = 0.005
GAP_SECONDS = 0.06  # between two sounds in one MP3, more than an MP3's sounds run into one another
_RANGE_DB = 80.0
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
    return levelled_mp3(audio, sample_rate, compression_level=_COMPRESSION)


def mel_picture(mels: np.ndarray) -> bytes:
    """Spectrograms `(n_pictures, n_frames, n_mels)` in dB as one PNG, frequency upwards.

    The first is at the top. All share one range of colours, 80 dB from the loudest down.
    """
    top = float(mels.max())
    rows = np.concatenate([one.T[::-1] for one in mels])
    with io.BytesIO() as file:
        matplotlib.image.imsave(
            file, rows, cmap=COLOURS, vmin=top - _RANGE_DB, vmax=top, format="png"
        )
        return file.getvalue()


def codeword_sounds(codec: Codec, codes: Sequence[int]) -> tuple[bytes, float, float]:
    """Every codeword by itself, held for a quarter of a second, one after another in one MP3.

    Args:
        codec: turns codes into sound; one stream.
        codes: the codes, in order.
    Returns:
        The MP3, the seconds from one codeword's start to the next one's, and the seconds that
        each sounds.
    Raises:
        UserError: a codec with several streams: a code of one of them alone is no sound.
    """
    check_one_stream(codec)
    rate, codes = codec.sample_rate, np.asarray(codes)
    n_steps = max(CODEWORD_STEPS, round(CODEWORD_SECONDS * codec.step_rate))
    # All at once, which is fast, and a few steps longer: at its ends a codeword sounds like its
    # neighbours, too.
    held = np.repeat(codes, n_steps + 2 * EDGE_STEPS)[:, np.newaxis]
    audio, step = codec.decode(held), rate / codec.step_rate
    starts = np.round((np.arange(len(codes)) * (n_steps + 2 * EDGE_STEPS) + EDGE_STEPS) * step)
    n_sounding, gap = round(n_steps * step), np.zeros(round(GAP_SECONDS * rate), np.float32)
    fade = np.minimum(1, np.arange(n_sounding) / (FADE_SECONDS * rate)).astype(np.float32)
    sounds = [audio[start : start + n_sounding] * fade * fade[::-1] for start in starts.astype(int)]
    heard = np.concatenate([piece for sound in sounds for piece in (sound, gap)])
    return to_mp3(heard, rate), (n_sounding + len(gap)) / rate, n_sounding / rate


def codeword_frames(codec: Codec, codes: Sequence[int]) -> tuple[np.ndarray, MelConfig]:
    """A mel frame of every codeword `(n_codes, n_mels)` in dB, and how it was made.

    A codec of mel frames knows it; of any other, it is the mean of the codeword's sound.
    """
    if isinstance(codec, MelCodec):
        return np.stack([codec.decode_frames([[code]])[0] for code in codes]), codec.mel
    mel = MelConfig(codec.sample_rate)
    heard = [codec.decode(np.full((CODEWORD_STEPS, 1), code)) for code in codes]
    return np.stack([mel_spectrogram(audio, mel).mean(axis=0) for audio in heard]), mel


def check_one_stream(codec: Codec) -> None:
    """Refuse a codec with several streams, whose codes mean something only together."""
    if len(codec.stream_sizes) != 1:
        raise UserError(
            f"a codec with {len(codec.stream_sizes)} streams given, one with a single stream "
            "needed: a code of one stage is no sound by itself"
        )
