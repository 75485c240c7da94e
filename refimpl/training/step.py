"""One update of the weights: forward, backward, clip, step."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.errors import TrainingError
from refimpl.vocabulary import IGNORE_INDEX


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


def split_batch(
    batch: dict[str, torch.Tensor], n_pieces: int, chosen: range
) -> list[dict[str, torch.Tensor]]:
    """Cut a batch by rows into nearly equal pieces, and give the chosen ones.

    Raises:
        TrainingError: there are fewer rows than pieces.
    """
    n_rows = len(batch["input_ids"])
    if n_rows < n_pieces:
        raise TrainingError(
            f"a batch of {n_rows} rows cannot be dealt to {n_pieces} pieces (processes times"
            " gradient_accumulation_steps); use a larger batch_size or fewer pieces"
        )
    split = {name: torch.tensor_split(tensor, n_pieces) for name, tensor in batch.items()}
    return [{name: pieces[i] for name, pieces in split.items()} for i in chosen]


def _with_a_label(piece: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give a piece without any label one, since the mean over no labels is not a number.

    The piece has weight 0, so nothing is learned from it; but it must pass through the model, for
    the other processes wait for this one's gradients.
    """
    labels = piece["label_ids"].clone()
    labels[0, 0] = 0
    return piece | {"label_ids": labels}


def training_step(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: dict[str, torch.Tensor],
    accelerator: Accelerator,
    *,
    learning_rate: float,
    clip_norm: float | None = None,
    n_accumulate: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Update a model on one batch, which all processes have and of which each takes its rows.

    A piece's loss is the mean over its own labels. Weighting it by its share of all the batch's
    labels makes the update that of the whole batch at once, however unevenly the labels lie.

    Args:
        model: prepared by `accelerator`; `model(**batch)` is the mean loss over the labels.
        optimizer: prepared by `accelerator`.
        batch: tensors (batch_size, length), on the CPU.
        accelerator: knows the device and the other processes.
        learning_rate: of this step.
        clip_norm: the gradient is scaled down to this norm.
        n_accumulate: pieces that pass through this process one after the other.

    Returns:
        This process's part of the loss (the parts sum to the batch's loss), the gradient's norm
        before clipping, and the number of labels in the whole batch. The first two stay on the
        device, since reading them would make it wait.

    Taught in lesson 5.
    """
    n_processes = accelerator.num_processes
    n_labels = int((batch["label_ids"] != IGNORE_INDEX).sum())
    if n_labels == 0:
        raise TrainingError("a training batch holds no label: there is nothing to learn from it")
    first = accelerator.process_index * n_accumulate
    pieces = split_batch(batch, n_processes * n_accumulate, range(first, first + n_accumulate))
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    total = torch.zeros((), device=accelerator.device)
    for i, piece in enumerate(pieces):
        share = int((piece["label_ids"] != IGNORE_INDEX).sum()) / n_labels
        if share == 0:
            piece = _with_a_label(piece)
        piece = {name: tensor.to(accelerator.device) for name, tensor in piece.items()}
        last = i == n_accumulate - 1
        with nullcontext() if last else accelerator.no_sync(model):
            loss = model(**piece) * share
            accelerator.backward(loss * n_processes)  # gradients are averaged over the processes
        total += loss.detach()
    infinite = float("inf")
    norm = accelerator.clip_grad_norm_(model.parameters(), clip_norm or infinite)
    optimizer.step()
    optimizer.zero_grad()
    return total, norm, n_labels
