"""AdamW, with weight decay only where it belongs."""

import torch
from torch import nn

from refimpl.training.configuration import TrainingConfig


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Split a model's parameters into those that decay and those that do not.

    Decay pulls a weight towards zero. For a matrix that is a preference for simple maps; a norm's
    gain, a bias or the embedding of a rare token it would only shrink without a gradient to answer.

    Args:
        model: any module; a tied output layer shares its embedding's parameter, and its group.
        weight_decay: for the first group.

    Returns:
        Two groups for an optimizer; the second has weight decay 0.
    """
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    decayed, others = [], []
    for parameter in model.parameters():
        if parameter.requires_grad:
            is_matrix = parameter.ndim >= 2 and id(parameter) not in embeddings
            (decayed if is_matrix else others).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW over a model's parameters, in one fused kernel where the device has it.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (2019).
    Taught in lesson 5.
    """
    devices = {parameter.device.type for parameter in model.parameters()}
    return torch.optim.AdamW(
        parameter_groups(model, config.weight_decay),
        lr=config.learning_rate,
        betas=config.betas,
        fused=devices <= {"cpu", "cuda"},
    )


def optimizer_tensors(optimizer: torch.optim.Optimizer, model: nn.Module) -> dict[str, dict]:
    """An optimizer's running means under the names of the parameters they belong to."""
    return {
        name: dict(optimizer.state[parameter])
        for name, parameter in model.named_parameters()
        if parameter in optimizer.state
    }


def load_optimizer_tensors(
    optimizer: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, dict]
) -> None:
    """Undo `optimizer_tensors`; each tensor goes to its parameter's device."""
    for name, parameter in model.named_parameters():
        if name in tensors:
            optimizer.state[parameter] = {
                key: value.to(parameter.device) for key, value in tensors[name].items()
            }
