"""Embeddings that others have trained on hours of everything: CLAP, EnCodec and AST.

The `transformers` library has their networks, and the Hugging Face Hub their weights. Both are
optional: `pip install 'refimpl[codecs]'` brings the library, and weights come from the Hub, or from
a folder. VGGish, which the first papers on Fréchet audio distance used, is not among them: the
library does not have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from refimpl.codecs.hub import (
    check_place,
    import_transformers,
    load_model,
    weights_within_reach,
)
from refimpl.embeddings.embedding import Embedding, windows_over
from refimpl.errors import UserError, suggest


@dataclass(frozen=True)
class Family:
    """How a kind of model is called in `transformers`."""

    model_class: str
    name: str  # on the Hub, of the usual weights
    window: float  # seconds that it hears at a time


FAMILIES = {
    "clap": Family("ClapModel", "laion/clap-htsat-unfused", 10.0),
    "encodec": Family("EncodecModel", "facebook/encodec_24khz", 1.0),
    "audio-spectrogram-transformer": Family(
        "ASTForAudioClassification", "MIT/ast-finetuned-audioset-10-10-0.4593", 10.0
    ),
}
SHORT = {"clap": "clap", "encodec": "encodec", "ast": "audio-spectrogram-transformer"}


class PretrainedEmbedding(Embedding):
    """CLAP, EnCodec's encoder, or AST as an embedding.

    Args:
        model: a ClapModel, EncodecModel or ASTForAudioClassification of `transformers`.
        extractor: its feature extractor; EnCodec needs none.
        tokenizer: of CLAP's captions; None where only sounds are compared.
        name: what tables call it; None takes the kind.

    Attributes:
        kind: a name in `FAMILIES`.

    Raises:
        UserError: another model.

    Source: Elizalde et al. 2023 (CLAP); Défossez et al. 2022 (EnCodec); Gong et al. 2021 (AST).
    Taught in lesson 11.
    """

    def __init__(
        self,
        model: nn.Module,
        extractor: Any = None,
        tokenizer: Any = None,
        name: str | None = None,
    ):
        self.kind = model.config.model_type
        if self.kind not in FAMILIES:
            raise UserError(f"the model is of type {self.kind!r}; {suggest('', FAMILIES)}")
        self.model, self.extractor, self.tokenizer = model.eval(), extractor, tokenizer
        self.about = "A network that others have trained on many kinds of sound."
        self.gives_labels = self.kind == "audio-spectrogram-transformer"
        self.reads_captions = self.kind == "clap" and tokenizer is not None
        self.name, self.window = name or self.kind, FAMILIES[self.kind].window
        rate = model.config if self.kind == "encodec" else extractor
        self.sample_rate = int(rate.sampling_rate)

    @classmethod
    def load(cls, name: str | Path, *, download: bool = True) -> PretrainedEmbedding:
        """Load an embedding by its name, or from a folder.

        Args:
            name: "clap", "encodec" or "ast"; a name on the Hub, such as "laion/clap-htsat-fused";
                or a folder with config.json, preprocessor_config.json and model.safetensors.
            download: False uses only what is on this machine.

        Raises:
            UserError: no `transformers`, no such folder, or no weights within reach.

        Taught in lesson 11.
        """
        transformers = import_transformers("CLAP, EnCodec and AST", UserError)
        place = FAMILIES[SHORT[name]].name if name in SHORT else str(name)
        check_place(place, SHORT, "laion/clap-htsat-fused", UserError)
        options = {"local_files_only": not download}
        extractor = tokenizer = None
        classes = {kind: family.model_class for kind, family in FAMILIES.items()}
        with weights_within_reach(place, UserError):
            kind, model = load_model(transformers, place, classes, SHORT, options, UserError)
            if kind != "encodec":
                extractor = transformers.AutoFeatureExtractor.from_pretrained(place, **options)
        if kind == "clap":
            tokenizer = _tokenizer(transformers, place, options)
        return cls(model, extractor, tokenizer, name=f"{kind} ({place})")

    @torch.inference_mode()
    def windows_of(self, audio: np.ndarray) -> np.ndarray:
        """Turn one sound into (n_windows, n_features)."""
        if self.kind == "encodec":
            frames = self.model.encoder(torch.from_numpy(audio)[None, None])[0].T.numpy()
            rate = len(frames) * self.sample_rate / len(audio)
            means = [one.mean(axis=0) for one in windows_over(frames, rate, self.window)]
            return np.stack(means).astype(np.float32)
        vectors = [self._vector(piece) for piece in self._pieces(audio)]
        return np.stack(vectors).astype(np.float32)

    @torch.inference_mode()
    def embed_captions(self, captions: Sequence[str]) -> np.ndarray:
        """Turn captions into vectors (n_captions, n_features) beside those of sounds.

        Raises:
            UserError: a model without captions, or without its tokenizer.
        """
        if not self.reads_captions:
            raise UserError(f"{self.name} reads no captions; take CLAP, with its tokenizer's files")
        words = self.tokenizer(list(captions), padding=True, return_tensors="pt")
        return self.model.get_text_features(**words).pooler_output.numpy()

    @torch.inference_mode()
    def probabilities(self, sounds: Sequence[np.ndarray], sample_rate: int) -> np.ndarray:
        """Give the labels of sounds, by a softmax as in AudioGen's measures.

        Returns:
            (n_sounds, n_labels), means over the windows of each sound.

        Raises:
            UserError: a model that gives no labels.
        """
        self._check_labels()
        return self.labels_of(self.embed(sounds, sample_rate))

    @torch.inference_mode()
    def labels_of(self, vectors: Sequence[np.ndarray]) -> np.ndarray:
        """Give the labels (n_sounds, n_labels) of sounds from their vectors; see `probabilities`.

        Raises:
            UserError: a model that gives no labels.
        """
        self._check_labels()
        logits = [self.model.classifier(torch.from_numpy(windows)) for windows in vectors]
        rows = [windows.softmax(dim=-1).mean(dim=0) for windows in logits]
        return torch.stack(rows).double().numpy()

    def _check_labels(self) -> None:
        if not self.gives_labels:
            raise UserError(f"{self.name} gives no labels; take AST")

    def _vector(self, piece: np.ndarray) -> np.ndarray:
        features = self._features(piece)
        if self.kind == "clap":
            return self.model.get_audio_features(**features).pooler_output[0].numpy()
        hidden = self.model.audio_spectrogram_transformer(**features).pooler_output
        return hidden[0].numpy()

    def _features(self, piece: np.ndarray) -> Any:
        return self.extractor(piece, sampling_rate=self.sample_rate, return_tensors="pt")

    def _pieces(self, audio: np.ndarray) -> list[np.ndarray]:
        return [
            piece[:, 0] for piece in windows_over(audio[:, None], self.sample_rate, self.window)
        ]


def _tokenizer(transformers: Any, place: str, options: dict[str, Any]) -> Any:
    """Load the tokenizer, or None where a folder has none: sounds need none."""
    # Of a folder without these files the library makes a tokenizer that knows no word.
    files = ("tokenizer.json", "vocab.json")
    if Path(place).is_dir() and not any((Path(place) / name).exists() for name in files):
        return None
    try:
        return transformers.AutoTokenizer.from_pretrained(place, **options)
    except (OSError, ValueError):
        return None
