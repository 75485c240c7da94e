"""Packing: samples of any length side by side in rows of one length, with little padding.

`packer` fills rows with pieces of tunes, `packed_batch` turns them into a model's arrays. `tunes`
reads the tunes of a part of the data and `shard` makes that part's batches. Nothing here needs
torch.
"""

from refimpl.packing.packed_batch import PackedBatch, Segment, expand, to_tensors
from refimpl.packing.packer import Packer, PackingError, pack_corpus
from refimpl.packing.shard import Shard, ValidationBatch, make_validation_set
from refimpl.packing.tunes import Recipe, ShardTunes, TokenArrays

__all__ = [
    "PackedBatch",
    "Packer",
    "PackingError",
    "Recipe",
    "Segment",
    "Shard",
    "ShardTunes",
    "TokenArrays",
    "ValidationBatch",
    "expand",
    "make_validation_set",
    "pack_corpus",
    "to_tensors",
]
