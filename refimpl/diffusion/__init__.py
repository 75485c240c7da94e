"""Diffusion: music from noise, all notes at once. Taught in lesson 12.

`schedules` say how a clip drowns in noise, `parametrisations` what the network predicts, `samplers`
how it comes back. `DiffusionModel` puts a network, a schedule and a parametrisation together, and
`NeuralLatents` turns sound into the numbers that it works on.
"""

from refimpl.diffusion.averaging import AveragedWeights
from refimpl.diffusion.batches import LatentBatches, validation_batches
from refimpl.diffusion.latents import ContinuousCodec, NeuralLatents
from refimpl.diffusion.loss import DENOISING
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.network import DiffusionConfig, DiffusionTransformer
from refimpl.diffusion.parametrisations import PARAMETRISATIONS, Parametrisation, Parts
from refimpl.diffusion.samplers import SAMPLERS, draw
from refimpl.diffusion.schedules import SCHEDULES, Schedule

__all__ = [
    "DENOISING",
    "PARAMETRISATIONS",
    "SAMPLERS",
    "SCHEDULES",
    "AveragedWeights",
    "ContinuousCodec",
    "DiffusionConfig",
    "DiffusionModel",
    "DiffusionTransformer",
    "LatentBatches",
    "NeuralLatents",
    "Parametrisation",
    "Parts",
    "Schedule",
    "draw",
    "validation_batches",
]
