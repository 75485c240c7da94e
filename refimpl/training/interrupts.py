"""Ctrl-C during training: finish the step, save, and only then stop."""

from __future__ import annotations

import signal
from typing import Any


class Interrupts:
    """Record a first Ctrl-C (or SIGTERM); a second one stops at once.

    An exception in the middle of an update would leave weights and optimizer at two different
    steps, which no checkpoint could repair.
    """

    def __init__(self) -> None:
        self.asked = False
        self._previous: dict[int, Any] = {}

    def _note(self, number: int, frame: Any) -> None:
        self.asked = True
        signal.signal(number, self._previous[number])

    def __enter__(self) -> Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._previous[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread, which alone receives signals
                break
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
