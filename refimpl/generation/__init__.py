"""Generation: sampling tokens from a transformer, and turning them into audio.

Read in this order: `sampling`, `constraints`, `decoding`, `generate`, `audio`.
"""

from refimpl.generation.audio import generate_audio, save_generation
from refimpl.generation.constraints import stage_mask
from refimpl.generation.generate import generate
from refimpl.generation.sampling import GenerationError, sampling_probabilities

__all__ = [
    "GenerationError",
    "generate",
    "generate_audio",
    "sampling_probabilities",
    "save_generation",
    "stage_mask",
]
