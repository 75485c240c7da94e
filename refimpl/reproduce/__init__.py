"""The report's pipeline and the course's, run through the same code and measured side by side.

Read in this order: `experiments`, `sets`, `measuring`, `running`, `figures`, `page`.
"""

from refimpl.reproduce.running import reproduce

__all__ = ["reproduce"]
