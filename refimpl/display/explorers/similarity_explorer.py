"""Similarity explorer: the bars of tunes against one another, each pair to be heard."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape

import matplotlib.image
import numpy as np
import traitlets

from refimpl.corpora.scores import Playing, play
from refimpl.display.explorers.base import GAP_SECONDS, Explorer, front_end, to_mp3
from refimpl.errors import UserError
from refimpl.metrics.similarity import bar_similarity

_MAX_SECONDS = 150.0  # all tunes together
_ALIKE = 0.9  # of two bars that are as good as the same
Tune = tuple[np.ndarray, np.ndarray]  # notes (n_notes, 4), and bar lines (n_bars + 1,) in ticks


class SimilarityExplorer(Explorer):
    """The widget; made by `similarity_explorer`."""

    _esm = front_end("similarity_explorer.js")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    similarities = traitlets.List(traitlets.Bytes()).tag(sync=True)  # of each, rows of 0 to 255
    bars = traitlets.List().tag(sync=True)  # of each, the seconds of its bar lines in the sound
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, one tune after the other

    def twin(self) -> str:
        return "".join(
            f'<img alt="{escape(name)}: its bars against one another" style="width: 15rem; '
            f'image-rendering: pixelated" src="data:image/png;base64,{_png(table, len(bars) - 1)}">'
            for name, table, bars in zip(self.names, self.similarities, self.bars, strict=True)
        )


def similarity_explorer(
    tunes: Mapping[str, Tune], how: Playing, *, title: str = ""
) -> SimilarityExplorer:
    """Show how similar the bars of tunes are, and play any two of them.

    A square for each tune has a row and a column for each bar. The stronger a cell, the
    more alike its two bars. A click plays the two, the earlier one first; the whole tune can be
    followed as it plays.

    Args:
        tunes: names, and of each the notes `(n_notes, 4)` as in `Score.notes` and the bar lines
            `(n_bars + 1,)` in ticks.
        how: tempo and instrument.
        title: a few words about it.

    Returns:
        A widget, which works without a kernel too.

    Raises:
        UserError: no tune, one without bars, or more than fits a page.

    Taught in lesson 10.
    """
    if not tunes:
        raise UserError("no tune given, one or more needed, each with a name")
    tables = {name: bar_similarity(notes, bars) for name, (notes, bars) in tunes.items()}
    lines, heard, at = [], [], 0.0
    gap = np.zeros(round(GAP_SECONDS * how.sample_rate), np.float32)
    for notes, bars in tunes.values():
        start, stop = int(bars[0]), int(bars[-1])
        audio = _play(notes, start, stop, how)
        seconds = at + (np.asarray(bars) - start) * how.seconds_per_tick
        lines.append([round(float(line), 4) for line in seconds])
        heard += [audio, gap]
        at += (len(audio) + len(gap)) / how.sample_rate
        if at > _MAX_SECONDS:
            raise UserError(
                f"{at:.0f} s of sound or more given, {_MAX_SECONDS:.0f} s at most fit a page: show "
                "fewer tunes, or play them faster"
            )
    return SimilarityExplorer(
        title=title or "The bars of a tune against one another",
        alt=" ".join(_in_words(name, table) for name, table in tables.items()),
        names=list(tunes),
        similarities=[
            np.round(255 * table).astype(np.uint8).tobytes() for table in tables.values()
        ],
        bars=lines,
        sounds=to_mp3(np.concatenate(heard), how.sample_rate),
    )


def _play(notes: np.ndarray, start: int, stop: int, how: Playing) -> np.ndarray:
    cut = np.asarray(notes, np.int64)
    cut = cut[(cut[:, 0] < stop) & (cut[:, 0] + cut[:, 1] > start)].copy()
    ends = np.minimum(cut[:, 0] + cut[:, 1], stop)
    cut[:, 0] = np.maximum(cut[:, 0], start)
    cut[:, 1] = ends - cut[:, 0]
    cut[:, 0] -= start
    return play(cut, stop - start, how)


def _in_words(name: str, table: np.ndarray) -> str:
    earlier = np.tril(table, -1)
    n_again = int((earlier.max(axis=1) >= _ALIKE).sum())
    return (
        f"{name}: {len(table)} bars, of which {n_again} are as good as the same as an earlier one."
    )


def _png(table: bytes, n_bars: int) -> str:
    grey = 255 - np.frombuffer(table, np.uint8).reshape(n_bars, n_bars)
    with io.BytesIO() as file:
        matplotlib.image.imsave(file, grey, cmap="gray", vmin=0, vmax=255, format="png")
        return base64.b64encode(file.getvalue()).decode("ascii")
