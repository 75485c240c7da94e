"""The VQ-VAE as a codec: frames in dB to ids and back, with the interface of a codebook."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from safetensors.torch import save as save_tensors

from refimpl.codebook import make_normaliser
from refimpl.codec import (
    CodecError,
    CodecMeasures,
    check_fingerprint,
    check_frames,
    complete_steps,
    flatten_codes,
    read_header,
    register_codec,
)
from refimpl.files import replace_file
from refimpl.kmeans import sample_stream
from refimpl.mel import MelConfig
from refimpl.reading import check_shapes, read_metadata, read_tensors
from refimpl.vqvae.fitting import fit_network, hold_last, window_stream
from refimpl.vqvae.network import VQVAEConfig, VQVAENetwork

_KIND, _VERSION = "vqvae", 1


@register_codec("vqvae")
class VQVAE(CodecMeasures):
    """Frames to codes and back by a trained network.

    With `downsampling` d, d frames make one step of codes; the last step of a clip is filled by
    repeating its last frame, so decoding may return up to d - 1 frames more than the input.

    Args:
        mel: the configuration of its frames.
        network: a trained network.
        mean, std: (n_mels,) in dB, for the normalisation.
        history: the training's records, see `fit_network`.
        notes: any JSON to keep with it.

    Source: van den Oord et al. 2017. Taught in lesson 4.
    """

    suffix: ClassVar[str] = ".safetensors"

    def __init__(
        self,
        mel: MelConfig,
        network: VQVAENetwork,
        mean: np.ndarray,
        std: np.ndarray,
        history: list[dict[str, float]] | None = None,
        notes: dict[str, Any] | None = None,
    ):
        self.mel, self.network = mel, network.eval()
        self.config = network.config
        self.mean = np.asarray(mean, dtype=np.float32)
        self.std = np.asarray(std, dtype=np.float32)
        self.history, self.notes = list(history or []), dict(notes or {})
        self.stage_sizes = (self.config.n_codes,) * self.config.n_stages
        self.n_codes = sum(self.stage_sizes)
        self.frames_per_step = self.config.downsampling
        n_stages, factor = self.config.n_stages, self.frames_per_step
        # An integer wherever it is one, so that it can be an array's size.
        self.tokens_per_frame = n_stages / factor if n_stages % factor else n_stages // factor

    @classmethod
    def fit(
        cls,
        frames: np.ndarray | Iterable[np.ndarray],
        mel: MelConfig,
        config: VQVAEConfig | None = None,
        *,
        window: int = 32,
        max_frames: int = 131_072,
        **training,
    ) -> "VQVAE":
        """Train a VQ-VAE on a clip's frames, or on a stream of clips that need not fit into memory.

        The stream is read once; training goes over a uniform random sample of its windows.

        Args:
            frames: (n_frames, n_mels) in dB, or any iterable of such arrays, one per clip.
            mel: the configuration that made the frames.
            config: the network's shape; the default has 512 codes.
            window: frames in a training window, rounded up to a multiple of the downsampling.
            max_frames: the most frames to keep in memory.
            training: steps, batch_size, learning_rate, kmeans_start, seed, show; see
                `fit_network`.

        Raises:
            TooFewFramesError: fewer distinct latents than codes.
            CodecError: frames of another width, or with NaN, or none.

        Taught in lesson 4.
        """
        config = config or VQVAEConfig()
        window = -(-window // config.downsampling) * config.downsampling
        pieces = [frames] if isinstance(frames, np.ndarray) else frames
        checked = (check_frames(p, mel) for p in pieces)
        sample = sample_stream(
            window_stream(checked, window), max(1, max_frames // window), training.get("seed", 0)
        )
        if sample.count == 0:
            raise CodecError("no frames to fit on: the stream is empty")
        means = sample.mean.reshape(window, mel.n_mels)
        variances = sample.variance.reshape(window, mel.n_mels)
        # The variance of a band is that within each place of the window and between the places.
        variance = variances.mean(axis=0) + means.var(axis=0)
        mean, std = make_normaliser(means.mean(axis=0), variance, "band")
        windows = sample.frames().reshape(-1, window, mel.n_mels)
        network, history = fit_network((windows - mean) / std, config, **training)
        return cls(mel, network, mean, std, history)

    @torch.inference_mode()
    def encode(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Write frames (n_frames, n_mels) in dB as ids (n_steps * n_stages,) int64.

        Args:
            frames: of one clip; the network sees each with its neighbours.
            mel: the configuration that made them; it is compared with the codec's.

        Raises:
            CodecError: frames of another width or configuration, or with NaN.

        Taught in lesson 4.
        """
        frames = check_frames(frames, self.mel, mel)
        if len(frames) == 0:
            return np.empty(0, dtype=np.int64)
        n_steps = -(-len(frames) // self.frames_per_step)
        frames = hold_last((frames - self.mean) / self.std, n_steps * self.frames_per_step)
        latents = self.network.latents(torch.from_numpy(frames)[None])  # (1, n_steps, dim)
        codes = self.network.quantize(latents).codes[0]  # (n_steps, n_stages)
        return flatten_codes(codes.numpy(), self.stage_sizes)

    @torch.inference_mode()
    def decode(self, ids: np.ndarray) -> np.ndarray:
        """Turn ids back into frames (n_steps * frames_per_step, n_mels) float32 in dB.

        Ids of a step that is incomplete or not in stage order are ignored.

        Raises:
            CodecError: an id that is no code.

        Taught in lesson 4.
        """
        codes = torch.from_numpy(complete_steps(ids, self.stage_sizes))
        if len(codes) == 0:
            return np.empty((0, self.mel.n_mels), dtype=np.float32)
        frames = self.network.reconstruct(self.network.lookup(codes[None]))[0].numpy()
        # The floor is the only value below which no frame of this mel configuration goes.
        return np.maximum(frames * self.std + self.mean, self.mel.floor_db).astype(np.float32)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines the meaning of an id, 16 hexadecimal digits."""
        parts = [self.mel.to_dict(), self.config.to_dict()]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
        for name, tensor in sorted(self._tensors().items()):
            array = np.ascontiguousarray(tensor.numpy(), dtype="<f4")
            digest.update(f"{name} {array.shape}".encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _tensors(self) -> dict[str, torch.Tensor]:
        tensors = {k: v.detach().contiguous() for k, v in self.network.state_dict().items()}
        normaliser = {"mean": torch.from_numpy(self.mean), "std": torch.from_numpy(self.std)}
        return tensors | {f"normaliser.{k}": v for k, v in normaliser.items()}

    def save(self, path: str | Path) -> Path:
        """Write the codec to one .safetensors file with a JSON header, without pickle."""
        path = Path(path)
        if path.suffix != self.suffix:
            raise CodecError(f"{path}: a VQ-VAE's file ends in {self.suffix}")
        header = json.dumps(
            {
                "kind": _KIND,
                "version": _VERSION,
                "mel": self.mel.to_dict(),
                "config": self.config.to_dict(),
                "fingerprint": self.fingerprint,
                "history": self.history,
                "notes": self.notes,
            }
        )
        replace_file(path, save_tensors(self._tensors(), {"header": header}))
        return path

    @classmethod
    def load(cls, path: str | Path) -> "VQVAE":
        """Read what `save` wrote.

        Raises:
            CodecError: no file, a damaged one, or one of another kind or format version.
        """
        path = Path(path)
        if not path.is_file():
            raise CodecError(f"{path}: no such VQ-VAE file")
        data = path.read_bytes()
        tensors = read_tensors(data, path, CodecError)
        header = read_header(read_metadata(data).get("header", ""), _KIND, _VERSION, path)
        try:
            mel, config = (
                MelConfig.from_dict(header["mel"]),
                VQVAEConfig.from_dict(header["config"]),
            )
            mean, std = (tensors.pop(f"normaliser.{k}").numpy() for k in ("mean", "std"))
            check_shapes(lambda: VQVAENetwork(mel.n_mels, config), config, tensors)
            network = VQVAENetwork(mel.n_mels, config)
            network.load_state_dict(tensors)
            vqvae = cls(mel, network, mean, std, header["history"], header["notes"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = str(error).splitlines()[0][:200]
            raise CodecError(f"{path}: damaged ({reason})") from error
        return check_fingerprint(vqvae, header, path)
