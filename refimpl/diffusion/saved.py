"""A diffusion model with its codec as a folder; one comes with the package."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from refimpl.codecs import NeuralCodec, find_codec, load_codec
from refimpl.diffusion.control import ControlBranch, ControlConfig, ControlledTransformer
from refimpl.diffusion.hints import FIRST_CHANNELS
from refimpl.diffusion.latents import NeuralLatents
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer
from refimpl.errors import UserError
from refimpl.files import make_folder, replace_json, write_atomically
from refimpl.pipeline import load_tokenizer
from refimpl.pipeline.generators import shipped_folder
from refimpl.reading import read_arrays, read_json, weights_of
from refimpl.training import load_model, save_model
from refimpl.training.models import DESCRIPTION, load_weights
from refimpl.weight_storage import add_difference, difference, restore, shrink

SHIPPED = "diffusion"
SHIPPED_CODEC = "neural"
LATENTS, CONTROL, FEW_STEPS = "latents.json", "control", "few-steps.npz"


@dataclass(frozen=True, eq=False)
class SavedDiffusion:
    """A diffusion model, its codec and its trained parts.

    Attributes:
        model: with its averaged weights.
        codec: sound to the latents that the model writes, and back.
        branch: what the model's control was trained to be; None: there is none.
        few_steps: a distilled model, with guidance in it; None: there is none.
        facts: records of the training.

    Taught in lesson 12.
    """

    model: DiffusionModel
    codec: NeuralLatents
    branch: ControlBranch | None = None
    few_steps: DiffusionModel | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the control reads; without one, those that it would read by default."""
        return FIRST_CHANNELS if self.branch is None else self.branch.config.channels

    def controlled(self) -> DiffusionModel:
        """Return the model that can be told hints.

        Raises:
            UserError: there is no branch for it.
        """
        if self.branch is None:
            raise UserError("this diffusion model has no control; train a ControlBranch for it")
        network = ControlledTransformer(self.model.network, self.branch)
        return self.model.with_network(network).eval()


def save_diffusion(folder: str | Path, saved: SavedDiffusion) -> Path:
    """Write a model with its codec.

    The codec that comes with the package is not written again; another one is. A distilled model
    is written as its difference from the model that it began as.

    Args:
        folder: made if it is not there.
        saved: what to write.

    Raises:
        UserError: the distilled model has another shape.
    """
    if saved.few_steps and saved.few_steps.config != saved.model.config:
        raise UserError("the distilled model has another shape than its teacher; save it alone")
    folder = make_folder(Path(folder))
    codec = saved.codec
    if codec.codec.fingerprint != _shipped_codec().fingerprint:
        codec.codec.save(folder / codec.codec.file_name)
    latents = {name: getattr(codec, name).tolist() for name in ("mean", "std")}
    latents["codec"] = codec.codec.fingerprint
    replace_json(folder / LATENTS, latents)
    if saved.branch is not None:
        save_model(folder / CONTROL, saved.branch, bits=8)
    if saved.few_steps is not None:
        parts = difference(weights_of(saved.few_steps), _stored(saved.model))
        arrays = {name: part.numpy() for name, part in parts.items()}
        write_atomically(folder / FEW_STEPS, lambda path: np.savez_compressed(path, **arrays))
    return save_model(folder, saved.model, facts=saved.facts, bits=8)


def load_diffusion(folder: str | Path | None = None) -> SavedDiffusion:
    """Load a diffusion model with its codec.

    Args:
        folder: what `save_diffusion` wrote; by default the one that comes with the package.

    Raises:
        UserError: the folder holds no such model, a damaged one, or its codec is another one.

    Taught in lesson 12.
    """
    folder = shipped_folder(SHIPPED) if folder is None else Path(folder)
    main = load_model(folder, build=_build)

    def build_branch(config: dict[str, Any]) -> ControlBranch:
        return ControlBranch(main.model.network, ControlConfig.from_dict(config))

    branch = few_steps = None
    if (folder / CONTROL / DESCRIPTION).is_file():
        branch = load_model(folder / CONTROL, build=build_branch).model
    if (folder / FEW_STEPS).is_file():
        few_steps = _load_few_steps(folder / FEW_STEPS, main.model)
    return SavedDiffusion(main.model, _load_latents(folder), branch, few_steps, main.facts)


def _stored(model: DiffusionModel) -> dict[str, torch.Tensor]:
    """A model's weights as they come back from its file; a second time they stay as they are."""
    return restore(shrink(weights_of(model), 8))


def _load_few_steps(path: Path, teacher: DiffusionModel) -> DiffusionModel:
    arrays = read_arrays(path, UserError, "a distilled model", kinds="fi")
    student = copy.deepcopy(teacher)
    try:
        parts = {name: torch.from_numpy(array) for name, array in arrays.items()}
        weights = add_difference(parts, weights_of(teacher))
    except (TypeError, ValueError) as error:
        raise UserError(
            f"{path} fits another model than the one in its folder ({error})"
        ) from error
    load_weights(student, weights, str(path))
    return student.eval()


def load_part(folder: str | Path) -> DiffusionModel:
    """Load a diffusion model that was saved without a codec, such as one that was distilled."""
    return load_model(folder, build=_build).model


def is_diffusion(folder: Path) -> bool:
    """Tell whether a folder holds a diffusion model, and not one of tokens."""
    return (folder / LATENTS).is_file()


def _load_latents(folder: Path) -> NeuralLatents:
    path = folder / LATENTS
    try:
        described = read_json(path, UserError, "a description of latents")
        mean, std = (np.array(described[name], dtype=np.float32) for name in ("mean", "std"))
        wanted = described["codec"]
    except FileNotFoundError:
        raise UserError(f"{folder} holds no diffusion model: {LATENTS} is missing") from None
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is no description of latents ({error})") from error
    own = find_codec(folder)
    codec = _shipped_codec() if own is None else load_codec(own)
    if codec.fingerprint != wanted or len(mean) != codec.config.latent_dim:
        raise UserError(
            f"{folder}: the model was trained on the latents of another codec than"
            f" {own or 'the one in the package'}; train it again"
        )
    return NeuralLatents(codec, mean, std)


def _shipped_codec() -> NeuralCodec:
    return load_tokenizer(SHIPPED_CODEC).codec


def _build(config: dict[str, Any]) -> DiffusionModel:
    try:
        network = DiffusionTransformer(DiffusionConfig.from_dict(config["network"]))
        options = {name: value for name, value in config.items() if name != "network"}
        return DiffusionModel(network, **options)
    except (KeyError, TypeError) as error:
        raise UserError(f"its configuration describes no diffusion model ({error})") from error
