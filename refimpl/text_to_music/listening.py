"""A backbone that takes conditions in two ways: added to its tokens, and looked at."""

from __future__ import annotations

from torch import Tensor

from refimpl.backbones import Backbone, Where
from refimpl.conditioning import Summed

Condition = tuple[Tensor, Tensor]


class Listening(Summed):
    """Adds the first vectors of a condition to its tokens, and looks at the others.

    A condition is, side by side, some tracks with a vector for each step, and then the vectors of
    a text. The tracks are added to the tokens; to the text, cross-attention looks.

    Args:
        backbone: built with cross-attention.
        n_tracks: of a condition.
        n_steps: vectors of each track.
    """

    def __init__(self, backbone: Backbone, n_tracks: int, n_steps: int) -> None:
        super().__init__(backbone)
        self.n_tracks, self.n_steps = n_tracks, n_steps
        self._parted: tuple[Condition, Tensor, Condition] | None = None

    def hidden_states(self, input_ids, where=Where(), state=None, condition=None) -> Tensor:  # noqa: B008
        if condition is None:
            return self.backbone.hidden_states(input_ids, where, state)
        self.backbone._check(input_ids, where)
        tracks, text = self._part(input_ids, condition, keep=state is not None)
        x = self._with_frames(input_ids, tracks, where, state)
        return self.backbone.mix(x, where, state, text)

    def _part(self, input_ids: Tensor, condition: Condition, *, keep: bool):
        """Part a condition into the sum of its tracks `(B, n_steps, hidden_size)` and its text.

        Writing asks again for every token, with the same condition, so the parts are kept.
        """
        if self._parted is not None and self._parted[0] is condition:
            return self._parted[1:]
        vectors = self._check(input_ids, condition)
        end = self.n_tracks * self.n_steps
        tracks = vectors[:, :end].unflatten(1, (self.n_tracks, self.n_steps)).sum(dim=1)
        text = condition[0][:, end:], condition[1][:, end:]
        self._parted = (condition, tracks, text) if keep else None
        return tracks, text
