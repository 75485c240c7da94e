"""The loss on held-out data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.errors import TrainingError
from refimpl.training.loss import NEXT_TOKEN, Loss, to_device

ALL = "all"


def _named(batches: Iterable | Callable[[], Iterable]) -> Iterator[tuple[str, dict]]:
    for item in batches() if callable(batches) else batches:
        yield item if isinstance(item, tuple) else (ALL, item)


@torch.no_grad()
def evaluate_losses(
    model: nn.Module,
    batches: Iterable | Callable[[], Iterable],
    *,
    loss: Loss = NEXT_TOKEN,
    accelerator: Accelerator | None = None,
) -> dict[str, float]:
    """The mean loss over a whole set of batches; not the mean of the batches' means.

    Args:
        model: for the default loss, `model(**batch)` is the mean over a batch's labels.
        batches: a finite set of batches, or of (name, batch) pairs, or a function that gives one.
        loss: gives the sum and the weight of a batch.
        accelerator: deals the batches to several processes. None: this one, where the model is.

    Returns:
        The mean in the loss's unit, by default nats per token: under "all", and under each name
        if there are names.

    Raises:
        TrainingError: there is nothing in the set that the loss counts, such as a label.

    Taught in lesson 5.
    """
    device = accelerator.device if accelerator else next(model.parameters()).device
    process, n_processes = 0, 1
    if accelerator:
        process, n_processes = accelerator.process_index, accelerator.num_processes
    was_training = model.training
    model.eval()
    sums: dict[str, list[float]] = {}
    for k, (name, batch) in enumerate(_named(batches)):
        part = sums.setdefault(name, [0.0, 0.0])  # on all processes, in the same order
        if k % n_processes == process:
            total, weight = loss(model, to_device(batch, device))
            if weight > 0:
                part[0] += total.item()
                part[1] += weight.item()
    model.train(was_training)
    if n_processes > 1:
        totals = torch.tensor(list(sums.values()), dtype=torch.float64, device=device)
        sums = dict(zip(sums, accelerator.reduce(totals, "sum").tolist(), strict=True))
    weight = sum(part[1] for part in sums.values())
    if not weight:
        raise TrainingError(
            f"the validation set holds no label, so its {loss.name} is a mean over nothing; give"
            " it at least one tune"
        )
    losses = {ALL: sum(part[0] for part in sums.values()) / weight}
    return losses | {
        name: part[0] / part[1] for name, part in sums.items() if name != ALL and part[1]
    }
