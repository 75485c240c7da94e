"""Where arrays become tensors: all of this folder that needs torch, and no worker does."""

from typing import Any

import numpy as np

from refimpl.packing import PackedBatch, expand


def to_tensors(packed: PackedBatch, device: Any = None) -> dict[str, Any]:
    """The arrays that a model takes, `(batch_size, sequence_length)` int64, on a device."""
    import torch  # here, because workers import this package too

    arrays = {name: torch.from_numpy(array) for name, array in expand(packed).items()}
    if device is None:
        return arrays
    return {name: tensor.to(device, non_blocking=True) for name, tensor in arrays.items()}


def add_over_processes(accelerator: Any, values: np.ndarray) -> np.ndarray:
    """The sum over all processes of an array of numbers."""
    import torch

    # float32, because not every device knows float64.
    tensor = torch.tensor(values, dtype=torch.float32, device=accelerator.device)
    return accelerator.reduce(tensor, "sum").cpu().numpy().astype(np.float64)
