"""Codebook map: codewords in two dimensions, each to be heard."""

from __future__ import annotations

from collections import Counter
from html import escape

import numpy as np
import traitlets

from refimpl.codecs import Codec
from refimpl.display.explorers.base import (
    Explorer,
    check_one_stream,
    codeword_frames,
    codeword_sounds,
    front_end,
)
from refimpl.display.spectrograms import band_centres
from refimpl.errors import UserError


class CodebookMap(Explorer):
    """The widget; made by `codebook_map`."""

    _esm = front_end("codebook_map.js")
    codes = traitlets.List(traitlets.Int()).tag(sync=True)
    places = traitlets.List().tag(sync=True)  # [x, y] of each, from 0 to 1
    counts = traitlets.List(traitlets.Int()).tag(sync=True)  # how often each is used
    peaks = traitlets.List(traitlets.Int()).tag(sync=True)  # its strongest band, in Hz
    frames = traitlets.Bytes().tag(sync=True)  # (n_codes, n_mels) levels from 0 to 255
    axes = traitlets.List(traitlets.Unicode()).tag(sync=True)  # what x and y are
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, the codewords one after another
    every = traitlets.Float().tag(sync=True)  # seconds from one codeword's start to the next
    lasts = traitlets.Float().tag(sync=True)  # seconds that each sounds

    def twin(self) -> str:
        points = "".join(
            f'<circle cx="{100 * x:.1f}" cy="{100 - 100 * y:.1f}" r="1"/>' for x, y in self.places
        )
        return (
            f'<svg viewBox="-2 -2 104 104" width="400" style="max-width: 100%" role="img" '
            f'aria-label="{escape(self.title)}" fill="currentColor">{points}</svg>'
        )


def codebook_map(
    codec: Codec, ids: np.ndarray, *, n_codes: int = 256, title: str = ""
) -> CodebookMap:
    """Show codewords in the two directions in which they differ most, and let them be heard.

    Hovering, or the arrow keys, show a codeword's spectrum and how often it is used; a click, or
    Enter, plays it for a quarter of a second. The directions are the first two principal
    components of the codewords in dB.

    Args:
        codec: a codec with one stream.
        ids: codes or tokens of some sounds, of any shape; they show which codes are used, and how
            often. Special tokens are ignored.
        n_codes: so many of the most used codes are shown.
        title: what it is, in a few words.
    Returns:
        A widget, which works without a kernel too.
    Raises:
        UserError: fewer than three different codes, or a codec with several streams.

    Taught in lesson 3.
    """
    check_one_stream(codec)
    ids = np.asarray(ids)
    (size,) = codec.stream_sizes
    used = Counter(ids[(ids >= 0) & (ids < size)].tolist())
    if len(used) < 3 or n_codes < 3:
        raise UserError(f"{min(len(used), n_codes)} codes to show, at least three needed for a map")
    # Of two that are used as often the smaller comes first, so that the map is always the same.
    chosen = sorted(sorted(used, key=lambda code: (-used[code], code))[:n_codes])
    frames, mel = codeword_frames(codec, chosen)  # (n_codes, n_mels)
    places, shares = principal_components(frames)
    sounds, every, lasts = codeword_sounds(codec, chosen)
    low, high = frames.min(), frames.max()
    return CodebookMap(
        title=title or "A map of the codebook",
        alt=(
            f"The {len(chosen)} codewords of {size:,} that are used most, as points in a "
            f"plane. Its two directions hold {shares[0]:.0%} and {shares[1]:.0%} of their "
            "variance: points far apart are different sounds, and close ones may differ too."
        ),
        codes=chosen,
        places=np.round(_from_0_to_1(places), 4).tolist(),
        counts=[used[code] for code in chosen],
        peaks=np.round(band_centres(mel)[frames.argmax(axis=1)]).astype(int).tolist(),
        frames=np.round(255 * (frames - low) / max(high - low, 1e-6)).astype(np.uint8).tobytes(),
        axes=[
            f"{name} principal component ({share:.0%} of the variance)"
            for name, share in zip(("First", "Second"), shares, strict=True)
        ],
        sounds=sounds,
        every=every,
        lasts=lasts,
    )


def principal_components(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in the two directions in which they vary most.

    Args:
        vectors: `(n_vectors, n_dimensions)`.
    Returns:
        Their coordinates `(n_vectors, 2)`, and each direction's share of the variance `(2,)`.
    """
    centred = vectors - vectors.mean(axis=0)
    left, lengths, directions = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    # Each direction may point either way: let its largest entry be positive, on every machine.
    largest = np.abs(directions[:2]).argmax(axis=1)
    signs = np.sign(directions[[0, 1], largest])
    return left[:, :2] * lengths[:2] * signs, lengths[:2] ** 2 / max((lengths**2).sum(), 1e-12)


def _from_0_to_1(places: np.ndarray) -> np.ndarray:
    low, high = places.min(axis=0), places.max(axis=0)
    return (places - low) / np.maximum(high - low, 1e-9)
