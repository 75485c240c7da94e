"""The transformer: a decoder with tied weights, prefix and segment masks, and a KV cache.

Read in this order: `config`, `masks`, `positions`, `cache`, `attention`, `blocks`, `step`,
`model`, `counting`, `precision`. `refimpl.backbones` has the embedding, the head and
the loss.
"""

from refimpl.transformer.attention import attend_in_blocks
from refimpl.transformer.cache import KVCache
from refimpl.transformer.config import TransformerConfig, TransformerError
from refimpl.transformer.counting import count_flops_per_token, count_parameters
from refimpl.transformer.masks import allowed_pairs
from refimpl.transformer.model import Transformer
from refimpl.transformer.positions import rotary_table, rotate
from refimpl.transformer.precision import fast_matmul
from refimpl.vocabulary import CAUSAL, IGNORE_INDEX, PAD, PREFIX

__all__ = [
    "CAUSAL",
    "IGNORE_INDEX",
    "PAD",
    "PREFIX",
    "KVCache",
    "Transformer",
    "TransformerConfig",
    "TransformerError",
    "allowed_pairs",
    "attend_in_blocks",
    "count_flops_per_token",
    "count_parameters",
    "fast_matmul",
    "rotary_table",
    "rotate",
]
