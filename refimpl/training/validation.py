"""The loss on held-out tunes, in nats per token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from accelerate import Accelerator
from torch import nn

from refimpl.training.errors import TrainingError
from refimpl.vocabulary import IGNORE_INDEX

ALL = "all"


def _named(batches: Iterable | Callable[[], Iterable]) -> Iterator[tuple[str, dict]]:
    for item in batches() if callable(batches) else batches:
        yield item if isinstance(item, tuple) else (ALL, item)


@torch.no_grad()
def evaluate_losses(
    model: nn.Module,
    batches: Iterable | Callable[[], Iterable],
    *,
    accelerator: Accelerator | None = None,
) -> dict[str, float]:
    """The mean loss over all labels of a set of batches; not the mean of the batches' means.

    Args:
        model: `model(**batch)` is the mean loss over a batch's labels.
        batches: a finite set of batches, or of (name, batch) pairs, or a function that gives one.
        accelerator: deals the batches to several processes. None: this one, where the model is.

    Returns:
        Nats per token: under "all", and under each name if there are names.

    Raises:
        TrainingError: there is no label in the set.

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
        n_labels = int((batch["label_ids"] != IGNORE_INDEX).sum())
        if n_labels and k % n_processes == process:
            loss = model(**{key: tensor.to(device) for key, tensor in batch.items()})
            part[0] += loss.item() * n_labels
            part[1] += n_labels
    model.train(was_training)
    if n_processes > 1:
        totals = torch.tensor(list(sums.values()), dtype=torch.float64, device=device)
        sums = dict(zip(sums, accelerator.reduce(totals, "sum").tolist(), strict=True))
    n_tokens = sum(part[1] for part in sums.values())
    if not n_tokens:
        raise TrainingError("the validation set holds no label; give it at least one tune")
    losses = {ALL: sum(part[0] for part in sums.values()) / n_tokens}
    return losses | {
        name: part[0] / part[1] for name, part in sums.items() if name != ALL and part[1]
    }
