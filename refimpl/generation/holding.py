"""Limit how long generated music holds a token to the longest hold in the training clips.

A model that is stuck repeats its last token without end, since a token is most often followed by
itself. No training clip does that, so generated music does not have to either.
"""

from collections.abc import Sequence

import numpy as np
import torch


def longest_hold(sequences: Sequence[np.ndarray], n_stages: int = 1) -> int:
    """Return the longest run of steps with the same first code.

    Args:
        sequences: codes of clips, `(n_steps * n_stages,)` each, stages side by side.
        n_stages: codes per step.

    Returns:
        A number of steps; 0 where there are none. Taught in lesson 7.
    """
    runs = (_runs(np.asarray(ids)[::n_stages]) for ids in sequences)
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
        prompts: the ids that each row continues; only codes count.
        n_codes: ids below this number are codes.
        n_stages: codes per step.
        longest: the most steps to hold a code.
    """

    def __init__(self, prompts: Sequence[torch.Tensor], n_codes: int, n_stages: int, longest: int):
        self.n_codes, self.n_stages, self.longest = n_codes, n_stages, longest
        self.count = torch.zeros(len(prompts), dtype=torch.int64)  # codes so far
        self.last = torch.full((len(prompts),), -1)  # the first code of the latest step
        self.run = torch.zeros(len(prompts), dtype=torch.int64)  # steps it has been held for
        for row, prompt in enumerate(prompts):
            codes = prompt[prompt < n_codes].cpu()
            firsts = codes[::n_stages].numpy()
            self.count[row] = len(codes)
            if len(firsts):
                self.last[row] = int(firsts[-1])
                self.run[row] = int(_runs(firsts)[-1])

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """`(B, V)` logits, with -inf for codes that have been held for `longest` steps."""
        held = (self.run >= self.longest) & (self.count % self.n_stages == 0)
        if not bool(held.any()):
            return logits
        rows = torch.nonzero(held)[:, 0]
        logits = logits.clone()
        logits[rows.to(logits.device), self.last[rows].to(logits.device)] = float("-inf")
        return logits

    def advance(self, ids: torch.Tensor) -> None:
        """Record the `(B,)` tokens that were drawn."""
        ids = ids.cpu()
        is_code = ids < self.n_codes
        first = is_code & (self.count % self.n_stages == 0)
        self.run = torch.where(first, torch.where(ids == self.last, self.run + 1, 1), self.run)
        self.last = torch.where(first, ids, self.last)
        self.count += is_code
