"""A corpus as token ids on disk: written once, then read in training without any audio.

`writing` tokenizes clips into shards, `manifest` lists their contents, and `reading` reads them.
"""

from refimpl.dataset.manifest import DatasetError
from refimpl.dataset.reading import TokenDataset
from refimpl.dataset.writing import tokenize_corpus

__all__ = ["DatasetError", "TokenDataset", "tokenize_corpus"]
