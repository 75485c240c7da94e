"""Generation: sampling tokens from a transformer, and turning them into audio.

Read in this order: `sampling`, `constraints`, `decoding`, `generate`, `audio`.
"""

from refimpl.generation.constraints import stage_mask
from refimpl.generation.generate import generate
from refimpl.generation.sampling import GenerationError, sampling_probabilities

__all__ = ["GenerationError", "generate", "sampling_probabilities", "stage_mask"]
