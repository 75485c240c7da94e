"""Mask explorer: what a training sample asks, and which position may see which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import traitlets

from refimpl.display.explorers.base import Explorer, front_end
from refimpl.errors import UserError
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary

_MAX_POSITIONS = 40  # more make cells too small to see


class MaskExplorer(Explorer):
    """The widget; made by `mask_explorer`.

    Attributes:
        rows: for each choice its name, "reads" and "says" (the tokens in words, "" for no label),
            and "sees": for each position a text of 0 and 1, one for each position that it may see.
    """

    _esm = front_end("mask_explorer.js")
    rows = traitlets.List().tag(sync=True)

    def twin(self) -> str:
        return "".join(
            f"<p><b>{escape(row['name'])}</b></p><pre>{escape(_in_letters(row))}</pre>"
            for row in self.rows
        )


def mask_explorer(
    samples: Mapping[str, object], vocabulary: Vocabulary, *, title: str = ""
) -> MaskExplorer:
    """Show what samples of objectives read and say, and which position may see which.

    A row of the picture is a position that looks, a column one that is looked at. Hovering over a
    row, or the arrow keys, tell in words what that position reads, sees and has to say.

    Args:
        samples: name to `Sample` (what an objective builds), or to a list of samples that share
            one packed row.
        vocabulary: to name the special tokens: P an objective, G the answer token, M0 … sentinels.
        title: what it is, in a few words.
    Returns:
        A widget, which works without a kernel too.
    Raises:
        UserError: no samples, or a row of more than 40 positions.

    Taught in lesson 6.
    """
    if not samples:
        raise UserError("no samples given, at least one needed")
    rows = []
    for name, given in samples.items():
        # A sample is a tuple itself, a named one.
        packed = [given] if hasattr(given, "n_prefix") else list(given)
        rows.append({"name": name} | _row(packed, vocabulary))
        if len(rows[-1]["reads"]) > _MAX_POSITIONS:
            raise UserError(
                f"{name}: {len(rows[-1]['reads'])} positions given, {_MAX_POSITIONS} at most can "
                "be seen: build it from a shorter piece"
            )
    return MaskExplorer(
        title=title or "Attention masks",
        alt=f"What each position reads, may see and has to say, for {len(rows)} kinds of rows: "
        + "; ".join(f"{row['name']}, {_seen_ahead(row)}" for row in rows)
        + ".",
        rows=rows,
    )


def may_see(n_prefixes: Sequence[int], lengths: Sequence[int]) -> np.ndarray:
    """Which position of a packed row may see which.

    Every position sees itself and what came before in its own sample; the positions of a prefix
    see one another both ways.

    Args:
        n_prefixes: of each sample, how many of its first positions are its prefix.
        lengths: of each sample, how many positions it has.
    Returns:
        `(n, n)` bool: row i is what position i sees.
    """
    pairs = np.zeros((sum(lengths), sum(lengths)), bool)
    start = 0
    for n_prefix, length in zip(n_prefixes, lengths, strict=True):
        own = slice(start, start + length)
        pairs[own, own] = np.tril(np.ones((length, length), bool))
        pairs[start : start + n_prefix, start : start + n_prefix] = True
        start += length
    return pairs


def _row(packed: list, vocabulary: Vocabulary) -> dict:
    pairs = may_see([one.n_prefix for one in packed], [len(one.input_ids) for one in packed])
    words = _short_names(vocabulary)
    reads = np.concatenate([one.input_ids for one in packed]).tolist()
    says = np.concatenate([one.label_ids for one in packed]).tolist()
    return {
        "reads": [words.get(token, str(token)) for token in reads],
        "says": ["" if t == IGNORE_INDEX else words.get(t, str(t)) for t in says],
        "sees": ["".join("01"[int(seen)] for seen in row) for row in pairs],
    }


def _short_names(vocabulary: Vocabulary) -> dict[int, str]:
    """The special tokens in as few letters as lesson 6 has for them."""
    words = dict.fromkeys(vocabulary.objectives.values(), "P") | {vocabulary.answer: "G"}
    words |= {token: f"M{i}" for i, token in enumerate(vocabulary.sentinels)}
    return words | {vocabulary.start: "S", vocabulary.end: "E", vocabulary.pad: "·"}


def _seen_ahead(row: dict) -> str:
    n_both = sum("1" in sees[i + 1 :] for i, sees in enumerate(row["sees"]))
    n_labels = sum(map(bool, row["says"]))
    ahead = f"{n_both} of them see ahead" if n_both else "none of them sees ahead"
    return f"{len(row['reads'])} positions, {n_labels} with a label, {ahead}"


def _in_letters(row: dict) -> str:
    """A row as text: each position with what it sees and says."""
    lines = [
        f"reads {reads:>4}  sees {sees.replace('0', '.').replace('1', '#')}  says {says or '-'}"
        for reads, sees, says in zip(row["reads"], row["sees"], row["says"], strict=True)
    ]
    return "\n".join(lines)
