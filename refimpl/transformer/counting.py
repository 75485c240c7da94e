"""The size of a transformer, and its arithmetic per token."""

from refimpl.transformer.config import TransformerConfig


def count_parameters(config: TransformerConfig) -> int:
    """Trained numbers, embeddings included; a tied head counts once. Taught in lesson 5."""
    width, inner = config.hidden_size, config.ffn_hidden_size
    up = 2 * inner if config.activation == "swiglu" else inner
    matrices = 4 * width * width + width * up + inner * width
    biases = 3 * width + width + up + width if config.bias else 0
    norm = width * (2 if config.normalization == "layer" and config.bias else 1)
    cross = 4 * width * width + norm if config.cross_attention else 0
    total = config.n_layers * (matrices + biases + 2 * norm + cross) + norm
    total += config.n_columns * config.vocabulary_size * width * (1 if config.tied_weights else 2)
    if config.has_position_embedding:
        total += config.context_length * width
    total += config.n_layers * config.n_distances * width
    return total


def count_flops_per_token(
    config: TransformerConfig, n_tokens: int | None = None, *, backward: bool = True
) -> int:
    """Floating-point operations of the matrix products for one token of a sequence.

    A product with a matrix of N numbers costs 2 N per token. That includes the head, but not the
    embedding, which is a look-up. Attention's scores and weighted sum cost 4 x tokens x hidden_size
    per layer. The backward pass costs twice the forward pass. As usual, the count ignores the
    causal mask, so a kernel that skips the masked half does less. It leaves out what a condition
    costs.

    Args:
        config: the model's shape.
        n_tokens: length of the sequence; by default the context.
        backward: whether to count training (forward and backward) or the forward pass alone.

    Sources: Kaplan et al. 2020, section 2.1; Chowdhery et al. 2022 (PaLM), appendix B.
    """
    n_tokens = config.context_length if n_tokens is None else n_tokens
    width, inner = config.hidden_size, config.ffn_hidden_size
    up = 2 * inner if config.activation == "swiglu" else inner
    layer = 2 * (4 * width * width + width * up + inner * width) + 4 * n_tokens * width
    forward = config.n_layers * layer + 2 * width * config.n_columns * config.vocabulary_size
    return 3 * forward if backward else forward
