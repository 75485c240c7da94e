"""One new token for each sequence: the forward pass that generation repeats.

A single token needs no mask, no dropout and no arranging, and its arithmetic takes less time than
Python takes to ask for it. So this is the pass of `Transformer.mix` in as few operations as
possible: the weights are looked up once, and keys and values are written in place. A condition is
read once, however many tokens look at it.
"""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from refimpl.transformer.attention import Attention, CrossAttention
from refimpl.transformer.blocks import Block, FeedForward
from refimpl.transformer.cache import KVCache
from refimpl.transformer.positions import rotate

Layer = Callable[[Tensor], Tensor]  # (B, hidden_size) -> (B, hidden_size)


class OneToken:
    """A transformer's forward pass for one new token per sequence. Taught in lesson 7.

    Args:
        model: a `Transformer`.
        cache: its state, which holds the tokens before.
    """

    def __init__(self, model: nn.Module, cache: KVCache):
        self.cache = cache
        self.places = getattr(model, "position_embedding", None)
        self.cosines = getattr(model, "cosines", None)
        self.sines = getattr(model, "sines", None)
        self.rotation = None  # of the token at hand
        self.blocks = model.blocks
        self.condition = None  # the one that the layers look at
        self.layers = self._read_blocks()
        self.norm = _read_norm(model.norm)

    def __call__(self, x: Tensor, condition: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Give the head's input for embedded tokens, both `(B, hidden_size)`.

        Args:
            x: `(B, hidden_size)`.
            condition: as in `Transformer.mix`; the same tuple is taken to hold what it held before.
        """
        if condition is not self.condition:
            self.condition = condition
            self.layers = self._read_blocks()
        position = self.cache.length
        if self.places is not None:
            x = x + self.places.weight[position]
        if self.cosines is not None:
            self.rotation = self.cosines[position], self.sines[position]
        for layer in self.layers:
            x = layer(x)
        self.cache.length += 1
        return self.norm(x)

    def _read_blocks(self) -> list[Layer]:
        return [
            _add(block, norm, layer)
            for block in self.blocks
            for norm, layer in self._read_block(block)
        ]

    def _read_block(self, block: Block) -> Iterator[tuple[nn.Module, Layer]]:
        """Yield the layers of a block, each with the norm that belongs to it."""
        yield block.attention_norm, self._read_attention(block.attention)
        if self.condition is not None:
            yield block.cross_norm, _read_cross_attention(block.cross_attention, self.condition)
        yield block.ffn_norm, _read_feed_forward(block.ffn)

    def _read_attention(self, attention: Attention) -> Layer:
        keys, values = self.cache.keys[attention.layer], self.cache.values[attention.layer]
        shape = (-1, 3, attention.n_heads, attention.head_size)
        weight, bias = attention.qkv.weight, attention.qkv.bias
        out, out_bias = attention.out.weight, attention.out.bias
        relative = attention.relative
        most = self.cache.capacity if relative is None else relative.n_distances

        def attend(x: Tensor) -> Tensor:
            position = self.cache.length
            qkv = F.linear(x, weight, bias).view(shape)  # (B, 3, H, D)
            qk = qkv[:, :2]
            if attention.shifted:
                qk = torch.stack([qkv[:, 0], self._key_before(attention.layer, qkv[:, 1])], dim=1)
            qk = qk if self.rotation is None else rotate(qk, *self.rotation)
            query, key = qk.unbind(1)  # (B, H, D) each
            keys[:, :, position] = key
            values[:, :, position] = qkv[:, 2]
            first, end = max(0, position + 1 - most), position + 1
            query = query.unsqueeze(2)  # (B, H, 1, D)
            mixed = F.scaled_dot_product_attention(
                query,
                keys[:, :, first:end],
                values[:, :, first:end],
                attn_mask=None if relative is None else relative.bias_of_last(query, end - first),
            )  # (B, H, 1, D)
            return F.linear(mixed.flatten(1), out, out_bias)

        return attend

    def _key_before(self, layer: int, key: Tensor) -> Tensor:
        """Give a layer's key of the token before, and keep this one's; both `(B, H, D)`."""
        before = self.cache.last_key(layer)[:, :, 0]
        self.cache.last_keys[layer] = key.unsqueeze(2)
        return before


def _add(block: Block, norm_module: nn.Module, layer: Layer) -> Layer:
    """Return a layer with its residual, normalised before the layer or after the sum."""
    norm = _read_norm(norm_module)
    if block.pre:
        return lambda x: x + layer(norm(x))
    return lambda x: norm(x + layer(x))


def _read_norm(norm: nn.Module) -> Layer:
    shape, weight, eps = norm.normalized_shape, norm.weight, norm.eps
    if isinstance(norm, nn.RMSNorm):
        return lambda x: torch.rms_norm(x, shape, weight, eps)
    bias = norm.bias
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


def _read_cross_attention(attention: CrossAttention, condition: tuple[Tensor, Tensor]) -> Layer:
    seen = attention.read(condition)
    return lambda x: attention.look(x[:, None], *seen)[:, 0]


def _read_feed_forward(ffn: FeedForward) -> Layer:
    weight, bias = ffn.up.weight, ffn.up.bias
    out, out_bias = ffn.out.weight, ffn.out.bias
    activate = ffn.activate
    return lambda x: F.linear(activate(F.linear(x, weight, bias)), out, out_bias)
