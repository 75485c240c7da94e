"""Generation: sampling tokens from a transformer, and turning them into audio.

Read in this order: `sampling`, `options`, `prompts`, `constraints`, `holding`, `decoding`,
`generate`, `writing`, `answering`.
"""

from refimpl.generation.answering import continue_prefix, fill_gaps, gap_losses, restore_order
from refimpl.generation.generate import generate
from refimpl.generation.holding import longest_hold
from refimpl.generation.options import GenerationOptions
from refimpl.generation.sampling import GenerationError, sampling_probabilities
from refimpl.generation.writing import Piece, save_generation, within_range, write_music

generate_audio = write_music  # its name in notebooks from before

__all__ = [
    "GenerationError",
    "GenerationOptions",
    "Piece",
    "continue_prefix",
    "fill_gaps",
    "gap_losses",
    "generate",
    "longest_hold",
    "restore_order",
    "sampling_probabilities",
    "save_generation",
    "within_range",
    "write_music",
]
