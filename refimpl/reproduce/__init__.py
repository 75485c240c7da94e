"""The report's pipeline and the course's, run through the same code and measured side by side.

Read in this order: `experiments`, `sets`, `measuring`, `running`, `figures`, `page`; then, for the
mixtures of objectives, `mixtures`, `comparing`, `mixture_figures`, `mixture_tables`.
"""

from refimpl.reproduce.comparing import compare_mixtures
from refimpl.reproduce.running import reproduce

__all__ = ["compare_mixtures", "reproduce"]
