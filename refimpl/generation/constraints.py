"""The tokens that may come next: codes of the right stage, and <|END|> after a whole frame."""

from collections.abc import Sequence

import torch

from refimpl.generation.sampling import GenerationError
from refimpl.vocabulary import Vocabulary


def stage_mask(vocabulary: Vocabulary, stage_sizes: Sequence[int] | None = None) -> torch.Tensor:
    """The tokens allowed at each place of a frame's cycle of stages.

    Residual codes are flattened, stage 0, 1, … of a frame and then the next frame's, and each
    stage has its own ids. <|END|> may only come where a frame would begin.

    Args:
        vocabulary: says where codes end and which id is <|END|>.
        stage_sizes: number of codes of each stage; None for a single stage.

    Returns:
        `(n_stages, vocabulary.size)` bool. Taught in lesson 7.

    Raises:
        GenerationError: the sizes do not add up to the vocabulary's codes.
    """
    sizes = [vocabulary.n_codes] if stage_sizes is None else [int(size) for size in stage_sizes]
    if not sizes or min(sizes) < 1 or sum(sizes) != vocabulary.n_codes:
        raise GenerationError(
            f"stage sizes {sizes} do not add up to the vocabulary's {vocabulary.n_codes} codes"
        )
    mask = torch.zeros(len(sizes), vocabulary.size, dtype=torch.bool)
    first = 0
    for stage, size in enumerate(sizes):
        mask[stage, first : first + size] = True
        first += size
    mask[0, vocabulary.end] = True
    return mask


class TokenConstraint:
    """Rules out forbidden tokens, row by row.

    A row's place in the cycle advances with every code that it holds, so that special tokens
    between frames do not shift it.

    Args:
        vocabulary: the model's vocabulary.
        allowed: `(cycle, vocabulary.size)` bool, or `(vocabulary.size,)` for a cycle of one.
        n_codes_before: `(B,)` int64, codes in each row's prompt.
    """

    def __init__(self, vocabulary: Vocabulary, allowed: torch.Tensor, n_codes_before: torch.Tensor):
        allowed = torch.as_tensor(allowed, dtype=torch.bool)
        allowed = allowed[None] if allowed.dim() == 1 else allowed
        if allowed.dim() != 2 or allowed.shape[1] != vocabulary.size:
            raise GenerationError(
                f"the mask of allowed tokens has shape {tuple(allowed.shape)}; "
                f"give (cycle, {vocabulary.size})"
            )
        unfinished = allowed.clone()
        unfinished[:, vocabulary.end] = False
        if not bool(unfinished.any(dim=1).all()):
            raise GenerationError(
                "the mask of allowed tokens leaves nothing but <|END|> at some place; allow a code"
            )
        self.n_codes, self.cycle = vocabulary.n_codes, allowed.shape[0]
        device = n_codes_before.device
        self.bias, self.bias_unfinished = (_bias(mask).to(device) for mask in (allowed, unfinished))
        self.place = n_codes_before % self.cycle

    def apply(self, logits: torch.Tensor, may_end: bool) -> torch.Tensor:
        """`(B, V)` logits with -inf for forbidden tokens; <|END|> only if `may_end`."""
        bias = self.bias if may_end else self.bias_unfinished
        return logits + (bias if self.cycle == 1 else bias[self.place])

    def advance(self, ids: torch.Tensor) -> None:
        """Record the `(B,)` tokens that were drawn."""
        if self.cycle > 1:
            self.place = (self.place + (ids < self.n_codes)) % self.cycle


def _bias(allowed: torch.Tensor) -> torch.Tensor:
    return torch.zeros(allowed.shape).masked_fill_(~allowed, float("-inf"))
