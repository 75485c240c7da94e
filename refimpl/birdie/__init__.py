"""Birdie: a training loop's source of batches, whose mixture of objectives a curriculum moves.

A `recipe` says how tunes become batches; a `source` reads one shard's tunes, a `shard` packs them,
a `worker` does so in its own process, a `pool` keeps the workers, and `birdie` puts it all
behind the original library's interface. Importing this loads no torch, since workers import it.
"""

from refimpl.birdie.birdie import Birdie
from refimpl.birdie.callback import CurriculumCallback
from refimpl.birdie.configuration import BirdieConfig
from refimpl.birdie.errors import BirdieError, WorkerError
from refimpl.birdie.literals import LiteralTokenizer

__all__ = [
    "Birdie",
    "BirdieConfig",
    "BirdieError",
    "CurriculumCallback",
    "LiteralTokenizer",
    "WorkerError",
]
