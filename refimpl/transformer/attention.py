"""Self-attention: every token gathers information from the tokens that its mask allows."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from refimpl.transformer.cache import KVCache
from refimpl.transformer.config import TransformerConfig
from refimpl.transformer.positions import rotate
from refimpl.transformer.relative import RelativePositions

BLOCK = 96  # queries per block of `attend_in_blocks`; 64 to 128 were the fastest
MOST_SCORES = 2**26  # scores that `attend_in_blocks` may keep for the backward pass: 256 MB


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al. 2017, section 3.2). Taught in lesson 5."""

    def __init__(self, config: TransformerConfig, layer: int):
        super().__init__()
        self.n_heads, self.head_size = config.n_heads, config.head_size
        self.layer, self.dropout = layer, config.dropout
        # One matrix for queries, keys and values: one large product is faster than three small.
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.bias)
        self.out = nn.Linear(config.hidden_size, config.hidden_size, bias=config.bias)
        self.shifted = config.shifted_keys
        self.relative = None
        if config.n_distances:
            self.relative = RelativePositions(config.n_distances, self.n_heads, self.head_size)

    def forward(
        self,
        x: torch.Tensor,
        rotation: tuple[torch.Tensor, torch.Tensor] | None = None,
        bias: torch.Tensor | None = None,
        is_causal: bool = True,
        cache: KVCache | None = None,
        begins: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Attend within `x`, and to the tokens in the cache.

        Args:
            x: `(B, T, hidden_size)`.
            rotation: RoPE's cosines and sines, or None.
            bias: `(B, 1, T, K)`, added to the scores, or None.
            is_causal: whether the mask is causal (only if `bias` is None).
            cache: written and read when given.
            begins: `(B, T)` bool, where a sample begins; None: at the first token alone.

        Returns:
            `(B, T, hidden_size)`.
        """
        n_batch, n_tokens, width = x.shape
        qkv = self.qkv(x).view(n_batch, n_tokens, 3, self.n_heads, self.head_size)
        # One copy, after which every head's matrices are contiguous.
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4).contiguous()  # (3, B, H, T, D)
        if self.shifted:
            keys = self._shift(keys, begins, cache)
        if rotation is not None:
            queries, keys = rotate(queries, *rotation), rotate(keys, *rotation)
        if cache is not None:
            keys, values = cache.write(self.layer, keys, values)  # (B, H, K, D)
        if self.relative is not None:
            distances = self.relative.bias(queries, keys.shape[2])  # (B, H, T, K)
            bias, is_causal = distances if bias is None else bias + distances, False
        dropout = self.dropout if self.training else 0.0
        if cache is None and _blocks_are_faster(queries, bias, is_causal):
            mixed = attend_in_blocks(queries, keys, values, bias, dropout)
        else:
            mixed = F.scaled_dot_product_attention(
                queries, keys, values, attn_mask=bias, dropout_p=dropout, is_causal=is_causal
            )
        return self.out(mixed.transpose(1, 2).reshape(n_batch, n_tokens, width))

    def _shift(self, keys, begins, cache):
        """Give every token the key of the one before it, `(B, H, T, D)`; the first gets zeros."""
        before = torch.zeros_like(keys[:, :, :1]) if cache is None else cache.last_key(self.layer)
        shifted = torch.cat([before, keys[:, :, :-1]], dim=2)
        if cache is not None:
            cache.last_keys[self.layer] = keys[:, :, -1:].detach()
        return shifted if begins is None else shifted.masked_fill(begins[:, None, :, None], 0.0)


class CrossAttention(nn.Module):
    """Attention from every token to a condition: text, a melody, a key.

    A token may also look at nothing, a key and a value of zeros. So where the mask leaves nothing
    to look at, the output is 0, and the model is the one without a condition.

    Source: Vaswani et al. 2017, section 3.2.3.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.n_heads, self.dropout = config.n_heads, config.dropout
        self.queries = nn.Linear(config.hidden_size, config.hidden_size, bias=False)
        self.keys_values = nn.Linear(config.hidden_size, 2 * config.hidden_size, bias=False)
        self.out = nn.Linear(config.hidden_size, config.hidden_size, bias=False)

    def forward(
        self, x: torch.Tensor, condition: tuple[torch.Tensor, torch.Tensor]
    ) -> torch.Tensor:
        """Look at a condition.

        Args:
            x: `(B, T, hidden_size)`.
            condition: vectors `(B, S, hidden_size)`, and their mask `(B, S)` bool, false for those
                that are padding or dropped.

        Returns:
            `(B, T, hidden_size)`.
        """
        return self.look(x, *self.read(condition))

    def read(self, condition: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Return what `look` takes of a condition, which is the same for all tokens.

        Returns:
            keys and values `(B, H, 1 + S, D)` and the mask `(B, 1, 1, 1 + S)`; nothing, in front.
        """
        vectors, mask = condition
        vectors = F.pad(vectors, (0, 0, 1, 0))  # (B, 1 + S, C)
        keys, values = self.keys_values(vectors).chunk(2, dim=-1)  # (B, 1 + S, C) each
        heads = (self.n_heads, -1)
        keys, values = (y.unflatten(-1, heads).transpose(1, 2) for y in (keys, values))
        return keys, values, F.pad(mask, (1, 0), value=True)[:, None, None]

    def look(
        self, x: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Attend to a condition that was read, from `(B, T, hidden_size)`, to the same shape."""
        queries = self.queries(x).unflatten(-1, (self.n_heads, -1)).transpose(1, 2)  # (B, H, T, D)
        dropout = self.dropout if self.training else 0.0
        mixed = F.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, dropout_p=dropout
        )
        return self.out(mixed.transpose(1, 2).flatten(2))


def attend_in_blocks(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    bias: torch.Tensor | None = None,
    dropout: float = 0.0,
) -> torch.Tensor:
    """Scaled dot-product attention, written out, for training on a CPU.

    The same numbers as `scaled_dot_product_attention`, in less than half of its time forwards and
    backwards (torch 2.13, 260 tokens, heads 32 wide): the products use the fastest matrix
    routine available, and the probabilities are stored instead of computed again. A causal block
    of queries skips the keys after it, which saves a third of the work.

    Args:
        queries, keys, values: `(B, H, T, D)` each.
        bias: `(B, 1, T, T)` added to the scores; None for causal attention.
        dropout: share of the probabilities that is dropped.

    Returns:
        `(B, H, T, D)`. Taught in lesson 5.
    """
    n_batch, n_heads, n_tokens, head_size = queries.shape
    queries = queries / math.sqrt(head_size)
    queries, keys, values = (x.flatten(0, 1) for x in (queries, keys, values))  # (B H, T, D)
    causal = queries.new_full((n_tokens, n_tokens), float("-inf")).triu_(1)
    mixed = []
    for start in range(0, n_tokens, BLOCK):
        end = min(start + BLOCK, n_tokens)
        seen = end if bias is None else n_tokens
        scores = torch.bmm(queries[:, start:end], keys[:, :seen].mT)  # (B H, block, seen)
        if bias is None:
            scores.add_(causal[start:end, :seen])
        else:
            scores = scores.unflatten(0, (n_batch, n_heads)) + bias[:, :, start:end]
            scores = scores.flatten(0, 1)
        weights = F.dropout(torch.softmax(scores, dim=-1), dropout)
        mixed.append(torch.bmm(weights, values[:, :seen]))  # (B H, block, D)
    return torch.cat(mixed, dim=1).unflatten(0, (n_batch, n_heads))


def _blocks_are_faster(queries: torch.Tensor, bias: torch.Tensor | None, is_causal: bool) -> bool:
    """Whether this is training on a CPU with scores that fit its memory."""
    n_batch, n_heads, n_tokens, _ = queries.shape
    return (
        queries.device.type == "cpu"
        and queries.requires_grad
        and (is_causal or bias is not None)
        and n_batch * n_heads * n_tokens * n_tokens <= MOST_SCORES
    )
