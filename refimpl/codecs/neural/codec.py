"""The neural codec of mel frames: a network that sees time, and codes at several rates.

One trained network serves several bit rates: `with_streams(k)` is the codec of its first k books.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch

from refimpl.codecs.codec import CodecError
from refimpl.codecs.mel_codec import MelCodecConfig
from refimpl.codecs.neural.emphasis import low_emphasis
from refimpl.codecs.neural.fitting import fit_neural
from refimpl.codecs.neural.network import NeuralConfig, NeuralNetwork
from refimpl.codecs.neural.quantizers import QuantizerConfig
from refimpl.codecs.normaliser import make_normaliser
from refimpl.codecs.trained import TrainedMelCodec
from refimpl.codecs.windows import sample_windows
from refimpl.configuration import Count, Positive, configuration
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.weight_storage import restore, shrink


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
        frames = (mel_spectrogram(audio, self.mel) for audio in sounds)
        return self.fit_frames(frames, seed=seed, show=show)

    def fit_frames(self, frames: Iterable[np.ndarray], **options) -> "NeuralCodec":
        """Train a codec on the mel frames of sounds.

        Args:
            frames: (n_frames, n_mels) in dB of each sound.
            options: seed, folder and show, see `fit_neural`.
        """
        codec = NeuralCodec.fit(
            frames,
            self.mel,
            self.network,
            window=self.window,
            max_frames=self.max_frames,
            emphasis=self.emphasis,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            **options,
        )
        return codec if self.n_streams is None else codec.with_streams(self.n_streams)

    def describe(self) -> str:
        return f"{super().describe()} every {self.frames_per_step} frames, by a network"


class NeuralCodec(TrainedMelCodec):
    """Frames to codes and back by a trained network with several books of codes.

    The weights have 16 bits, as the file holds them, or 8. The last step of a clip is filled by
    repeating its last frame, so decoding may return some frames more than the input.

    Args:
        mel: the configuration of its frames.
        network: a trained network; its weights are rounded to as many bits.
        mean, std: (n_mels,) in dB, for the normalisation.
        n_streams: the number of books whose codes the codec gives, from the first; None: all.
        bits: of a weight, 16 or 8.
        history: the training's records, see `train_codes`.
        notes: any JSON to keep with it.

    Source: Zeghidour et al. 2021 (SoundStream). Taught in lesson 8.
    """

    kind: ClassVar[str] = "neural"
    file_name: ClassVar[str] = "neural.safetensors"
    config_class: ClassVar[type[NeuralCodecConfig]] = NeuralCodecConfig
    network_class: ClassVar[type[NeuralNetwork]] = NeuralNetwork
    network_config: ClassVar[type[NeuralConfig]] = NeuralConfig
    weights: ClassVar[torch.dtype] = torch.float16

    def __init__(
        self,
        mel: MelConfig,
        network: NeuralNetwork,
        mean: np.ndarray,
        std: np.ndarray,
        *,
        n_streams: int | None = None,
        bits: int = 16,
        history: list[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        _check_streams(network.config, n_streams)
        if bits not in (8, 16):
            raise CodecError(f"bits is {bits!r}; a neural codec's weights have 16 or 8")
        self.n_streams, self.bits = n_streams, bits
        if bits == 8:
            _round_to_eight_bits(network)
        super().__init__(
            mel,
            network,
            network.config.quantizer.stream_sizes[:n_streams],
            mean,
            std,
            frames_per_step=network.config.frames_per_step,
            history=history,
            notes=notes,
        )

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
        seed = training.get("seed", 0)
        sample = sample_windows(frames, mel, length=window, max_frames=max_frames, seed=seed)
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
            bits=self.bits,
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

    def _identity(self) -> list[Any]:
        return [*super()._identity(), list(self.stream_sizes)]

    def in_eight_bits(self) -> "NeuralCodec":
        """Return a copy whose weights have 8 bits. It is another codec: some codes differ."""
        network, mean, std = copy.deepcopy(self.network), self.mean, self.std
        options = {"n_streams": self.n_streams, "history": self.history, "notes": self.notes}
        return NeuralCodec(self.mel, network, mean, std, bits=8, **options)

    @staticmethod
    def _line(name: str, array: np.ndarray) -> str:
        return f"{name} {array.shape} {array.dtype}"

    def _header(self) -> dict[str, Any]:
        fewer = {} if self.bits == 16 else {"bits": self.bits}
        return super()._header() | {"n_streams": self.n_streams} | fewer

    @classmethod
    def _options(cls, header: dict[str, Any]) -> dict[str, Any]:
        options = {"n_streams": header["n_streams"], "bits": header.get("bits", 16)}
        return super()._options(header) | options


@torch.no_grad()
def _round_to_eight_bits(network: NeuralNetwork) -> None:
    """Round weights to what an 8-bit file gives back.

    Twice, with 16 bits between: the largest number of a row decides the step of all others, and it
    is itself rounded to 16 bits.
    """
    for weight in network.state_dict().values():
        for _ in range(2):
            (rounded,) = restore(shrink({"": weight.half()}, 8)).values()
            weight.copy_(rounded.half())


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
