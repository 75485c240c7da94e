"""Packing: samples of any length side by side in rows of one length, with little padding.

`packer` fills rows with pieces of tunes, `layout` turns them into a model's arrays. Nothing
here needs torch.
"""

from refimpl.packing.layout import PackedBatch, Segment, expand
from refimpl.packing.packer import Packer, PackingError, pack_corpus

__all__ = ["PackedBatch", "Packer", "PackingError", "Segment", "expand", "pack_corpus"]
