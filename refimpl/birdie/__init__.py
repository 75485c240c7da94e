"""Birdie's interface: batches for loops that were written for the original library.

The course's own training does without it; it takes `refimpl.training.ObjectiveBatches`, which makes
the same batches. `birdie` is the interface, `config` its settings, `evaluation` collects
losses, and a `pool` of processes, each a `worker`, makes batches ahead. `real_library` puts the
original itself behind the same interface. Importing this loads no torch, since workers import it.
"""

from refimpl.birdie.birdie import Birdie
from refimpl.birdie.config import BirdieConfig
from refimpl.birdie.errors import BirdieError, WorkerError
from refimpl.birdie.literals import LiteralTokenizer
from refimpl.curriculum import CurriculumCallback

__all__ = [
    "Birdie",
    "BirdieConfig",
    "BirdieError",
    "CurriculumCallback",
    "LiteralTokenizer",
    "WorkerError",
]
