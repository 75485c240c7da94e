"""Losses: each gives the sum of its terms over a batch, and the weight of that sum.

The mean of a batch is its sum divided by its weight. The sums and weights of the batch's pieces add
up, which their means do not. So a loss of this form gives the same update however a batch is cut
into pieces and dealt to processes, and however unevenly the terms are spread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from refimpl.training.config import TrainingError
from refimpl.vocabulary import IGNORE_INDEX

Batch = Mapping[str, Any]  # tensors, or lists, of one entry a row


@dataclass(frozen=True)
class Loss:
    """A loss, with the words that logs, progress bars and pictures use for it.

    Attributes:
        name: such as "cross-entropy"; a run is only resumed with a loss of the same name.
        unit: of the mean, such as "nats".
        per: what the weight counts, in the singular, such as "token".
        measure: takes a model and a batch on the model's device, and returns two scalar tensors:
            the sum, through which gradients flow to the model, and the weight, which is 0 or more.

    Taught in lesson 5.
    """

    name: str
    unit: str
    per: str
    measure: Callable[[nn.Module, Batch], tuple[Tensor, Tensor]]

    def __call__(self, model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the sum and the weight of a batch."""
        return self.measure(model, batch)

    @property
    def full_unit(self) -> str:
        """The unit with what it is counted per, such as "nats per token"."""
        return f"{self.unit} per {self.per}"

    @property
    def counted(self) -> str:
        """The plural of `per`, such as "tokens"."""
        return f"{self.per}s"


def sum_of_mean(mean: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The sum and the weight of a loss whose model gives the mean."""
    # In float64, so that the division by the weight gives back the mean to the last digit. Apple's
    # devices do not have it.
    exact = mean if mean.device.type == "mps" else mean.double()
    return exact * weight, weight


def next_token_sum(model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the labels: its sum in nats, and their number.

    Args:
        model: `model(**batch)` is the mean over the labels that are not -100.
        batch: `label_ids` (batch_size, length) int64, and what else the model takes.
    """
    labels = batch["label_ids"].clone()
    n_labels = (labels != IGNORE_INDEX).sum()
    # The mean over no label need not be a number, so such a batch gets one label, of weight 0. It
    # must pass through the model all the same: other processes wait for this one's gradients.
    labels[0, 0] = torch.where(n_labels > 0, labels[0, 0], 0)
    return sum_of_mean(model(**{**batch, "label_ids": labels}), n_labels)


NEXT_TOKEN = Loss("cross-entropy", "nats", "token", next_token_sum)


def split_batch(batch: Batch, n_pieces: int) -> list[dict[str, Any]]:
    """Cut a batch by rows into nearly equal pieces."""
    size, n_larger = divmod(count_rows(batch), n_pieces)
    cuts = [i * size + min(i, n_larger) for i in range(n_pieces + 1)]
    pieces = zip(cuts[:-1], cuts[1:], strict=True)
    return [{name: rows[a:b] for name, rows in batch.items()} for a, b in pieces]


def count_rows(batch: Batch) -> int:
    """The number of a batch's rows, of which each of its entries has one entry each."""
    return len(next(iter(batch.values())))


def to_device(batch: Batch, device: torch.device) -> dict[str, Any]:
    """Move a batch's tensors to a device; what is no tensor stays as it is."""
    return {
        name: rows.to(device) if isinstance(rows, Tensor) else rows for name, rows in batch.items()
    }


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
            f"the validation set holds no {loss.per} to measure, so its {loss.name} is a mean over"
            " nothing; give it more"
        )
    losses = {ALL: sum(part[0] for part in sums.values()) / weight}
    return losses | {
        name: part[0] / part[1] for name, part in sums.items() if name != ALL and part[1]
    }
