"""The exercises of lesson 5: the transformer.

The lesson trains a model that is made of these functions. So where they belong to the model, a
check also looks at the gradient that flows through them; what several need for that is here.
"""

import torch

INFINITY = float("inf")


def gradient(result: torch.Tensor, by: torch.Tensor, name: str) -> torch.Tensor:
    """The derivative of a result by a leaf, with a different weight on each of its numbers.

    Raises:
        ValueError: The result is no tensor, or autograd cannot follow it back to the leaf.
    """
    if not torch.is_tensor(result):
        raise ValueError("return a tensor")
    broken = (
        f"no gradient leads from the result back to {name}, so a model could not be trained; use "
        "operations of torch all the way, without .detach(), .item() or numpy"
    )
    if not result.requires_grad:
        raise ValueError(broken)
    weights = torch.linspace(0.5, 1.5, result.numel()).reshape(result.shape)
    try:
        # The graph is kept for the gradients by other arguments.
        (found,) = torch.autograd.grad(
            (result * weights).sum(), [by], retain_graph=True, allow_unused=True
        )
    except RuntimeError as error:
        if "inplace" not in str(error):
            raise
        raise ValueError(
            "an operation in place, such as `weights /= …`, changed numbers that the gradient "
            "needs; write `weights = weights / …`"
        ) from None
    if found is None:
        raise ValueError(broken)
    return found
