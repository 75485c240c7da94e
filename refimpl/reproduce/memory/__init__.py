"""What a model of tunes remembers, by its kind of memory, its training time and its objectives.

Read in this order: `tunes`, `arms`, `training`, `measuring`, `comparison`, `tables`.
"""

from refimpl.reproduce.memory.comparison import compare_memory

__all__ = ["compare_memory"]
