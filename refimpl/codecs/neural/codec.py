"""The neural codec of mel frames: a network that sees time, and codes at several rates.

One trained network serves several bit rates: `with_streams(k)` is the codec of its first k books.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch

from refimpl.codecs.clustering import sample_stream
from refimpl.codecs.codec import CodecError, check_codes
from refimpl.codecs.mel_codec import MelCodec, MelCodecConfig, check_frames
from refimpl.codecs.neural.emphasis import low_emphasis
from refimpl.codecs.neural.fitting import fit_neural
from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.codecs.neural.quantizers import QuantizerConfig
from refimpl.codecs.normaliser import make_normaliser
from refimpl.codecs.vqvae.fitting import hold_last, window_stream
from refimpl.configuration import Count, Positive, configuration
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.reading import check_shapes


@configuration
class NeuralCodecConfig(MelCodecConfig):
    """How a preset makes a neural codec: the frames, the network, and its training.

    Args:
        mel: the frames.
        n_clips: see `CodecConfig`.
        network: the shape of the network, with its quantizer.
        n_streams: the number of books whose codes the codec gives, from the first; None: all. All
            books are trained.
        steps, batch_size, learning_rate: of its training, see `fit_neural`.
        window, max_frames, emphasis: see `NeuralCodec.fit`.

    Taught in lesson 8.
    """

    kind: Literal["neural"] = "neural"
    mel: MelConfig = MelConfig(sample_rate=22050, n_fft=2048, hop_length=704, n_mels=192)
    n_clips: Count | None = None
    network: NeuralConfig = NeuralConfig()
    n_streams: Count | None = None
    steps: Count = 7200
    batch_size: Count = 16
    learning_rate: Positive = 6e-3
    window: Count = 64
    max_frames: Count = 262_144
    emphasis: Positive = 3.0

    def __post_init__(self) -> None:
        _check_streams(self.network, self.n_streams)

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        return self.network.quantizer.stream_sizes[: self.n_streams]

    @property
    def frames_per_step(self) -> int:
        return self.network.frames_per_step

    @classmethod
    def small(cls) -> Self:
        quantizer = QuantizerConfig(n_books=2, n_codes=16)
        network = NeuralConfig(
            width=16, downsampling=2, encoder_blocks=1, decoder_blocks=1, quantizer=quantizer
        )
        mel = MelConfig(n_fft=1024, n_mels=40)
        training = {"steps": 200, "batch_size": 4, "learning_rate": 1e-2, "window": 32}
        return cls(mel=mel, network=network, max_frames=4096, **training)

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> "NeuralCodec":
        codec = NeuralCodec.fit(
            (mel_spectrogram(audio, self.mel) for audio in sounds),
            self.mel,
            self.network,
            window=self.window,
            max_frames=self.max_frames,
            emphasis=self.emphasis,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=seed,
            show=show,
        )
        return codec if self.n_streams is None else codec.with_streams(self.n_streams)

    def describe(self) -> str:
        return f"{super().describe()} every {self.frames_per_step} frames, by a network"


class NeuralCodec(MelCodec):
    """Frames to codes and back by a trained network with several books of codes.

    The weights have 16 bits, as the file holds them. The last step of a clip is filled by repeating
    its last frame, so decoding may return some frames more than the input.

    Args:
        mel: the configuration of its frames.
        network: a trained network; its weights are rounded to 16 bits.
        mean, std: (n_mels,) in dB, for the normalisation.
        n_streams: the number of books whose codes the codec gives, from the first; None: all.
        history: the training's records, see `fit_neural`.
        notes: any JSON to keep with it.

    Source: Zeghidour et al. 2021 (SoundStream). Taught in lesson 8.
    """

    kind: ClassVar[str] = "neural"
    file_name: ClassVar[str] = "neural.safetensors"
    config_class: ClassVar[type[NeuralCodecConfig]] = NeuralCodecConfig

    def __init__(
        self,
        mel: MelConfig,
        network: NeuralNetwork,
        mean: np.ndarray,
        std: np.ndarray,
        *,
        n_streams: int | None = None,
        history: list[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        _check_streams(network.config, n_streams)
        self.network, self.config, self.n_streams = network.eval(), network.config, n_streams
        with torch.no_grad():
            for weight in network.state_dict().values():
                weight.copy_(weight.half())
        super().__init__(
            mel,
            self.config.quantizer.stream_sizes[:n_streams],
            mean,
            std,
            frames_per_step=self.config.frames_per_step,
            notes=notes,
        )
        self.history = list(history or [])

    @classmethod
    def fit(
        cls,
        frames: np.ndarray | Iterable[np.ndarray],
        mel: MelConfig,
        config: NeuralConfig | None = None,
        *,
        window: int = 64,
        max_frames: int = 262_144,
        emphasis: float = 3.0,
        **training,
    ) -> "NeuralCodec":
        """Train a neural codec on a clip's frames, or on a stream of clips.

        The stream is read once; training goes over a uniform random sample of its windows.

        Args:
            frames: (n_frames, n_mels) in dB, or any iterable of such arrays, one per clip.
            mel: the configuration that made the frames.
            config: the network's shape.
            window: frames in a training window, rounded up to whole steps.
            max_frames: the most frames to keep in memory.
            emphasis: how much more errors below 1 kHz count, see `low_emphasis`.
            training: steps, batch_size, learning_rate, seed, folder, show; see `fit_neural`.

        Raises:
            TooFewFramesError: fewer distinct latents than codes.
            CodecError: frames of another width, or with NaN, or none.
        """
        config = config or NeuralConfig()
        window = -(-window // config.frames_per_step) * config.frames_per_step
        pieces = [frames] if isinstance(frames, np.ndarray) else frames
        checked = (check_frames(p, mel) for p in pieces)
        sample = sample_stream(
            window_stream(checked, window), max(1, max_frames // window), training.get("seed", 0)
        )
        if sample.count == 0:
            raise CodecError("no frames to fit on: the stream is empty")
        windows = sample.frames().reshape(-1, window, mel.n_mels)
        moments = windows.mean(axis=(0, 1)), windows.var(axis=(0, 1))
        # One unit for all bands: the high ones that hardly change would else count like the rest.
        mean, std = make_normaliser(*moments, "global")
        std = std / low_emphasis(mel, emphasis)
        network, history = fit_neural((windows - mean) / std, config, **training)
        return cls(mel, network, mean, std, history=history)

    def with_streams(self, n_streams: int) -> "NeuralCodec":
        """Return the codec of the first `n_streams` books; it shares this one's network.

        Raises:
            CodecError: there are fewer, or the quantizer's first streams are no codec alone.
        """
        return NeuralCodec(
            self.mel,
            self.network,
            self.mean,
            self.std,
            n_streams=n_streams,
            history=self.history,
            notes=self.notes,
        )

    @property
    def latency(self) -> float:
        """Seconds of sound after a moment that have to be known before it can be decoded.

        A step waits for its last frame, a frame for half its window of samples, and the network
        for the frames that it sees ahead. Griffin-Lim, which works on the whole sound, is not part
        of it.
        """
        frames = self.frames_per_step + self.network.look_ahead
        return (frames * self.mel.hop_length + self.mel.n_fft / 2) / self.mel.sample_rate

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
        latents = self.network.latents(torch.from_numpy(frames)[None])
        codes = self.network.quantize(latents).codes[0].numpy()
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
        parts = [self.mel.to_dict(), self.config.to_dict(), list(self.stream_sizes)]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
        for name, array in sorted(self._arrays().items()):
            digest.update(f"{name} {array.shape} {array.dtype}".encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _header(self) -> dict[str, Any]:
        return {
            "config": self.config.to_dict(),
            "n_streams": self.n_streams,
            "history": self.history,
        }

    def _arrays(self) -> dict[str, np.ndarray]:
        weights = self.network.state_dict().items()
        arrays = {name: weight.detach().half().contiguous().numpy() for name, weight in weights}
        return arrays | {"normaliser.mean": self.mean, "normaliser.std": self.std}

    @classmethod
    def _restore(
        cls, mel: MelConfig, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> Self:
        config = NeuralConfig.from_dict(header["config"])
        mean, std = (arrays.pop(f"normaliser.{name}") for name in ("mean", "std"))
        weights = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
        check_shapes(lambda: NeuralNetwork(mel.n_mels, config), config, weights)
        network = NeuralNetwork(mel.n_mels, config)
        network.load_state_dict(weights)
        n_streams, history = header["n_streams"], header["history"]
        return cls(mel, network, mean, std, n_streams=n_streams, history=history)


def _check_streams(config: NeuralConfig, n_streams: int | None) -> None:
    """Refuse a number of streams that the quantizer does not have, or that is no codec."""
    sizes = config.quantizer.stream_sizes
    if n_streams is None or n_streams == len(sizes):
        return
    if not 1 <= n_streams <= len(sizes):
        raise CodecError(f"n_streams is {n_streams}; the quantizer has 1 to {len(sizes)}")
    if not config.quantizer.ordered:
        raise CodecError(
            f"n_streams is {n_streams}; the streams of a {config.quantizer.kind} quantizer only "
            f"make sense together: leave it out, or train one of {n_streams} streams"
        )
