"""How much of a tune comes back: runs of notes that it has played before.

Tunes are made of parts that return. A model that chooses each note well may still never come back
to anything, and no measure of single notes shows that. The opposite fault, a tune stuck in a loop,
returns all the time: so count how many times a run comes, too.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

RUN = 12  # notes: two bars of a fiddle tune in quavers are 12 to 16


def returning_runs(ids: np.ndarray, n: int = RUN) -> np.ndarray:
    """Tell for every run of n tokens of a tune whether it has come before.

    Args:
        ids: (n_tokens,) integers, such as note events or codes.
        n: tokens in a run.

    Returns:
        (n_tokens - n + 1,) bool, empty for a shorter tune. Entry i is the run that begins at token
        i, and true where the same run ended before token i. So a repeated note is no return of
        itself.

    Taught in lesson 10.
    """
    first: dict[bytes, int] = {}
    found = [i - first.setdefault(run, i) >= n for i, run in enumerate(_runs(ids, n))]
    return np.array(found, dtype=bool)


def share_returning(ids: np.ndarray, n: int = RUN) -> float:
    """Share of a tune's runs of n tokens that have come before.

    Args:
        ids: (n_tokens,) integers.
        n: tokens in a run.

    Returns:
        A share in [0, 1]; NaN for a tune of fewer than 2 n tokens, in which nothing can return.

    Taught in lesson 10.
    """
    return float(returning_runs(ids, n).mean()) if len(ids) >= 2 * n else float("nan")


def times_played(ids: np.ndarray, n: int = RUN) -> float:
    """How many times a tune plays those of its runs that return, on average.

    A part with its repeat gives 2. A tune stuck in a loop gives as many as there are rounds.

    Args:
        ids: (n_tokens,) integers.
        n: tokens in a run.

    Returns:
        2 or more; NaN where nothing returns.

    Taught in lesson 10.
    """
    runs = _runs(ids, n)
    back = {run for run, found in zip(runs, returning_runs(ids, n).tolist(), strict=True) if found}
    counts = Counter(runs)
    return float(np.mean([counts[run] for run in back])) if back else float("nan")


def measure_returns(tunes: Sequence[np.ndarray], n: int = RUN) -> list[dict[str, float]]:
    """Return both measures of each of several tunes, as a list for `summarise`.

    Args:
        tunes: sequences of integers, (n_tokens,) each.
        n: tokens in a run.

    Returns:
        One dictionary per tune: "returns", a share, and "times".

    Taught in lesson 10.
    """
    return [{"returns": share_returning(ids, n), "times": times_played(ids, n)} for ids in tunes]


def _runs(ids: np.ndarray, n: int) -> list[bytes]:
    """Every run of n tokens, as a key."""
    ids = np.ascontiguousarray(ids, dtype=np.int64).reshape(-1)
    return [ids[i : i + n].tobytes() for i in range(len(ids) - n + 1)]
