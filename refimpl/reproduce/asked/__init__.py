"""Whether a text-to-music model writes what it is asked for, and what makes it so.

Read in this order: `prompts`, `arms`, `measuring`, `comparison`, `tables`.
"""

from refimpl.reproduce.asked.comparison import measure_asked

__all__ = ["measure_asked"]
