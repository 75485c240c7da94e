"""The default tokenizer: token ids written as text, "[12, 45, 511]"."""

import json

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.vocabulary import IGNORE_INDEX


class LiteralTokenizer:
    """Reads and writes lists of token ids.

    Source: the report, "String representation for Birdie". Taught in lesson 6.
    """

    def encode(self, text: str) -> np.ndarray:
        """Read a literal: (n_tokens,) int64. Padding, which literals write as -100, is left out.

        Raises:
            BirdieError: the text is no list of whole numbers.
        """
        try:
            values = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            values = None
        if isinstance(values, list):
            if not values:
                return np.empty(0, dtype=np.int64)
            ids = np.asarray(values) if _are_numbers(values) else None
            if ids is not None and ids.dtype == np.int64:
                return ids[ids != IGNORE_INDEX]
        shown = repr(text if len(str(text)) <= 40 else str(text)[:40] + "...")
        raise BirdieError(f'a text of tokens looks like "[123, 45, 511]", not {shown}')

    def decode(self, ids: np.ndarray) -> str:
        """Write ids (n_tokens,) as a literal."""
        return json.dumps(np.asarray(ids).tolist())


def _are_numbers(values: list) -> bool:
    return set(map(type, values)) == {int}
