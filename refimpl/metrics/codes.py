"""The use of a code, its bit rate, and its loss per second: figures that compare across codes.

Nats per token do not compare models with different tokens: a model that cuts a second into 31
tokens has a harder choice each time than one that cuts it into 689. Both predict the same second
of music, so nats per second can be compared.
"""

import numpy as np

from refimpl.errors import UserError


def _counts(ids: np.ndarray, n_codes: int | None) -> np.ndarray:
    """How often each code occurs: (n_codes,)."""
    ids = np.asarray(ids).reshape(-1)
    if ids.size and (ids.min() < 0 or (n_codes is not None and ids.max() >= n_codes)):
        last = "" if n_codes is None else n_codes - 1
        raise UserError(
            f"ids lie in {ids.min()}…{ids.max()}, but codes in 0…{last}; "
            "leave out special tokens and padding"
        )
    return np.bincount(ids.astype(np.int64), minlength=n_codes or 0)


def perplexity(ids: np.ndarray) -> float:
    """Effective number of codes in use: the exponential of the entropy of their frequencies.

    Args:
        ids: integers of any shape, without special tokens.

    Returns:
        From 1 (always the same code) to the number of codes (all equally often); NaN for no ids.

    Raises:
        UserError: for a negative id.

    Taught in lesson 3.
    """
    counts = _counts(ids, None)
    if not counts.sum():
        return float("nan")
    share = counts[counts > 0] / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def usage(ids: np.ndarray, n_codes: int) -> float:
    """Share of the codes that occur at all, in [0, 1].

    Args:
        ids: integers of any shape, without special tokens.
        n_codes: number of codes.

    Raises:
        UserError: for an id outside 0 … n_codes - 1.

    Taught in lesson 3.
    """
    return float((_counts(ids, n_codes) > 0).sum() / n_codes)


def bits_per_second(tokens_per_second: float, n_codes: int) -> float:
    """Return the bit rate: tokens per second times the bits for choosing one of n_codes.

    Args:
        tokens_per_second: frames per second times stages.
        n_codes: codes that one token chooses from (of one stage, if there are several).

    Returns:
        Bits per second of audio.

    Taught in lesson 3.
    """
    return tokens_per_second * float(np.log2(n_codes))


def nats_per_second(nats_per_token: float, tokens_per_second: float) -> float:
    """Return the loss per second of audio, which does not depend on the choice of tokens.

    Args:
        nats_per_token: mean cross-entropy, as the training loss.
        tokens_per_second: frames per second times stages.

    Returns:
        Nats per second of audio; lower is better.

    Taught in lesson 5.
    """
    return nats_per_token * tokens_per_second
