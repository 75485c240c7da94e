"""Token explorer: a spectrogram with its tokens under it, each to be looked at and heard."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import traitlets

from refimpl.codecs import MelCodec
from refimpl.display.explorers.base import (
    Explorer,
    codeword_sounds,
    front_end,
    mel_picture,
    to_mp3,
)
from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram

_MAX_TOKENS = 1000  # more would be narrower than a pixel


class TokenExplorer(Explorer):
    """The widget; made by `token_explorer`."""

    _esm = front_end("token_explorer.js")
    codes = traitlets.List(traitlets.Int()).tag(sync=True)  # one for each position
    names = traitlets.List(traitlets.Int()).tag(sync=True)  # the codes in the order of `sounds`
    tokens_per_second = traitlets.Float().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)  # PNG, one pixel a frame and a band
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, the codewords one after another
    every = traitlets.Float().tag(sync=True)  # seconds from one codeword's start to the next
    lasts = traitlets.Float().tag(sync=True)  # seconds that each sounds
    tune = traitlets.Bytes().tag(sync=True)  # MP3, made of the tokens

    def twin(self) -> str:
        png = base64.b64encode(self.picture).decode("ascii")
        return (
            f'<img alt="{escape(self.title)}" style="width: 100%; height: 11rem; '
            f'image-rendering: pixelated" src="data:image/png;base64,{png}">'
        )


def token_explorer(audio: np.ndarray, tokenizer, *, title: str = "") -> TokenExplorer:
    """Show a sound's mel spectrogram with its tokens, each with its codeword to hear.

    Hovering, or the arrow keys, show the code under the pointer and where it comes again; a click,
    or Enter, plays its codeword alone, held for a quarter of a second.

    Args:
        audio: `(n_samples,)` at the tokenizer's sample rate; a few seconds.
        tokenizer: an `AudioTokenizer` whose codec has one stream.
        title: a few words about it.
    Returns:
        A widget, which works without a kernel too.
    Raises:
        UserError: more than a thousand tokens, or a codec with several streams.

    Taught in lesson 3.
    """
    codec = tokenizer.codec
    codes = tokenizer.encode(audio)
    if len(codes) > _MAX_TOKENS:
        raise UserError(
            f"{len(codes):,} tokens given, {_MAX_TOKENS:,} at most can be told apart: show a part, "
            "such as audio[: 3 * sample_rate]"
        )
    names = np.unique(codes)
    mel = codec.mel if isinstance(codec, MelCodec) else MelConfig(codec.sample_rate)
    sounds, every, lasts = codeword_sounds(codec, names)
    seconds = len(codes) / tokenizer.tokens_per_second
    repeated = np.mean(codes[1:] == codes[:-1]) if len(codes) > 1 else 0.0
    return TokenExplorer(
        title=title or "A sound and its tokens",
        alt=(
            f"A mel spectrogram of {seconds:.2f} s over its {len(codes)} tokens: "
            f"{len(names)} different codes of {codec.stream_sizes[0]:,}, {repeated:.0%} of the "
            "tokens repeat the one before."
        ),
        codes=codes.tolist(),
        names=names.tolist(),
        tokens_per_second=tokenizer.tokens_per_second,
        picture=mel_picture(mel_spectrogram(audio, mel)[np.newaxis]),
        sounds=sounds,
        every=every,
        lasts=lasts,
        tune=to_mp3(tokenizer.decode(codes), tokenizer.sample_rate),
    )
