"""The recipe for batches: every worker gets the same one, and so makes the same batches."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.objectives import Mixture

TRAIN, VALIDATION = "train", "validation"


def grab_text(item: Any) -> Any:
    """What is the text of a sample: its "text" where it is a dictionary, or itself."""
    if isinstance(item, dict):
        if "text" not in item:
            raise BirdieError(
                f"it is a dictionary with {', '.join(map(repr, item)) or 'nothing'} and no 'text';"
                " give a text_grabber_fn"
            )
        return item["text"]
    return item


@dataclass(frozen=True)
class Recipe:
    """How tunes become batches.

    Attributes:
        ds: called with split, worker_id, num_workers and rng_seed; gives samples.
        text_grabber_fn: takes the text, or the token array, out of a sample.
        tokenizer: has `encode`; for texts only.
        mixture: the objectives.
        batch_size, sequence_length: of a batch.
        n_shards: into how many parts `ds` deals its samples, over all processes.
        seed: of everything.
        start_end: put <|START|> before a tune and <|END|> after it.
        skip_bad_samples: count a sample that cannot be read, instead of stopping.
        rank: of this process; with `seed` and the batch's number it seeds a batch.
    """

    ds: Callable[..., Any]
    text_grabber_fn: Callable[[Any], Any]
    tokenizer: Any
    mixture: Mixture
    batch_size: int
    sequence_length: int
    n_shards: int
    seed: int
    start_end: bool
    skip_bad_samples: bool
    rank: int

    def tokens(self, item: Any) -> np.ndarray:
        """The token ids of a sample: (n_tokens,) int64.

        Raises:
            BirdieError: there are none, or some are not in the vocabulary.
        """
        text = self.text_grabber_fn(item)
        ids = np.asarray(self.tokenizer.encode(text) if isinstance(text, str) else text)
        if ids.size == 0:
            return np.empty(0, dtype=np.int64)
        if ids.ndim != 1 or ids.dtype.kind not in "iu":
            raise BirdieError(
                f"token ids must be whole numbers in one row, not {ids.dtype} of shape {ids.shape}"
            )
        ids = ids.astype(np.int64, copy=False)
        size, start, end = self._bounds
        # Read as unsigned, an id below 0 is huge: one look at the tokens instead of two.
        if ids.view(np.uint64).max() >= size:
            raise BirdieError(
                f"token ids go from {ids.min()} to {ids.max()}; the vocabulary has 0 to {size - 1}"
            )
        return np.concatenate((start, ids, end)) if self.start_end and ids[0] != start[0] else ids

    @cached_property
    def _bounds(self) -> tuple[int, np.ndarray, np.ndarray]:
        """The vocabulary's size, <|START|> and <|END|>: asked for once, not for every sample."""
        vocabulary = self.mixture.vocabulary
        return vocabulary.size, np.array([vocabulary.start]), np.array([vocabulary.end])
