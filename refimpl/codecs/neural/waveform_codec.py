"""The waveform codec: samples to codes and back by one network, without mel frames between."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import torch
from pydantic import Field

from refimpl.codecs.clustering import sample_stream
from refimpl.codecs.codec import CodecConfig, CodecError, check_codes
from refimpl.codecs.files import restore_codec, write_codec
from refimpl.codecs.neural.discriminators import MultiScaleDiscriminator
from refimpl.codecs.neural.quantizers import QuantizerConfig
from refimpl.codecs.neural.waveform import WaveformConfig, latency
from refimpl.codecs.neural.waveform_fitting import WEIGHTS, continue_fit, cut_segments, fit_waveform
from refimpl.codecs.neural.waveform_network import WaveformNetwork
from refimpl.configuration import Count, NotNegative, Positive, Whole, configuration
from refimpl.mel import MelConfig
from refimpl.mel.analysis import check_audio
from refimpl.reading import check_shapes


@configuration
class WaveformCodecConfig(CodecConfig):
    """How a preset makes a waveform codec: the network and its training.

    Args:
        sample_rate: of the sounds, in Hz.
        n_clips: see `CodecConfig`.
        network: the shape of the network, with its quantizer.
        steps, batch_size, learning_rate: of its training, see `fit_waveform`.
        waveform_weight, mel_weight, stft_weight: of the losses; shares of the gradient.
        adversarial_steps: steps against a critic, after the others; see `continue_fit`.
        segment: seconds of sound in a row of a batch, rounded up to whole steps.
        max_seconds: the most seconds of sound that `fit` keeps in memory.

    Taught in lesson 8.
    """

    kind: Literal["waveform"] = "waveform"
    sample_rate: Count = 22050
    n_clips: Count | None = None
    network: WaveformConfig = WaveformConfig()
    steps: Count = 1000
    batch_size: Count = 8
    learning_rate: Positive = 2e-3
    waveform_weight: NotNegative = WEIGHTS["waveform"]
    mel_weight: NotNegative = WEIGHTS["mel"]
    stft_weight: NotNegative = 0.0
    adversarial_steps: Annotated[Whole, Field(ge=0)] = 0
    segment: Positive = 0.75
    max_seconds: Positive = 1000.0

    @property
    def step_rate(self) -> float:
        return self.sample_rate / self.network.samples_per_step

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        return self.network.quantizer.stream_sizes

    @property
    def seconds(self) -> float:
        # A random sample of segments is kept. Twice as many to draw from are enough.
        return 2 * self.max_seconds

    @property
    def weights(self) -> dict[str, float]:
        """The losses' weights by name."""
        return {
            "waveform": self.waveform_weight,
            "mel": self.mel_weight,
            "stft": self.stft_weight,
        }

    @classmethod
    def small(cls) -> Self:
        quantizer = QuantizerConfig(n_books=2, n_codes=16)
        network = WaveformConfig(
            strides=(4, 8), hidden_size=4, n_blocks=1, dim=4, quantizer=quantizer
        )
        return cls(
            sample_rate=8000, network=network, steps=60, batch_size=4, segment=0.25, max_seconds=60
        )

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> "WaveformCodec":
        hop = self.network.samples_per_step
        length = -(-round(self.segment * self.sample_rate) // hop) * hop
        checked = (_check_sound(audio, self.sample_rate) for audio in sounds)
        n_kept = max(1, round(self.max_seconds * self.sample_rate) // length)
        sample = sample_stream(cut_segments(checked, length), n_kept, seed)
        if sample.count == 0:
            raise CodecError("no sound to fit on: the stream is empty")
        segments = sample.frames()
        level = float(np.sqrt(np.mean(np.square(segments)))) or 1.0
        segments /= level
        training = {"batch_size": self.batch_size, "weights": self.weights}
        training |= {"seed": seed, "show": show}
        network, history = fit_waveform(
            segments,
            self.sample_rate,
            self.network,
            steps=self.steps,
            learning_rate=self.learning_rate,
            **training,
        )
        if self.adversarial_steps:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                critic = MultiScaleDiscriminator()
            history += continue_fit(
                network,
                segments,
                self.sample_rate,
                steps=self.adversarial_steps,
                learning_rate=self.learning_rate / 4,
                critic=critic,
                **training,
            )
        return WaveformCodec(self.sample_rate, network, level, history=history)

    def describe(self) -> str:
        codes = " + ".join(map(str, self.stream_sizes))
        return (
            f"{self.network.samples_per_step} samples per step at {self.sample_rate:,} Hz, by a "
            f"network on the waveform; {codes} codes"
        )


class WaveformCodec:
    """Samples to codes and back by a trained network with several books of codes.

    The weights have 16 bits, as the file holds them. The last step of a clip is filled with
    silence, so decoding may return up to a step more than the input.

    Args:
        sample_rate: of the sounds, in Hz.
        network: a trained network; its weights are rounded to 16 bits.
        level: root mean square of the sounds that it was trained on; sounds are divided by it.
        n_streams: the number of books whose codes the codec gives, from the first; None: all.
        history: the training's records, see `fit_waveform`.
        notes: any JSON to keep with it.

    Source: Zeghidour et al. 2021 (SoundStream); Défossez et al. 2022 (EnCodec). Taught in lesson 8.
    """

    kind: ClassVar[str] = "waveform"
    file_name: ClassVar[str] = "waveform.safetensors"
    config_class: ClassVar[type[WaveformCodecConfig]] = WaveformCodecConfig
    version: ClassVar[int] = 1

    def __init__(
        self,
        sample_rate: int,
        network: WaveformNetwork,
        level: float,
        *,
        n_streams: int | None = None,
        history: list[dict[str, float]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ):
        sizes = network.config.quantizer.stream_sizes
        if n_streams is not None and not 1 <= n_streams <= len(sizes):
            raise CodecError(f"n_streams is {n_streams}; the quantizer has 1 to {len(sizes)}")
        if n_streams not in (None, len(sizes)) and not network.config.quantizer.ordered:
            raise CodecError("the streams of this quantizer only make sense together")
        self.sample_rate, self.network, self.config = sample_rate, network.eval(), network.config
        with torch.no_grad():
            for weight in network.state_dict().values():
                weight.copy_(weight.half())
        if not (sample_rate >= 1 and 0 < float(level) < math.inf):
            raise CodecError(
                f"sample_rate is {sample_rate}, level {level}; both have to be finite and above 0"
            )
        self.level, self.n_streams = float(level), n_streams
        self.stream_sizes = sizes[:n_streams]
        self.history, self.notes = list(history or []), dict(notes or {})

    @property
    def step_rate(self) -> float:
        """Steps per second."""
        return self.sample_rate / self.config.samples_per_step

    @property
    def latency(self) -> float:
        """Seconds of sound after a moment that have to be known before it can be decoded."""
        return latency(self.config) / self.sample_rate

    def with_streams(self, n_streams: int) -> "WaveformCodec":
        """Return the codec of the first `n_streams` books; it shares this one's network.

        Raises:
            CodecError: there are fewer, or the quantizer's first streams are no codec alone.
        """
        return WaveformCodec(
            self.sample_rate,
            self.network,
            self.level,
            n_streams=n_streams,
            history=self.history,
            notes=self.notes,
        )

    @torch.inference_mode()
    def encode(self, audio: np.ndarray) -> np.ndarray:
        """Turn a waveform (n_samples,) into codes (n_steps, n_streams) int64.

        Raises:
            MelError: an array of another shape, or with NaN.
        """
        audio = _check_sound(audio, self.sample_rate)
        hop = self.config.samples_per_step
        if len(audio) == 0:
            return np.empty((0, len(self.stream_sizes)), dtype=np.int64)
        audio = np.pad(audio, (0, -len(audio) % hop)) / np.float32(self.level)
        codes = self.network.quantize(self.network.latents(torch.from_numpy(audio)[None])).codes[0]
        return codes.numpy()[:, : len(self.stream_sizes)]

    @torch.inference_mode()
    def decode(self, codes: np.ndarray, **options) -> np.ndarray:
        """Turn codes (n_steps, n_streams) into a waveform (n_samples,) float32.

        Args:
            codes: of one sound.
            options: what codecs on mel frames need to find a phase, such as n_iter; no use here.

        Raises:
            CodecError: another shape, or a number that is no code.
        """
        codes = torch.from_numpy(check_codes(codes, self.stream_sizes))
        if len(codes) == 0:
            return np.empty(0, dtype=np.float32)
        return self.network.reconstruct(codes[None])[0].numpy() * np.float32(self.level)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines the meaning of a code, 16 hexadecimal digits."""
        parts = [self.sample_rate, _chosen(self.config), list(self.stream_sizes)]
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
        for name, array in sorted(self._arrays().items()):
            digest.update(f"{name} {array.shape} {array.dtype}".encode() + array.tobytes())
        return digest.hexdigest()[:16]

    def _arrays(self) -> dict[str, np.ndarray]:
        weights = self.network.state_dict().items()
        arrays = {name: weight.detach().half().contiguous().numpy() for name, weight in weights}
        return arrays | {"level": np.array([self.level], dtype=np.float32)}

    def save(self, path: str | Path) -> Path:
        """Write the codec to one file of numbers and JSON, without pickle."""
        header = {"kind": self.kind, "version": self.version, "fingerprint": self.fingerprint}
        header |= {"sample_rate": self.sample_rate, "config": self.config.to_dict()}
        header |= {"level": self.level, "n_streams": self.n_streams}
        header |= {"history": self.history, "notes": self.notes}
        return write_codec(path, Path(self.file_name).suffix, header, self._arrays())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            CodecError: no file, a damaged one, or one of another kind or format version.
        """
        return restore_codec(path, cls, cls._restore)

    @classmethod
    def _restore(cls, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Self:
        """Make the codec from a file's content; whatever is wrong there may raise anything."""
        config = WaveformConfig.from_dict(header["config"])
        arrays.pop("level")
        weights = {name: torch.from_numpy(array).float() for name, array in arrays.items()}
        check_shapes(lambda: WaveformNetwork(config), config, weights)
        network = WaveformNetwork(config)
        network.load_state_dict(weights)
        rest = {name: header[name] for name in ("n_streams", "history", "notes")}
        return cls(int(header["sample_rate"]), network, float(header["level"]), **rest)


def _chosen(config: WaveformConfig) -> dict[str, Any]:
    """The settings that are not the defaults, so that a new one leaves old files what they are."""

    def chosen(settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
        nested = {k: chosen(v, defaults[k]) for k, v in settings.items() if isinstance(v, dict)}
        return {k: nested.get(k, v) for k, v in settings.items() if v != defaults[k]}

    return chosen(config.to_dict(), WaveformConfig().to_dict())


def _check_sound(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    return check_audio(audio, MelConfig(sample_rate=sample_rate))
