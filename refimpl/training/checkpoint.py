"""Checkpoints: a run's whole state in a folder, which is either complete or absent.

The state is plain JSON plus named tensors, so that no pickle is needed to store it. A pickle can
run code when it is read; JSON and safetensors cannot.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from refimpl.files import sync_folder, write_bytes
from refimpl.reading import read_json, read_tensors
from refimpl.training.config import TrainingError

TENSOR, ARRAY = "__tensor__", "__array__"


def flatten_state(state: Any, tensors: dict[str, torch.Tensor], name: str = "state") -> Any:
    """Move the tensors and arrays out of a nested state.

    Args:
        state: dictionaries with string keys, lists, tensors, arrays and what JSON knows.
        tensors: receives each tensor or array under its path, such as "state.optimizer.step".
        name: the path of `state` itself.

    Returns:
        The same nesting with a reference in the place of each tensor; JSON can hold it.

    Raises:
        TypeError: something in it is neither.
    """
    if isinstance(state, torch.Tensor):
        # A clone: two tensors that share memory could not be stored one beside the other.
        tensors[name] = state.detach().cpu().clone().contiguous()
        return {TENSOR: name}
    if isinstance(state, np.ndarray):
        tensors[name] = torch.from_numpy(np.array(state))
        return {ARRAY: name}
    if isinstance(state, dict):
        wrong = [key for key in state if not isinstance(key, str)]
        if wrong:
            raise TypeError(f"{name}: the key {wrong[0]!r} of a saved state is not a string")
        return {key: flatten_state(value, tensors, f"{name}.{key}") for key, value in state.items()}
    if isinstance(state, list | tuple):
        return [flatten_state(value, tensors, f"{name}.{i}") for i, value in enumerate(state)]
    if isinstance(state, np.generic):
        return state.item()
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise TypeError(f"{name}: a {type(state).__name__} cannot be saved in a checkpoint")


def restore_state(plain: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """Undo `flatten_state` (tuples come back as lists, NumPy's numbers as Python's)."""
    if isinstance(plain, dict):
        if plain.keys() == {TENSOR}:
            return tensors[plain[TENSOR]]
        if plain.keys() == {ARRAY}:
            return tensors[plain[ARRAY]].numpy()
        return {key: restore_state(value, tensors) for key, value in plain.items()}
    if isinstance(plain, list):
        return [restore_state(value, tensors) for value in plain]
    return plain


WEIGHTS, TENSORS, STATE = "model.safetensors", "state.safetensors", "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """A run's state after `step` updates.

    Args:
        step: updates made.
        weights: the model's, by name.
        state: everything else: optimizer, data, callbacks, configurations.
    """

    step: int
    weights: dict[str, torch.Tensor]
    state: dict


def checkpoint_path(folder: Path, step: int) -> Path:
    """Return the path of the checkpoint of a step."""
    return folder / f"checkpoint-{step:06d}"


def list_checkpoints(folder: str | Path) -> list[Path]:
    """A run's checkpoints, oldest first."""
    found = []
    for path in Path(folder).glob("checkpoint-*"):
        match = re.fullmatch(r"checkpoint-(\d+)", path.name)
        if match and path.is_dir():
            found.append((int(match[1]), path))
    return [path for _, path in sorted(found)]


def remove_leftovers(folder: Path) -> None:
    """Remove the leftovers of a killed or failed writer."""
    for path in folder.glob(".checkpoint-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".*.tmp"):  # files that were never renamed
        path.unlink(missing_ok=True)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint to a temporary folder, then move it into place atomically.

    A kill or a power cut leaves the old checkpoints and perhaps a hidden folder, never half a
    checkpoint under its own name.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    path = checkpoint_path(folder, checkpoint.step)
    if path.exists():  # the run was resumed here and has made no step since
        return path
    temporary = folder / f".{path.name}.{os.getpid()}.tmp"
    tensors: dict[str, torch.Tensor] = {}
    plain = {"step": checkpoint.step, "state": flatten_state(checkpoint.state, tensors)}
    weights = {name: tensor.cpu().contiguous() for name, tensor in checkpoint.weights.items()}
    try:
        temporary.mkdir(parents=True)
        write_bytes(temporary / WEIGHTS, save_tensors(weights))
        write_bytes(temporary / TENSORS, save_tensors(tensors))
        write_bytes(temporary / STATE, json.dumps(plain, indent=1).encode())
        sync_folder(temporary)
        temporary.rename(path)
        sync_folder(folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return path


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        TrainingError: it is damaged; the message names it.
    """
    path = Path(path)
    try:
        plain = read_json(path / STATE, TrainingError, "a checkpoint")
        weights = read_tensors((path / WEIGHTS).read_bytes(), path / WEIGHTS, TrainingError)
        tensors = load_tensors((path / TENSORS).read_bytes())
        return Checkpoint(plain["step"], weights, restore_state(plain["state"], tensors))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); {_way_out(path)}") from error


def _way_out(path: Path) -> str:
    """Advise the user about a checkpoint that cannot be read."""
    others = [other for other in list_checkpoints(path.parent) if other != path]
    good = next((other for other in reversed(others) if _looks_whole(other)), None)
    if good is None:
        return "no other one is left: train again in another folder"
    if good.name < path.name:
        return f"remove it to resume from {good.name}, the newest good one"
    return f"{good.name} is the newest good one"


def _looks_whole(path: Path) -> bool:
    try:
        read_json(path / STATE, TrainingError, "a checkpoint")
        return all((path / name).stat().st_size > 0 for name in (WEIGHTS, TENSORS))
    except (OSError, TrainingError):
        return False


def validation_loss_of(path: Path) -> float:
    """Return a checkpoint's validation loss; infinity if there is none, or it is unreadable."""
    try:
        loss = read_json(path / STATE, TrainingError, "a checkpoint")["state"]["validation_loss"]
        return float("inf") if loss is None else float(loss)
    except (OSError, TrainingError, KeyError, TypeError, ValueError):
        return float("inf")


def remove_old(folder: Path, keep: int) -> None:
    """Remove all checkpoints but the newest `keep` and the one with the lowest validation loss."""
    paths = list_checkpoints(folder)
    best = min(paths, key=validation_loss_of, default=None)
    for path in paths[:-keep]:
        if path != best:
            # Renamed first: a kill in the middle must not leave half a checkpoint under its name.
            hidden = path.rename(folder / f".{path.name}.removed")
            shutil.rmtree(hidden, ignore_errors=True)
