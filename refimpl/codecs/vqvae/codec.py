"""The VQ-VAE as a codec: mel frames to codes and back by a trained network."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch

from refimpl.codecs.clustering import sample_stream
from refimpl.codecs.codec import CodecError, check_codes
from refimpl.codecs.mel_codec import MelCodec, MelCodecConfig, check_frames
from refimpl.codecs.normaliser import make_normaliser
from refimpl.codecs.vqvae.fitting import fit_network, hold_last, window_stream
from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.configuration import Count, Positive, configuration
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.reading import check_shapes


@configuration
class VQVAECodecConfig(MelCodecConfig):
    """How a preset makes a VQ-VAE: the frames, the network, and its training.

    Args:
        mel: the frames.
        n_clips: see `CodecConfig`.
        network: the shape of the network.
        steps, batch_size, learning_rate: of its training, see `fit_network`.
        window, max_frames: see `VQVAE.fit`.

    Taught in lesson 4.
    """

    kind: Literal["vqvae"] = "vqvae"
    mel: MelConfig = MelConfig()
    n_clips: Count | None = None
    network: VQVAEConfig = VQVAEConfig()
    steps: Count = 2000
    batch_size: Count = 16
    learning_rate: Positive = 5e-3
    window: Count = 32
    max_frames: Count = 131_072

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        return (self.network.n_codes,) * self.network.n_stages

    @property
    def frames_per_step(self) -> int:
        return self.network.downsampling

    @classmethod
    def small(cls) -> Self:
        network = VQVAEConfig(n_codes=16, hidden_size=16, n_layers=1, codebook_dim=4)
        mel = MelConfig(n_fft=1024, n_mels=40)
        return cls(mel=mel, network=network, steps=40, batch_size=4, max_frames=4096)

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> "VQVAE":
        return VQVAE.fit(
            (mel_spectrogram(audio, self.mel) for audio in sounds),
            self.mel,
            self.network,
            window=self.window,
            max_frames=self.max_frames,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=seed,
            show=show,
        )


class VQVAE(MelCodec):
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

    kind: ClassVar[str] = "vqvae"
    file_name: ClassVar[str] = "vqvae.safetensors"
    config_class: ClassVar[type[VQVAECodecConfig]] = VQVAECodecConfig

    def __init__(
        self,
        mel: MelConfig,
        network: VQVAENetwork,
        mean: np.ndarray,
        std: np.ndarray,
        history: list[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        self.network, self.config = network.eval(), network.config
        super().__init__(
            mel,
            (self.config.n_codes,) * self.config.n_stages,
            mean,
            std,
            frames_per_step=self.config.downsampling,
            notes=notes,
        )
        self.history = list(history or [])

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
    def encode_frames(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Write frames (n_frames, n_mels) in dB as codes (n_steps, n_stages) int64.

        Args:
            frames: of one clip; the network sees each with its neighbours.
            mel: the configuration that made them; it is compared with the codec's.

        Raises:
            CodecError: frames of another width or configuration, or with NaN.

        Taught in lesson 4.
        """
        frames = check_frames(frames, self.mel, mel)
        if len(frames) == 0:
            return np.empty((0, len(self.stream_sizes)), dtype=np.int64)
        n_steps = -(-len(frames) // self.frames_per_step)
        frames = hold_last(self.normalise(frames), n_steps * self.frames_per_step)
        latents = self.network.latents(torch.from_numpy(frames)[None])  # (1, n_steps, dim)
        return self.network.quantize(latents).codes[0].numpy()  # (n_steps, n_stages)

    @torch.inference_mode()
    def decode_frames(self, codes: np.ndarray) -> np.ndarray:
        """Turn codes (n_steps, n_stages) into frames (n_steps * frames_per_step, n_mels) in dB.

        Raises:
            CodecError: another shape, or a number that is no code.

        Taught in lesson 4.
        """
        codes = torch.from_numpy(check_codes(codes, self.stream_sizes))
        if len(codes) == 0:
            return np.empty((0, self.mel.n_mels), dtype=np.float32)
        frames = self.network.reconstruct(self.network.lookup(codes[None]))[0].numpy()
        # The floor is the only value below which no frame of this mel configuration goes.
        return np.maximum(frames * self.std + self.mean, self.mel.floor_db).astype(np.float32)

    @property
    def fingerprint(self) -> str:
        parts = [self.mel.to_dict(), self.config.to_dict()]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
        for name, array in sorted(self._arrays().items()):
            array = np.ascontiguousarray(array, dtype="<f4")
            digest.update(f"{name} {array.shape}".encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _header(self) -> dict[str, Any]:
        return {"config": self.config.to_dict(), "history": self.history}

    def _arrays(self) -> dict[str, np.ndarray]:
        weights = self.network.state_dict().items()
        arrays = {name: weight.detach().contiguous().numpy() for name, weight in weights}
        return arrays | {"normaliser.mean": self.mean, "normaliser.std": self.std}

    @classmethod
    def _restore(
        cls, mel: MelConfig, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> Self:
        config = VQVAEConfig.from_dict(header["config"])
        mean, std = (arrays.pop(f"normaliser.{name}") for name in ("mean", "std"))
        weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
        check_shapes(lambda: VQVAENetwork(mel.n_mels, config), config, weights)
        network = VQVAENetwork(mel.n_mels, config)
        network.load_state_dict(weights)
        return cls(mel, network, mean, std, header["history"])
