"""Generation: sampling tokens from a transformer, and turning them into audio.

Read in this order: `sampling`, `constraints`, `holding`, `decoding`, `generate`, `audio`,
`answering`.
"""

from refimpl.generation.answering import continue_prefix, fill_gaps, gap_losses, restore_order
from refimpl.generation.audio import generate_audio, save_generation
from refimpl.generation.constraints import stage_mask
from refimpl.generation.generate import generate
from refimpl.generation.holding import longest_hold
from refimpl.generation.sampling import GenerationError, sampling_probabilities

__all__ = [
    "GenerationError",
    "continue_prefix",
    "fill_gaps",
    "gap_losses",
    "generate",
    "generate_audio",
    "longest_hold",
    "restore_order",
    "sampling_probabilities",
    "save_generation",
    "stage_mask",
]
