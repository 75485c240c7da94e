"""A corpus as token ids on disk: made once, then read by training without any audio.

`writing` tokenizes clips into shards, `manifest` says what they hold, `reading` gives them back.
"""

from refimpl.dataset.manifest import DatasetError
from refimpl.dataset.reading import TokenDataset
from refimpl.dataset.writing import tokenize_corpus

__all__ = ["DatasetError", "TokenDataset", "tokenize_corpus"]
