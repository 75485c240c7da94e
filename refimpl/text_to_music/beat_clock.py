"""A clock that ticks in beats: where in beat, bar and tune each step of the codec stands.

A model that is told its tempo in words has to count seconds to find the next beat, in steps that no
beat fits. The clock does the counting: each step gets the phases of a few periods at the tempo that
was asked for, and a note that belongs on the beat always belongs at the same phase.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from refimpl.conditioning import Metadata
from refimpl.errors import UserError

PERIODS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # beats: from an eighth note to four bars


def beat_phases(tempo: float, n_steps: int, step_rate: float, n_beats: int) -> Tensor:
    """The clock of a tune.

    Args:
        tempo: beats per minute.
        n_steps: of the codec.
        step_rate: steps per second.
        n_beats: of the tune.

    Returns:
        (n_steps, 13) float32: sine and cosine of the phase in each of `PERIODS`, and in the last
        number 1 from the end of the tune on, where the phases are 0.

    Taught in lesson 9.
    """
    beats = torch.arange(n_steps) / step_rate * tempo / 60  # (n_steps,)
    angles = 2 * math.pi * beats[:, None] / torch.tensor(PERIODS)
    # A tune may be some samples shorter than its beats, and a step begins before it ends.
    over = (beats >= n_beats - 0.01).float()[:, None]
    return torch.cat([angles.sin() * (1 - over), angles.cos() * (1 - over), over], dim=1)


class BeatClock(nn.Module):
    """A conditioner with a vector for each step, made from the clock at the clip's tempo.

    A clip without a tempo has no clock: the model then chooses one.

    Args:
        hidden_size: of the vectors.
        step_rate: steps of the codec per second.
        n_steps: vectors of each clip.
        n_beats: of a tune.
        fact: the name of the tempo in `Metadata.facts`, in beats per minute.
        seed: of the initial values.

    Taught in lesson 9.
    """

    def __init__(
        self,
        hidden_size: int,
        *,
        step_rate: float,
        n_steps: int,
        n_beats: int,
        fact: str = "tempo",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.step_rate, self.n_steps, self.n_beats, self.fact = step_rate, n_steps, n_beats, fact
        self.hand = nn.Linear(2 * len(PERIODS) + 1, hidden_size, bias=False)
        # As large as a token's embedding, which it is added to.
        nn.init.normal_(self.hand.weight, std=0.05, generator=torch.Generator().manual_seed(seed))

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, n_steps, hidden_size)` and mask `(B, n_steps)`.

        Raises:
            UserError: a tempo that is no number above 0.
        """
        phases = torch.stack([self._phases(clip) for clip in clips]).to(self.hand.weight.device)
        known = torch.tensor([clip.facts.get(self.fact) is not None for clip in clips])
        return self.hand(phases), known.to(phases.device)[:, None].expand(-1, self.n_steps)

    def _phases(self, clip: Metadata) -> Tensor:
        tempo = clip.facts.get(self.fact)
        if tempo is None:
            return torch.zeros(self.n_steps, 2 * len(PERIODS) + 1)
        if isinstance(tempo, bool) or not isinstance(tempo, int | float) or not tempo > 0:
            raise UserError(f"the {self.fact} is {tempo!r}; give beats per minute, more than 0")
        return beat_phases(float(tempo), self.n_steps, self.step_rate, self.n_beats)
