"""A backbone without attention: each layer remembers with a gated diagonal recurrence.

`scan` computes the recurrence for all tokens at once, `recurrence` is the layer built on it, and
`model` stacks the layers. Its state has the same size after ten tokens and after ten thousand.

Taught in lesson 10.
"""

from refimpl.state_space.config import StateSpaceConfig, StateSpaceError
from refimpl.state_space.model import RecurrentState, StateSpace
from refimpl.state_space.recurrence import GatedRecurrence
from refimpl.state_space.scan import scan

__all__ = [
    "GatedRecurrence",
    "RecurrentState",
    "StateSpace",
    "StateSpaceConfig",
    "StateSpaceError",
    "scan",
]
