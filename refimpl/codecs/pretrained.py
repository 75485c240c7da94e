"""EnCodec, DAC and Mimi: codecs that others have trained on thousands of hours, as codecs here.

The `transformers` library has their networks, and the Hugging Face Hub their weights. Both are
optional: `pip install 'refimpl[codecs]'` brings the library, and weights come from the Hub, or from
a folder. They work on samples, at rates of thousands of bits per second.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.codecs.codec import CodecError, check_codes
from refimpl.codecs.hub import (
    check_place,
    import_transformers,
    load_model,
    weights_within_reach,
)
from refimpl.errors import suggest


@dataclass(frozen=True)
class Family:
    """How a kind of model is called in `transformers`."""

    model_class: str
    name: str  # on the Hub, of the usual weights


FAMILIES = {
    "encodec": Family("EncodecModel", "facebook/encodec_24khz"),
    "dac": Family("DacModel", "descript/dac_44khz"),
    "mimi": Family("MimiModel", "kyutai/mimi"),
}


class PretrainedCodec:
    """EnCodec, DAC or Mimi: sound to codes and back, a stream for each codebook.

    It has what comparisons and tokenizers use of a codec. It is not in `CODECS`, since there is
    nothing to fit, and its weights stay where they are instead of going into a run's folder.

    Args:
        model: an EncodecModel, DacModel or MimiModel of `transformers`.
        n_codebooks: use only the first so many codebooks; None: all of them.
        notes: any JSON to keep with it.

    Attributes:
        kind: a name in `FAMILIES`.
        sample_rate: of the sounds, in Hz.
        step_rate: steps per second.
        stream_sizes: codes in each codebook.
        hop_length: samples in a step.

    Raises:
        CodecError: another model, more codebooks than it has, or more than one channel.

    Source: Défossez et al. 2022 (EnCodec); Kumar et al. 2023 (DAC); Défossez et al. 2024 (Mimi).
    Taught in lesson 8.
    """

    def __init__(
        self, model: nn.Module, n_codebooks: int | None = None, notes: dict[str, Any] | None = None
    ):
        config = model.config
        if config.model_type not in FAMILIES:
            raise CodecError(f"the model is of type {config.model_type!r}; {suggest('', FAMILIES)}")
        if getattr(config, "audio_channels", 1) != 1 or getattr(config, "normalize", False):
            raise CodecError(
                "this model takes two channels, or sends a loudness beside its codes, as EnCodec "
                "for 48 kHz does; take one with one channel, such as EnCodec for 24 kHz"
            )
        self.model, self.kind, self.notes = model.eval(), config.model_type, dict(notes or {})
        self.sample_rate = int(config.sampling_rate)
        self.hop_length = _hop_length(config)
        self.step_rate = self.sample_rate / self.hop_length
        available = config.n_codebooks if self.kind == "dac" else config.num_quantizers
        if n_codebooks is not None and not 1 <= n_codebooks <= available:
            raise CodecError(f"n_codebooks is {n_codebooks}; this model has 1 to {available}")
        self.stream_sizes = (int(config.codebook_size),) * (n_codebooks or available)

    @classmethod
    def load(
        cls, name: str | Path, n_codebooks: int | None = None, *, download: bool = True
    ) -> "PretrainedCodec":
        """Load a codec by its name, or from a folder.

        Args:
            name: "encodec", "dac" or "mimi"; a name on the Hub, such as "descript/dac_16khz"; or a
                folder with config.json and model.safetensors.
            n_codebooks: see the class.
            download: False uses only what is on this machine.

        Raises:
            CodecError: no `transformers`, no such folder, or no weights within reach.

        Taught in lesson 8.
        """
        transformers = import_transformers("EnCodec, DAC and Mimi", CodecError)
        place = FAMILIES[name].name if name in FAMILIES else str(name)
        check_place(place, FAMILIES, "descript/dac_44khz", CodecError)
        options = {"local_files_only": not download}
        classes = {kind: family.model_class for kind, family in FAMILIES.items()}
        with weights_within_reach(place, CodecError):
            _, model = load_model(transformers, place, classes, FAMILIES, options, CodecError)
        return cls(model, n_codebooks, {"name": place})

    @torch.inference_mode()
    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into codes (n_steps, n_codebooks) int64.

        The last step is filled with silence.

        Raises:
            CodecError: an array of another shape, or with NaN.
        """
        audio = np.asarray(audio, dtype=np.float32)
        if audio.ndim != 1 or not np.isfinite(audio).all():
            raise CodecError(
                f"got audio of shape {audio.shape}; (n_samples,) at {self.sample_rate} Hz without "
                "NaN is needed"
            )
        if len(audio) == 0:
            return np.empty((0, len(self.stream_sizes)), dtype=np.int64)
        n_steps = -(-len(audio) // self.hop_length)
        padded = np.pad(audio, (0, n_steps * self.hop_length - len(audio)))
        codes = self._codes(torch.from_numpy(padded)[None, None])  # (n_all, n_steps)
        return codes[: len(self.stream_sizes), :n_steps].T.contiguous().numpy()

    def _codes(self, audio: Tensor) -> Tensor:
        """Encode (1, 1, n_samples) by all codebooks: (n_all, n_steps)."""
        if self.kind == "encodec":
            widest = self.model.config.target_bandwidths[-1]
            return self.model.encode(audio, bandwidth=widest).audio_codes[0, 0]
        return self.model.encode(audio).audio_codes[0]

    @torch.inference_mode()
    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Turn codes (n_steps, n_codebooks) into a waveform (n_samples,) float32.

        Returns:
            n_steps * hop_length samples.

        Raises:
            CodecError: another shape, or a number that is no code.
        """
        codes = check_codes(codes, self.stream_sizes)
        n_samples = len(codes) * self.hop_length
        if n_samples == 0:
            return np.empty(0, dtype=np.float32)
        rows = torch.from_numpy(codes.T.copy())[None]  # (1, n_codebooks, n_steps)
        if self.kind == "encodec":
            audio = self.model.decode(rows[None], [None]).audio_values
        else:
            audio = self.model.decode(audio_codes=rows).audio_values
        audio = audio.reshape(-1)[:n_samples].numpy().astype(np.float32)
        # DAC's strided layers give some samples less than they took.
        return np.pad(audio, (0, n_samples - len(audio)))

    def codebooks(self) -> list[np.ndarray]:
        """Return the codebooks as their distances use them, each (n_codes, code_dim) float32.

        DAC compares directions, so its codes have length 1 here.
        """
        if self.kind == "dac":
            found = [
                nn.functional.normalize(book.codebook.weight)
                for book in self.model.quantizer.quantizers
            ]
        elif self.kind == "encodec":
            found = [layer.codebook.embed for layer in self.model.quantizer.layers]
        else:
            split = self.model.quantizer
            layers = [
                *split.semantic_residual_vector_quantizer.layers,
                *split.acoustic_residual_vector_quantizer.layers,
            ]
            found = [layer.codebook.embed for layer in layers]
        used = found[: len(self.stream_sizes)]
        return [book.detach().numpy().astype(np.float32) for book in used]

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines the meaning of a code, 16 hexadecimal digits."""
        parts = [self.kind, self.hop_length, list(self.stream_sizes)]
        digest = hashlib.sha256(json.dumps(parts).encode())
        for name, weight in sorted(self.model.state_dict().items()):
            digest.update(name.encode() + weight.detach().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]


def _hop_length(config: Any) -> int:
    """Return the samples in a step of a model with this configuration."""
    if config.model_type == "mimi":  # whose last stride follows from its frame rate
        return round(config.sampling_rate / config.frame_rate)
    return int(np.prod(config.upsampling_ratios))
