"""Pictures of token ids."""

from __future__ import annotations

import numpy as np

from refimpl.display.pictures import BLUE, VERMILLION, Picture, new_picture
from refimpl.errors import UserError


def plot_tokens(
    ids: np.ndarray,
    *,
    n_codes: int | None = None,
    tokens_per_second: float | None = None,
    title: str = "",
) -> Picture:
    """Draw token ids as points: position to the right, id upwards.

    Neighbouring ids have no common meaning. The plot shows repetition: a held note is a row of
    points at one height. Residual stages are stacked, each in its own range.

    Args:
        ids: `(n_tokens,)` integers.
        n_codes: ids from this number on are special tokens, drawn as crosses; None for none.
        tokens_per_second: labels the axis with seconds instead of positions.
        title: above the picture.
    Returns:
        A Picture with one axes.
    Raises:
        UserError: no ids, or something else than a row of integers.

    Taught in lesson 3.
    """
    ids = np.asarray(ids)
    if ids.ndim != 1 or ids.size == 0 or ids.dtype.kind not in "iu":
        raise UserError(
            f"an array of shape {ids.shape} and type {ids.dtype} given, a row of at least one "
            "integer id needed"
        )
    positions = np.arange(len(ids)) / (tokens_per_second or 1.0)
    is_code = (ids >= 0) & (ids < n_codes) if n_codes else np.ones(len(ids), bool)
    picture, (axes,) = new_picture(size=(8.0, 3.0))
    size = float(np.clip(2000 / len(ids), 2, 20))
    axes.scatter(positions[is_code], ids[is_code], s=size, color=BLUE, linewidths=0)
    if not is_code.all():
        axes.scatter(
            positions[~is_code],
            ids[~is_code],
            s=40,
            color=VERMILLION,
            marker="x",
            label="special tokens",
        )
        axes.legend(loc="upper right")
    unit = "Time (s)" if tokens_per_second else "Position"
    axes.set(xlabel=unit, ylabel="Token id", title=title)
    axes.margins(x=0.01)
    picture.alt = _in_words(ids, is_code, n_codes, tokens_per_second, title)
    return picture


def _in_words(
    ids: np.ndarray,
    is_code: np.ndarray,
    n_codes: int | None,
    tokens_per_second: float | None,
    title: str,
) -> str:
    """Describe the picture: the numbers of ids and of different ids, and the share of repeats."""
    codes = ids[is_code]
    length = f" over {len(ids) / tokens_per_second:.2f} s" if tokens_per_second else ""
    used = f"{len(np.unique(codes)):,} different codes" + (f" of {n_codes:,}" if n_codes else "")
    said = f"Tokens{f' of {title}' if title else ''}: {len(ids):,} ids{length}, {used}"
    if len(codes) > 1:
        said += f", {np.mean(codes[1:] == codes[:-1]):.0%} the same as the one before"
    n_special = int((~is_code).sum())
    if n_special:
        said += f", {n_special} special token{'s' * (n_special > 1)}"
    return said + "."
