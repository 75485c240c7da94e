"""The KV cache: keys and values of earlier tokens, which a new token need not compute again."""

import torch

from refimpl.transformer.config import TransformerConfig, TransformerError


class KVCache:
    """Preallocated keys and values of every layer. Taught in lessons 5 and 7.

    A layer writes its new keys and values in place and reads all of them as a view: nothing is
    concatenated, so a step costs the same however often it is repeated.

    Args:
        config: the model's configuration.
        batch_size: number of sequences B.
        capacity: the most tokens to hold; by default the model's context.

    Attributes:
        length: number of tokens held.
        segment_ids: `(B, capacity)`, the segment of every token held; 0 for padding, and 1 where
            nothing else was said.
        padded: whether any token held is padding or of another segment than the first.
        one_token: the model's pass for a single new token (`OneToken`), where it has one.
    """

    def __init__(
        self,
        config: TransformerConfig,
        batch_size: int,
        capacity: int | None = None,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ):
        capacity = config.context_length if capacity is None else capacity
        if not 1 <= capacity <= config.context_length:
            raise TransformerError(
                f"a cache for {capacity} tokens does not fit a context of "
                f"{config.context_length}; give 1 to {config.context_length}"
            )
        shape = (batch_size, config.n_heads, capacity, config.head_size)
        # Zeros instead of empty memory: the entries beyond `length` must never become NaN.
        self.keys = [torch.zeros(shape, device=device, dtype=dtype) for _ in range(config.n_layers)]
        self.values = [torch.zeros_like(keys) for keys in self.keys]
        self.last_keys: dict[int, torch.Tensor] = {}  # of a layer, where keys are shifted
        self.segment_ids = torch.ones(batch_size, capacity, dtype=torch.long, device=device)
        self.one_token = None
        self.batch_size, self.capacity = batch_size, capacity
        self.length, self.padded = 0, False

    def reset(self) -> None:
        """Forget all tokens, but keep the memory allocated."""
        self.length, self.padded = 0, False
        self.segment_ids.fill_(1)
        self.last_keys.clear()

    def last_key(self, layer: int) -> torch.Tensor:
        """The last token's key before it was shifted, `(B, H, 1, D)`; zeros where there is none."""
        return self.last_keys.get(layer, torch.zeros_like(self.keys[layer][:, :, :1]))

    def check_room(self, batch_size: int, n_tokens: int) -> None:
        """Raise unless `(batch_size, n_tokens)` more tokens fit."""
        if batch_size != self.batch_size:
            raise TransformerError(
                f"{batch_size} sequences were given to a cache made for {self.batch_size}; "
                "make a new cache"
            )
        if self.length + n_tokens > self.capacity:
            raise TransformerError(
                f"{n_tokens} tokens do not fit a cache that holds {self.length} of "
                f"{self.capacity}; make a larger cache, or reset it and start from fewer tokens"
            )

    def write(
        self, layer: int, keys: torch.Tensor, values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Store a layer's new keys and values, and return all of that layer's.

        No gradient goes through the cache: it serves generation.

        Args:
            layer: index of the layer.
            keys, values: `(B, n_heads, T, head_size)`.

        Returns:
            Views `(B, n_heads, length + T, head_size)` of keys and values.
        """
        end = self.length + keys.shape[2]
        self.keys[layer][:, :, self.length : end] = keys.detach()
        self.values[layer][:, :, self.length : end] = values.detach()
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]
