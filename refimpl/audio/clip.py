"""A clip: a sound, with everything that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Clip:
    """A sound and what is known of it; a corpus gives such clips.

    Attributes:
        name: different for every clip of a corpus.
        sound: `(n_samples,)` float32, or a function that makes it. A function is called whenever
            `audio` is asked for, so that a clip that nobody listens to costs nothing.
        sample_rate: in Hz.
        caption: the clip in words; empty where nobody wrote any.
        facts: what is known, by name, as JSON holds it, such as {"key": "G major", "tempo": 120.0}.

    Taught in lesson 1.
    """

    name: str
    sound: np.ndarray | Callable[[], np.ndarray]
    sample_rate: int
    caption: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def audio(self) -> np.ndarray:
        """The sound, `(n_samples,)` float32."""
        return self.sound() if callable(self.sound) else self.sound
