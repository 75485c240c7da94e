"""A finished model as a folder of two files that run no code when loaded."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors
from torch import nn

from refimpl.backbones import BACKBONES, find_backbone
from refimpl.errors import UserError
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.reading import check_shapes, differ, read_json, read_tensors, weights_of
from refimpl.training.config import TrainingError
from refimpl.vocabulary import Vocabulary
from refimpl.weight_storage import restore, shrink

WEIGHTS, DESCRIPTION = "model.safetensors", "config.json"


def check_weights(model: nn.Module, weights: dict[str, torch.Tensor], source: str) -> None:
    """Raise a `TrainingError` naming the first weight that a model and a file disagree about."""
    if difference := differ(weights, weights_of(model)):
        raise TrainingError(
            f"{source} does not fit this model: {difference};"
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
    """The contents of a model's folder.

    Args:
        model: the model, in evaluation mode, on the CPU.
        vocabulary: the ids it was trained on, or None.
        facts: records of its training.
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
    bits: int = 32,
) -> Path:
    """Save a finished model: `config.json` and `model.safetensors`.

    Args:
        folder: made if it is not there.
        model: a module with a `config` dataclass, such as `Transformer`.
        vocabulary: saved too, so that ids never lose their meaning.
        facts: any JSON that is worth knowing about the training.
        bits: of a stored weight, 32, 16 or 8, see `weight_storage`. 16 make half the size and a
            loss that is the same to about 3 digits.

    Returns:
        The folder.

    Raises:
        UserError: another number of bits.

    Taught in lesson 5.
    """
    folder = Path(folder)
    weights = {name: tensor.cpu().contiguous() for name, tensor in weights_of(model).items()}
    data = save_tensors(shrink(weights, bits))
    description = {
        "architecture": type(model).__name__,
        "config": plain_config(getattr(model, "config", None)),
        "vocabulary": plain_config(vocabulary),
        "facts": facts or {},
        # Two files cannot be replaced in one instant: the sum shows when they are not a pair.
        "weights_sha256": hashlib.sha256(data).hexdigest(),
    }
    make_folder(folder)
    replace_file(folder / WEIGHTS, data)
    replace_json(folder / DESCRIPTION, description)
    return folder


def _build(architecture: str, config: dict, weights: dict[str, torch.Tensor]) -> nn.Module:
    # A fixed table, not any name that the file gives: a file must not choose what code is run.
    if architecture not in list(BACKBONES):  # a list, since a file may hold anything
        raise TrainingError(f"unknown architecture {architecture!r}; pass build= to make the model")
    backbone, configuration = find_backbone(architecture)
    checked = configuration.from_dict(config)
    check_shapes(lambda: backbone(checked), checked, weights)
    return backbone(checked)


def load_model(
    folder: str | Path, *, build: Callable[[dict], nn.Module] | None = None
) -> SavedModel:
    """Undo `save_model`.

    Args:
        folder: what `save_model` wrote.
        build: makes the model from its configuration's dictionary; not needed for the package's
            own backbones.

    Returns:
        The model with its vocabulary and facts; weights of fewer bits come back as 32-bit ones.

    Raises:
        TrainingError: the folder holds no model, a damaged one, or one of another architecture.

    Taught in lesson 5.
    """
    folder = Path(folder)
    source = folder / DESCRIPTION
    try:
        description = read_json(source, TrainingError, "a saved model's description")
        data = (folder / WEIGHTS).read_bytes()
    except FileNotFoundError as error:
        raise TrainingError(f"{folder} holds no saved model: {error.filename} is missing") from None
    missing = {"architecture", "config", "vocabulary", "facts", "weights_sha256"} - set(description)
    if missing or not isinstance(description["facts"], dict):
        lacks = ", ".join(sorted(missing or {"facts"}))
        raise TrainingError(f"{source} is not a saved model's description: it lacks {lacks}")
    if hashlib.sha256(data).hexdigest() != description["weights_sha256"]:
        raise TrainingError(f"{folder / WEIGHTS} is damaged or half replaced; save the model again")
    weights = read_tensors(data, folder / WEIGHTS, TrainingError)
    try:
        weights = restore(weights)
        if build is None:
            model = _build(description["architecture"], description["config"], weights)
        else:
            model = build(description["config"])
        vocabulary = description["vocabulary"]
        if vocabulary is not None:
            vocabulary = Vocabulary.from_dict(vocabulary)
    except UserError as error:
        raise TrainingError(f"{source}: {error}") from error
    except ValueError as error:
        raise TrainingError(f"{folder} does not fit this model: {error}") from error
    load_weights(model, weights, str(folder))
    return SavedModel(model.eval(), vocabulary, description["facts"])
