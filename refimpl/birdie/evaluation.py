"""Collecting the losses of one evaluation, batch by batch, until all of them are there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from refimpl.birdie.errors import BirdieError
from refimpl.errors import suggest
from refimpl.packing import ValidationBatch


class Evaluation:
    """The losses of each objective.

    Args:
        names: the objectives.
        batches: the validation set, in the order in which it is given out.
    """

    def __init__(self, names: Sequence[str], batches: Sequence[ValidationBatch]) -> None:
        self.names = tuple(names)
        # A mean over tokens needs each batch's number of them, in the order of the batches.
        self._expected = {name: [b.n_labels for b in batches if b.name == name] for name in names}
        self._logged: dict[str, list[tuple[float, int]]] = {name: [] for name in names}

    def log(self, name: str, loss: Any) -> None:
        """Take in the loss of the next batch of an objective, or its mean over all of them.

        Raises:
            BirdieError: there is no such objective.
        """
        if name not in self._logged:
            raise BirdieError(f"there is no objective {name!r}; {suggest(name, self.names)}")
        expected, logged = self._expected[name], self._logged[name]
        weight = expected[len(logged)] if len(logged) < len(expected) else 1
        logged.append((float(loss), weight))

    @property
    def begun(self) -> bool:
        """Whether any loss is there."""
        return any(self._logged.values())

    @property
    def complete(self) -> bool:
        """Whether the loss of every batch is there."""
        return all(len(self._logged[name]) >= len(self._expected[name]) for name in self.names)

    @property
    def missing(self) -> list[str]:
        """The objectives without any loss."""
        return [name for name in self.names if not self._logged[name]]

    def losses(self, accelerator: Any = None) -> dict[str, float]:
        """Mean loss in nats per token by objective, over all processes."""
        sums = np.array(
            [
                [sum(loss * n for loss, n in self._logged[name]) for name in self.names],
                [sum(n for _, n in self._logged[name]) for name in self.names],
            ],
            dtype=np.float64,
        )
        if accelerator is not None and accelerator.num_processes > 1:
            sums = add_over_processes(accelerator, sums)
        return dict(zip(self.names, (sums[0] / sums[1]).tolist(), strict=True))


def add_over_processes(accelerator: Any, values: np.ndarray) -> np.ndarray:
    """The sum over all processes of an array of numbers."""
    import torch  # here, because workers import this package too

    # float32, because not every device knows float64.
    tensor = torch.tensor(values, dtype=torch.float32, device=accelerator.device)
    return accelerator.reduce(tensor, "sum").cpu().numpy().astype(np.float64)
