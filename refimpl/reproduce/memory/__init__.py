"""The memory of models of tunes, by its kind, their training time and their objectives.

Read in this order: `tunes`, `arms`, `training`, `measuring`, `comparison`, `tables`,
`shipped`, `shipping`, `metres`.
"""

from refimpl.reproduce.memory.comparison import compare_memory
from refimpl.reproduce.memory.shipped import TuneWriter, load_tune_writer

__all__ = ["TuneWriter", "compare_memory", "load_tune_writer"]
