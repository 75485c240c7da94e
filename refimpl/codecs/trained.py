"""What codecs of mel frames with a trained network share: how it is used, and how it is kept."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import nn

from refimpl.codecs.codec import check_codes
from refimpl.codecs.mel_codec import MelCodec, check_frames
from refimpl.codecs.windows import hold_last
from refimpl.configuration import Configuration
from refimpl.mel import MelConfig
from refimpl.reading import check_shapes


class TrainedMelCodec(MelCodec):
    """The base class of codecs whose encoder and decoder are one trained network.

    The last step of a clip is filled by repeating its last frame, so decoding may return some
    frames more than the input.

    Args:
        mel: the configuration of its frames.
        network: with the methods `latents`, `quantize`, `lookup` and `reconstruct`, and its shape
            as `config`; its weights are rounded to as many bits as the file holds.
        stream_sizes: codes in each stream; of the network's streams the first so many are used.
        mean, std: (n_mels,) in dB, for the normalisation.
        frames_per_step: mel frames in a step.
        history: the training's records, see `train_codes`.
        notes: any JSON to keep with it.

    A codec of this kind names the classes of its network and of the network's shape, and the type
    of the weights in its file.

    Taught in lessons 4 and 8.
    """

    network_class: ClassVar[type[nn.Module]]
    network_config: ClassVar[type[Configuration]]
    weights: ClassVar[torch.dtype] = torch.float32

    def __init__(
        self,
        mel: MelConfig,
        network: nn.Module,
        stream_sizes: tuple[int, ...],
        mean: np.ndarray,
        std: np.ndarray,
        *,
        frames_per_step: int,
        history: Sequence[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        self.network, self.config = network.eval(), network.config
        with torch.no_grad():
            for weight in network.state_dict().values():
                weight.copy_(weight.to(self.weights))
        super().__init__(mel, stream_sizes, mean, std, frames_per_step=frames_per_step, notes=notes)
        self.history = list(history or [])

    @torch.inference_mode()
    def encode_frames(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Write frames (n_frames, n_mels) in dB as codes (n_steps, n_streams) int64.

        Args:
            frames: of one clip; the network sees each with its neighbours.
            mel: the configuration that made them; it is compared with the codec's.

        Raises:
            CodecError: frames of another width or configuration, or with NaN.
        """
        frames = check_frames(frames, self.mel, mel)
        if len(frames) == 0:
            return np.empty((0, len(self.stream_sizes)), dtype=np.int64)
        n_steps = -(-len(frames) // self.frames_per_step)
        frames = hold_last(self.normalise(frames), n_steps * self.frames_per_step)
        latents = self.network.latents(torch.from_numpy(frames)[None])  # (1, n_latents, dim)
        codes = self.network.quantize(latents).codes[0].numpy()  # (n_steps, all streams)
        return codes[:, : len(self.stream_sizes)]

    @torch.inference_mode()
    def decode_frames(self, codes: np.ndarray) -> np.ndarray:
        """Turn codes (n_steps, n_streams) into frames (n_steps * frames_per_step, n_mels) in dB.

        Raises:
            CodecError: another shape, or a number that is no code.
        """
        codes = torch.from_numpy(check_codes(codes, self.stream_sizes))
        if len(codes) == 0:
            return np.empty((0, self.mel.n_mels), dtype=np.float32)
        frames = self.network.reconstruct(self.network.lookup(codes[None]))[0].numpy()
        # The floor is the only value below which no frame of this mel configuration goes.
        return np.maximum(frames * self.std + self.mean, self.mel.floor_db).astype(np.float32)

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps(self._identity(), sort_keys=True).encode())
        for name, array in sorted(self._arrays().items()):
            digest.update(self._line(name, array).encode())
            digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        return digest.hexdigest()[:16]

    def _identity(self) -> list[Any]:
        """The settings that determine the meaning of a code, as JSON."""
        return [self.mel.identity(), self.config.identity()]

    @staticmethod
    @abstractmethod
    def _line(name: str, array: np.ndarray) -> str:
        """The line that a fingerprint reads before an array's numbers; old files depend on it."""

    def _header(self) -> dict[str, Any]:
        return {"config": self.config.to_dict(), "history": self.history}

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {
            name: weight.detach().to(self.weights).contiguous().numpy()
            for name, weight in self.network.state_dict().items()
        }
        return arrays | {"normaliser.mean": self.mean, "normaliser.std": self.std}

    @classmethod
    def _restore(
        cls, mel: MelConfig, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> Self:
        config = cls.network_config.from_dict(header["config"])
        mean, std = (arrays.pop(f"normaliser.{name}") for name in ("mean", "std"))
        weights = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
        make = partial(cls.network_class, mel.n_mels, config)
        check_shapes(make, config, weights)
        network = make()
        network.load_state_dict(weights)
        return cls(mel, network, mean, std, **cls._options(header))

    @classmethod
    def _options(cls, header: dict[str, Any]) -> dict[str, Any]:
        """Return the further arguments of the codec that its file's header holds."""
        return {"history": header["history"]}
