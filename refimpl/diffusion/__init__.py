"""Diffusion: music from noise, all notes at once. Taught in lesson 12.

`schedules` say how a clip drowns in noise, `parametrisations` what the network predicts, `samplers`
how it comes back. `DiffusionModel` puts a network, a schedule and a parametrisation together, and
`NeuralLatents` turns sound into the numbers that it works on. `ControlBranch` adds hints to a
trained model, `fill` writes what is missing in a clip, `distil` makes a model that needs fewer
steps, and `load_diffusion` gives the model that comes with the package.
"""

from refimpl.diffusion.averaging import AveragedWeights
from refimpl.diffusion.batches import LatentBatches, validation_batches
from refimpl.diffusion.control import ControlBranch, ControlConfig, ControlledTransformer, widen
from refimpl.diffusion.distilling import distil, distillation
from refimpl.diffusion.filling import fill
from refimpl.diffusion.fitting import fit_diffusion
from refimpl.diffusion.hints import (
    CHANNELS,
    HintBatches,
    chord_steps,
    loudness_steps,
    make_hints,
    melody_steps,
)
from refimpl.diffusion.latents import ContinuousCodec, NeuralLatents
from refimpl.diffusion.loss import DENOISING
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer
from refimpl.diffusion.parametrisations import PARAMETRISATIONS, Parametrisation, Parts
from refimpl.diffusion.samplers import SAMPLERS, draw
from refimpl.diffusion.saved import SavedDiffusion, load_diffusion, save_diffusion
from refimpl.diffusion.schedules import SCHEDULES, Schedule
from refimpl.diffusion.tune_latents import TuneLatents, encode_tunes, tunes_of_level_1
from refimpl.diffusion.writing import Wish, write_tunes

__all__ = [
    "AveragedWeights",
    "CHANNELS",
    "ContinuousCodec",
    "ControlBranch",
    "ControlConfig",
    "ControlledTransformer",
    "DENOISING",
    "DiffusionConfig",
    "DiffusionModel",
    "DiffusionTransformer",
    "HintBatches",
    "LatentBatches",
    "NeuralLatents",
    "PARAMETRISATIONS",
    "Parametrisation",
    "Parts",
    "SAMPLERS",
    "SCHEDULES",
    "SavedDiffusion",
    "Schedule",
    "TuneLatents",
    "Wish",
    "chord_steps",
    "distil",
    "distillation",
    "draw",
    "encode_tunes",
    "fill",
    "fit_diffusion",
    "load_diffusion",
    "loudness_steps",
    "make_hints",
    "melody_steps",
    "save_diffusion",
    "tunes_of_level_1",
    "validation_batches",
    "widen",
    "write_tunes",
]
