"""One update of the weights: forward, backward, clip, step."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.errors import TrainingError
from refimpl.training.loss import NEXT_TOKEN, Batch, Loss, count_rows, split_batch, to_device


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
