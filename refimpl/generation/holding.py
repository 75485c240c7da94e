"""Limit how long generated music holds a token to the longest hold in the training clips.

A model that is stuck repeats its last token without end, since a token is most often followed by
itself. No training clip does that, so generated music does not have to either.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch


def longest_hold(sequences: Iterable[np.ndarray]) -> int:
    """Return the longest run of steps with the same first code.

    Args:
        sequences: codes of clips, `(n_steps,)` or `(n_steps, n_streams)` each.

    Returns:
        A number of steps; 0 where there are none. Taught in lesson 7.
    """
    runs = (_runs(codes if np.ndim(codes) == 1 else codes[:, 0]) for codes in sequences)
    return max((int(lengths.max(initial=0)) for lengths in runs), default=0)


def _runs(codes: np.ndarray) -> np.ndarray:
    """Lengths of the runs of equal codes in `(n_steps,)`."""
    if len(codes) == 0:
        return np.zeros(0, dtype=np.int64)
    changes = np.flatnonzero(np.diff(codes)) + 1
    return np.diff(np.concatenate([[0], changes, [len(codes)]]))


class HoldLimit:
    """Rules out a step's first code after it has been held for the longest time, row by row.

    Args:
        prompts: column 0 of what each row continues, `(n_tokens,)`; only codes count.
        n_codes: ids below this number are codes.
        cycle: codes of column 0 in a step.
        longest: the most steps to hold a code.
    """

    def __init__(self, prompts: Sequence[torch.Tensor], n_codes: int, cycle: int, longest: int):
        self.n_codes, self.cycle, self.longest = n_codes, cycle, longest
        self.count: list[int] = []  # codes so far
        self.last: list[int] = []  # the first code of the latest step
        self.run: list[int] = []  # steps it has been held for
        for prompt in prompts:
            codes = prompt[prompt < n_codes].cpu()
            firsts = codes[::cycle].numpy()
            self.count.append(len(codes))
            self.last.append(int(firsts[-1]) if len(firsts) else -1)
            self.run.append(int(_runs(firsts)[-1]) if len(firsts) else 0)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """`(B, n_columns, V)` scores, -inf for codes that have been held for `longest` steps."""
        held = [
            row
            for row, run in enumerate(self.run)
            if run >= self.longest and self.count[row] % self.cycle == 0
        ]
        if held:
            logits = logits.clone()
            logits[held, 0, [self.last[row] for row in held]] = float("-inf")
        return logits

    def advance(self, ids: Sequence[int]) -> None:
        """Record the tokens that were drawn in column 0, one for each row."""
        for row, token in enumerate(ids):
            if token >= self.n_codes:
                continue
            if self.count[row] % self.cycle == 0:
                self.run[row] = self.run[row] + 1 if token == self.last[row] else 1
                self.last[row] = token
            self.count[row] += 1
