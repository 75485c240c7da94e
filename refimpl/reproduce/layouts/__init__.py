"""One text-to-music model under each layout: what a layout costs, and what it gains.

Read in this order: `arms`, `row_clock`, `training`, `measuring`, `comparison`, `tables`.
"""

from refimpl.reproduce.layouts.comparison import compare_layouts

__all__ = ["compare_layouts"]
