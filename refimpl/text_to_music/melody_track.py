"""A melody for the model: the pitch class of each step, to be added to the tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.conditioning import MelodyConditioner, Metadata
from refimpl.conditioning.melody import N_CLASSES, REST
from refimpl.tinytunes.tune import Tune


class MelodyTrack(MelodyConditioner):
    """As `MelodyConditioner`, with as many vectors for each clip, and small ones.

    Args:
        hidden_size: of the vectors.
        n_steps: vectors of each clip.
        seed: of the initial values.

    Source: Copet et al. 2023 (MusicGen), section 2.3, where the melody is read before the tokens.
    """

    def __init__(self, hidden_size: int, n_steps: int, *, seed: int = 0) -> None:
        super().__init__(hidden_size, most_frames=n_steps, seed=seed)
        # As large as a token's embedding, which it is added to.
        nn.init.normal_(self.vectors.weight, std=0.1, generator=torch.Generator().manual_seed(seed))

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, n_steps, hidden_size)` and mask `(B, n_steps)`.

        Raises:
            UserError: a melody that is no list of pitch classes.
        """
        n_steps, beyond = self.most_frames, N_CLASSES + 1
        rows = [row + [beyond] * (n_steps - len(row)) for row in map(self._classes, clips)]
        numbers = torch.tensor(rows, device=self.vectors.weight.device)
        return self.vectors(numbers.clamp(max=N_CLASSES)), numbers < beyond


def melody_of(tune: Tune, step_rate: float) -> np.ndarray:
    """The pitch class of a tune's melody in the middle of each step, `(n_steps,)`; -1 for a rest.

    Args:
        tune: whose notes are known; `melody_classes` finds them in a sound.
        step_rate: steps per second.
    """
    middles = (np.arange(int(np.ceil(tune.duration * step_rate))) + 0.5) / step_rate
    classes = np.full(len(middles), REST)
    for note in tune.notes:
        if note.part == "melody":
            sounds = (middles >= note.onset) & (middles < note.onset + note.duration)
            classes[sounds] = note.pitch % N_CLASSES
    return classes
