"""Book explorer: a sound from the first books of its codes, more of them while it plays."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import traitlets

from refimpl.codecs import Codec
from refimpl.display.explorers.base import (
    GAP_SECONDS,
    Explorer,
    front_end,
    mel_picture,
    to_mp3,
)
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.metrics import mel_distance

_MAX_SECONDS = 12.0  # the sound lies in the page once for every book


class BookExplorer(Explorer):
    """The widget; made by `book_explorer`."""

    _esm = front_end("book_explorer.js")
    codes = traitlets.List().tag(sync=True)  # of each step, its code in every book
    steps_per_second = traitlets.Float().tag(sync=True)
    rates = traitlets.List(traitlets.Float()).tag(sync=True)  # bits per second, of the first books
    errors = traitlets.List(traitlets.Float()).tag(sync=True)  # dB from the sound itself
    picture = traitlets.Bytes().tag(sync=True)  # PNG, one spectrogram under the other
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, one after the other
    every = traitlets.Float().tag(sync=True)  # seconds from one sound's start to the next one's
    lasts = traitlets.Float().tag(sync=True)  # seconds that each sounds

    def twin(self) -> str:
        png = base64.b64encode(self.picture).decode("ascii")
        return (
            f'<img alt="{escape(self.title)}" style="width: 100%; height: '
            f'{6 * len(self.rates)}rem; image-rendering: pixelated" '
            f'src="data:image/png;base64,{png}">'
        )


def book_explorer(codec: Codec, audio: np.ndarray, *, title: str = "") -> BookExplorer:
    """Show what the first books of a codec say of a sound, and switch on more while it plays.

    A slider chooses how many books are on: spectrogram and sound follow it at once, and a sound
    that plays goes on at the same position. Under the spectrogram are the codes of every book.

    Args:
        codec: one whose first streams are a codec alone, such as a `NeuralCodec` of residual books.
        audio: `(n_samples,)` at its sample rate, at most twelve seconds.
        title: a few words about it.
    Returns:
        A widget, which works without a kernel too.
    Raises:
        UserError: no such codec, or a longer sound.

    Taught in lesson 8.
    """
    n_books = len(codec.stream_sizes)
    if n_books < 2 or not hasattr(codec, "with_streams"):
        raise UserError(
            f"a codec of kind {codec.kind!r} with {n_books} streams given, one with several "
            "residual books needed, such as a NeuralCodec"
        )
    seconds = len(audio) / codec.sample_rate
    if seconds > _MAX_SECONDS:
        raise UserError(
            f"{seconds:.1f} s of sound given, {_MAX_SECONDS:.0f} s at most fit, once for every "
            "book: show a part, such as audio[: 5 * sample_rate]"
        )
    codes = codec.encode(audio)  # (n_steps, n_books)
    mel = getattr(codec, "mel", None) or MelConfig(codec.sample_rate)
    heard = [_first(codec, codes, k, len(audio)) for k in range(1, n_books + 1)]
    frames = [mel_spectrogram(one, mel) for one in heard]
    itself = mel_spectrogram(audio, mel)
    errors = [mel_distance(itself, one) for one in frames]
    rates = codec.step_rate * np.cumsum(np.log2(codec.stream_sizes))
    gap = np.zeros(round(GAP_SECONDS * codec.sample_rate), np.float32)
    return BookExplorer(
        title=title or "A sound, book by book",
        alt=(
            f"{seconds:.1f} s of sound from {len(codes)} steps with a code of each of {n_books} "
            "books. "
            + " ".join(
                f"{_many(k)}: {rate:,.0f} bits per second, {error:.1f} dB from the sound."
                for k, (rate, error) in enumerate(zip(rates, errors, strict=True), 1)
            )
        ),
        codes=codes.tolist(),
        steps_per_second=codec.step_rate,
        rates=rates.tolist(),
        errors=errors,
        picture=mel_picture(np.stack(frames)),
        sounds=to_mp3(
            np.concatenate([piece for one in heard for piece in (one, gap)]), codec.sample_rate
        ),
        every=(len(audio) + len(gap)) / codec.sample_rate,
        lasts=seconds,
    )


def _first(codec: Codec, codes: np.ndarray, n_books: int, length: int) -> np.ndarray:
    """The sound of the first books alone, (length,)."""
    heard = codec.with_streams(n_books).decode(codes[:, :n_books])[:length]
    return np.pad(heard, (0, length - len(heard)))


def _many(n_books: int) -> str:
    return f"{n_books} book{'s' if n_books > 1 else ''}"
