"""The VQ-VAE as a codec: mel frames to codes and back by a trained network."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np

from refimpl.codecs.mel_codec import MelCodecConfig
from refimpl.codecs.normaliser import make_normaliser
from refimpl.codecs.trained import TrainedMelCodec
from refimpl.codecs.vqvae.fitting import fit_network
from refimpl.codecs.vqvae.network import VQVAEConfig, VQVAENetwork
from refimpl.codecs.windows import sample_windows
from refimpl.configuration import Count, Positive, configuration
from refimpl.mel import MelConfig, mel_spectrogram


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


class VQVAE(TrainedMelCodec):
    """Frames to codes and back by a trained network.

    With `downsampling` d, d frames make one step of codes; the last step of a clip is filled by
    repeating its last frame, so decoding may return up to d - 1 frames more than the input.

    Args:
        mel: the configuration of its frames.
        network: a trained network.
        mean, std: (n_mels,) in dB, for the normalisation.
        history: the training's records, see `train_codes`.
        notes: any JSON to keep with it.

    Source: van den Oord et al. 2017. Taught in lesson 4.
    """

    kind: ClassVar[str] = "vqvae"
    file_name: ClassVar[str] = "vqvae.safetensors"
    config_class: ClassVar[type[VQVAECodecConfig]] = VQVAECodecConfig
    network_class: ClassVar[type[VQVAENetwork]] = VQVAENetwork
    network_config: ClassVar[type[VQVAEConfig]] = VQVAEConfig

    def __init__(
        self,
        mel: MelConfig,
        network: VQVAENetwork,
        mean: np.ndarray,
        std: np.ndarray,
        history: list[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        super().__init__(
            mel,
            network,
            (network.config.n_codes,) * network.config.n_stages,
            mean,
            std,
            frames_per_step=network.config.downsampling,
            history=history,
            notes=notes,
        )

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
        seed = training.get("seed", 0)
        sample = sample_windows(frames, mel, length=window, max_frames=max_frames, seed=seed)
        means = sample.mean.reshape(window, mel.n_mels)
        variances = sample.variance.reshape(window, mel.n_mels)
        # The variance of a band is that within each place of the window and between the places.
        variance = variances.mean(axis=0) + means.var(axis=0)
        mean, std = make_normaliser(means.mean(axis=0), variance, "band")
        windows = sample.frames().reshape(-1, window, mel.n_mels)
        network, history = fit_network((windows - mean) / std, config, **training)
        return cls(mel, network, mean, std, history)

    @staticmethod
    def _line(name: str, array: np.ndarray) -> str:
        return f"{name} {array.shape}"  # all have 32 bits
