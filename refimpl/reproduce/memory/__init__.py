"""The memory of models of tunes, by its kind, their training time and their objectives.

Read in this order: `tunes`, `arms`, `training`, `measuring`, `comparison`, `tables`.
"""

from refimpl.reproduce.memory.comparison import compare_memory

__all__ = ["compare_memory"]
