"""One update of the weights: forward, backward, clip, step; its learning rate and optimizer."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.config import TrainingConfig, TrainingError
from refimpl.training.loss import NEXT_TOKEN, Batch, Loss, count_rows, split_batch, to_device


def training_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    accelerator: Accelerator,
    *,
    loss: Loss = NEXT_TOKEN,
    learning_rate: float,
    clip_norm: float | None = None,
    n_accumulate: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Update a model on one batch, which all processes have and of which each takes its rows.

    The gradients of the pieces' sums are added, and divided by the weight of the whole batch. So
    the update is that of the whole batch at once.

    Args:
        model: prepared by `accelerator`.
        optimizer: prepared by `accelerator`.
        batch: entries of batch_size rows, on the CPU.
        accelerator: knows the device and the other processes.
        loss: of the model on a piece of the batch.
        learning_rate: of this step.
        clip_norm: the gradient is scaled down to this norm.
        n_accumulate: pieces that pass through this process one after the other.

    Returns:
        This process's part of the mean loss (the parts sum to the batch's), the gradient's norm
        before clipping, and the weight of the whole batch. All stay on the device, since reading
        them would make it wait.

    Raises:
        TrainingError: there are fewer rows than pieces.

    Taught in lesson 5.
    """
    n_processes, n_rows = accelerator.num_processes, count_rows(batch)
    n_pieces = n_processes * n_accumulate
    if n_rows < n_pieces:
        raise TrainingError(
            f"a batch of {n_rows} rows cannot be dealt to {n_pieces} pieces (processes times"
            " gradient_accumulation_steps); use a larger batch_size or fewer pieces"
        )
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    first = accelerator.process_index * n_accumulate
    total = weight = 0
    for i, piece in enumerate(split_batch(batch, n_pieces)[first : first + n_accumulate]):
        with nullcontext() if i == n_accumulate - 1 else accelerator.no_sync(model):
            piece_sum, piece_weight = loss(model, to_device(piece, accelerator.device))
            # The weight of several pieces is not known yet: until then, any number serves.
            divisor = at_least_one(piece_weight) if n_pieces == 1 else n_rows
            # Gradients are averaged over the processes.
            accelerator.backward(piece_sum / divisor * n_processes)
        total, weight = total + piece_sum.detach(), weight + piece_weight
    if n_pieces > 1:
        weight = accelerator.reduce(weight, "sum")
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad.mul_(n_rows / at_least_one(weight))
    norm = accelerator.clip_grad_norm_(model.parameters(), clip_norm or float("inf"))
    optimizer.step()
    optimizer.zero_grad()
    return (total / at_least_one(weight)).float(), norm, weight


def at_least_one(weight: torch.Tensor) -> torch.Tensor:
    """A weight to divide by: 1 where it is 0, so that nothing over nothing is 0."""
    return torch.where(weight > 0, weight, 1)


def seed_step(seed: int, step: int, process: int, device: torch.device) -> None:
    """Make a step's randomness on a device (dropout) depend on these three numbers alone.

    So no random state needs saving: step 501 draws the same whether the run came through the first
    500 or was resumed there, and whatever a callback or a validation drew in between.
    """
    words = np.random.SeedSequence([seed, step, process]).generate_state(2)
    number = int(words[0]) << 31 | int(words[1]) >> 1  # 63 bits
    if device.type == "cpu":
        torch.default_generator.manual_seed(number)  # a millisecond faster than for all devices
    else:
        torch.manual_seed(number)


def learning_rate(step: int, config: TrainingConfig, *, seconds: float = 0.0) -> float:
    """The learning rate of the update that follows `step` updates.

    The cosine runs over the whole run and the warm-up multiplies it, so that one formula serves a
    run that is limited by steps and one that is limited by the clock.

    Args:
        step: updates made so far, from 0.
        config: the run's options.
        seconds: time spent in training so far; matters only where `max_seconds` is set.

    Returns:
        The rate, between 0 and `config.learning_rate`.

    Source: Loshchilov and Hutter, SGDR (2017), section 3, with one period and no restarts.
    Taught in lesson 5.
    """
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    cosine = 0.5 * (1.0 + math.cos(math.pi * share_done(step, seconds, config)))
    floor = config.final_learning_rate
    return config.learning_rate * warmup * (floor + (1.0 - floor) * cosine)


def share_done(step: int, seconds: float, config: TrainingConfig) -> float:
    """How much of a run is over, from 0 to 1, by its steps or by its clock, whichever is further.

    Args:
        step: updates made so far.
        seconds: time spent in them.
        config: gives the limits, `steps` and `max_seconds`.

    Returns:
        0 before the first update; 1 at the last one, so that it uses the floor of the schedule.
    """
    by_steps = step / max(1, config.steps - 1) if config.steps else 0.0
    by_clock = seconds / config.max_seconds if config.max_seconds else 0.0
    return min(1.0, max(by_steps, by_clock))


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
