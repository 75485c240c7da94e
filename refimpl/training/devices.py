"""The device, the precision and the processes of a training run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState

from refimpl.training.configuration import TrainingConfig
from refimpl.training.errors import TrainingError


def _make_accelerator(config: TrainingConfig) -> Accelerator:
    try:
        accelerator = Accelerator(
            cpu=config.device == "cpu",
            mixed_precision=config.mixed_precision,
            dynamo_backend="inductor" if config.compile else "no",
        )
    except ValueError as error:
        raise TrainingError(f"{error}; change mixed_precision or device") from error
    if config.mixed_precision == "fp16" and accelerator.device.type == "cpu":
        raise TrainingError("mixed_precision='fp16' needs a GPU; use 'bf16' or 'no' on a CPU")
    return accelerator


@contextlib.contextmanager
def open_accelerator(config: TrainingConfig) -> Iterator[Accelerator]:
    """Open Accelerate's access to device and processes, and reset it afterwards.

    Accelerate keeps one state for the whole process: without this, a second run in the same
    notebook could not use another precision or device.
    """
    ours = not AcceleratorState._shared_state
    try:
        yield _make_accelerator(config)
    finally:
        if ours:
            several = PartialState._shared_state and PartialState().use_distributed
            AcceleratorState._reset_state(reset_partial_state=not several)
