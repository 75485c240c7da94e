"""A finished model as a folder of two files that run no code when they are read."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import nn

from refimpl.training.errors import TrainingError
from refimpl.training.files import replace_file
from refimpl.vocabulary import Vocabulary

WEIGHTS, DESCRIPTION = "model.safetensors", "config.json"


def weights_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """A model's parameters and buffers by name; one that is tied to another counts once."""
    weights, seen = {}, set()
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            weights[name] = tensor.detach()
    return weights


def check_weights(model: nn.Module, weights: dict[str, torch.Tensor], source: str) -> None:
    """Raise a `TrainingError` naming the first weight that a model and a file disagree about."""
    own = weights_of(model)
    for name in own.keys() | weights.keys():
        has = tuple(weights[name].shape) if name in weights else "missing"
        needs = tuple(own[name].shape) if name in own else "missing"
        if has != needs:
            raise TrainingError(
                f"{source} does not fit this model: weight {name!r} is {has} there, {needs} here;"
                " build the model with the configuration that it was saved with"
            )


def load_weights(model: nn.Module, weights: dict[str, torch.Tensor], source: str) -> None:
    """Copy saved weights into a model, all of them or, if they do not fit, none.

    Raises:
        TrainingError: the names or shapes differ.
    """
    check_weights(model, weights, source)
    with torch.no_grad():
        for name, tensor in weights_of(model).items():
            tensor.copy_(weights[name])


def plain_config(thing: Any) -> dict | None:
    """A configuration or vocabulary as a dictionary that JSON can hold; None stays None."""
    if thing is None or isinstance(thing, dict):
        return thing
    config = thing.to_dict() if hasattr(thing, "to_dict") else dataclasses.asdict(thing)
    return json.loads(json.dumps(config))  # so that it compares equal to what a file gives back


@dataclass(frozen=True)
class SavedModel:
    """What a model's folder holds.

    Args:
        model: the model, in evaluation mode, on the CPU.
        vocabulary: the ids it was trained on, or None.
        facts: what was noted about its training.
    """

    model: nn.Module
    vocabulary: Vocabulary | None = None
    facts: dict = field(default_factory=dict)


def save_model(
    folder: str | Path,
    model: nn.Module,
    *,
    vocabulary: Vocabulary | None = None,
    facts: dict | None = None,
    half: bool = False,
) -> Path:
    """Save a finished model: `config.json` and `model.safetensors`.

    Args:
        folder: made if it is not there.
        model: a module with a `config` dataclass, such as `Transformer`.
        vocabulary: saved too, so that ids never lose their meaning.
        facts: anything JSON can hold that is worth knowing about the training.
        half: store 16-bit floats: half the size, and a loss that is the same to about 3 digits.

    Returns:
        The folder.

    Taught in lesson 5.
    """
    folder = Path(folder)
    weights = {name: tensor.cpu().contiguous() for name, tensor in weights_of(model).items()}
    if half:
        weights = {n: t.half() if t.is_floating_point() else t for n, t in weights.items()}
    data = save_tensors(weights)
    description = {
        "architecture": type(model).__name__,
        "config": plain_config(getattr(model, "config", None)),
        "vocabulary": plain_config(vocabulary),
        "facts": facts or {},
        # Two files cannot be replaced in one instant: the sum shows when they are not a pair.
        "weights_sha256": hashlib.sha256(data).hexdigest(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / WEIGHTS, data)
    replace_file(folder / DESCRIPTION, (json.dumps(description, indent=2) + "\n").encode())
    return folder


def _build(architecture: str, config: dict) -> nn.Module:
    # A fixed list, not any name that the file gives: a file must not choose what code is run.
    if architecture != "Transformer":
        raise TrainingError(f"unknown architecture {architecture!r}; pass build= to make the model")
    module = importlib.import_module("refimpl.transformer")
    return module.Transformer(module.TransformerConfig(**config))


def load_model(
    folder: str | Path, *, build: Callable[[dict], nn.Module] | None = None
) -> SavedModel:
    """Undo `save_model`.

    Args:
        folder: what `save_model` wrote.
        build: makes the model from its configuration's dictionary; not needed for a `Transformer`.

    Returns:
        The model with its vocabulary and facts; 16-bit weights come back as 32-bit ones.

    Raises:
        TrainingError: the folder holds no model, a damaged one, or one of another architecture.

    Taught in lesson 5.
    """
    folder = Path(folder)
    try:
        description = json.loads((folder / DESCRIPTION).read_text())
        data = (folder / WEIGHTS).read_bytes()
        whole = hashlib.sha256(data).hexdigest() == description["weights_sha256"]
    except FileNotFoundError as error:
        raise TrainingError(f"{folder} holds no saved model: {error.filename} is missing") from None
    except (ValueError, KeyError, TypeError):
        raise TrainingError(f"{folder / DESCRIPTION} is not a saved model's description") from None
    if not whole:
        raise TrainingError(f"{folder / WEIGHTS} is damaged or half replaced; save the model again")
    if build is None:
        model = _build(description["architecture"], description["config"])
    else:
        model = build(description["config"])
    load_weights(model, load_tensors(data), str(folder))
    vocabulary = description["vocabulary"]
    if vocabulary is not None:
        vocabulary = Vocabulary(**vocabulary)
    return SavedModel(model.eval(), vocabulary, description["facts"])
