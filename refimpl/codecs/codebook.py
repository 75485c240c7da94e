"""A codebook of mel frames: each frame becomes the number of the nearest k-means centroid.

With more than one stage it is a residual codebook: the second stage quantizes the residual of the
first, and so on. S stages of K codes distinguish K**S frames with only S*K centroids.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np

from refimpl.codecs.clustering import kmeans, nearest, sample_stream
from refimpl.codecs.codec import CodecError, check_codes
from refimpl.codecs.mel_codec import MelCodec, MelCodecConfig, check_frames
from refimpl.codecs.normaliser import NORMALISATIONS, Normalisation, make_normaliser
from refimpl.configuration import Count, configuration
from refimpl.mel import MelConfig, mel_spectrogram


@configuration
class CodebookConfig(MelCodecConfig):
    """How a preset makes a codebook: the frames, and the arguments of `Codebook.fit`.

    Args:
        mel: the frames.
        n_clips: see `CodecConfig`.
        n_clusters, n_stages, normalisation, max_frames, max_iter: see `Codebook.fit`.

    Taught in lesson 3.
    """

    kind: Literal["kmeans"] = "kmeans"
    mel: MelConfig = MelConfig()
    n_clips: Count | None = None
    n_clusters: Count = 512
    n_stages: Count = 1
    normalisation: Normalisation = "band"
    max_frames: Count = 65_536
    max_iter: Count = 50

    @property
    def stream_sizes(self) -> tuple[int, ...]:
        return (self.n_clusters,) * self.n_stages

    @classmethod
    def small(cls) -> Self:
        mel = MelConfig(n_fft=1024, n_mels=40)
        return cls(mel=mel, n_clusters=16, max_frames=4096, max_iter=5)

    def fit(
        self, sounds: Iterable[np.ndarray], *, seed: int = 0, show: bool | None = None
    ) -> "Codebook":
        return Codebook.fit(
            (mel_spectrogram(audio, self.mel) for audio in sounds),
            self.mel,
            n_clusters=self.n_clusters,
            n_stages=self.n_stages,
            normalisation=self.normalisation,
            seed=seed,
            max_frames=self.max_frames,
            max_iter=self.max_iter,
        )


class Codebook(MelCodec):
    """Frames to codes and back by nearest centroids, in one or more residual stages.

    Each stage is a stream of codes.

    Args:
        mel: the configuration of its frames.
        centroids: one array (n_clusters, n_mels) per stage, in normalised units.
        mean: (n_mels,) in dB, subtracted from each frame before the search.
        std: (n_mels,) in dB, the divisor after the subtraction.
        normalisation: how mean and std were made: "band", "global" or "none".
        notes: any JSON to keep with it, such as the data it was fitted on.

    Source: the report, section 3.1; residual stages after Juang & Gray 1982 and
    SoundStream (Zeghidour et al. 2021, section III.C). Taught in lesson 3.
    """

    kind: ClassVar[str] = "kmeans"
    file_name: ClassVar[str] = "codebook.npz"
    config_class: ClassVar[type[CodebookConfig]] = CodebookConfig

    def __init__(
        self,
        mel: MelConfig,
        centroids: Sequence[np.ndarray],
        mean: np.ndarray,
        std: np.ndarray,
        normalisation: str = "band",
        notes: Mapping[str, Any] | None = None,
    ):
        self.centroids = [np.ascontiguousarray(c, dtype=np.float32) for c in centroids]
        super().__init__(mel, tuple(len(c) for c in self.centroids), mean, std, notes=notes)
        self.normalisation = normalisation
        widths = {c.shape[-1] for c in self.centroids} | {len(self.mean), len(self.std)}
        if widths != {mel.n_mels} or any(c.ndim != 2 for c in self.centroids):
            raise CodecError(
                f"centroids, mean and std have widths {widths}, the mel has {mel.n_mels}"
            )
        if normalisation not in NORMALISATIONS:
            raise CodecError(f"normalisation is one of {NORMALISATIONS}, not {normalisation!r}")

    @classmethod
    def fit(
        cls,
        frames: np.ndarray | Iterable[np.ndarray],
        mel: MelConfig,
        *,
        n_clusters: int | Sequence[int] = 512,
        n_stages: int = 1,
        normalisation: str = "band",
        seed: int = 0,
        max_frames: int = 65_536,
        max_iter: int = 30,
    ) -> "Codebook":
        """Fit a codebook on frames, or on a stream of them that need not fit into memory.

        The stream is read once. Mean and std are those of all its frames; the centroids are
        fitted on a uniform random sample.

        Args:
            frames: (n_frames, n_mels) in dB, or any iterable of such arrays.
            mel: the configuration that made the frames.
            n_clusters: codes per stage, or a list with the number for each stage.
            n_stages: residual stages; each adds one code per frame.
            normalisation: "band" (zero mean and unit variance in each band, as in the report),
                "global" (one mean and one std for all bands) or "none".
            seed: for the sample and for k-means.
            max_frames: the most frames in the sample; memory is bounded by it.
            max_iter: the most k-means iterations per stage.

        Returns:
            The codebook, the same for the same frames and seed.

        Raises:
            TooFewFramesError: fewer different frames than clusters.
            CodecError: frames of another width, or with NaN.

        Taught in lesson 3.
        """
        sizes = [n_clusters] * n_stages if isinstance(n_clusters, int) else list(n_clusters)
        if not sizes or min(sizes) < 1:
            raise CodecError(f"every stage needs at least one cluster, got {sizes}")
        if normalisation not in NORMALISATIONS:
            raise CodecError(f"normalisation is one of {NORMALISATIONS}, not {normalisation!r}")
        pieces = [frames] if isinstance(frames, np.ndarray) else frames
        sample = sample_stream((check_frames(p, mel) for p in pieces), max_frames, seed)
        if sample.count == 0:
            raise CodecError("no frames to fit on: the stream is empty")
        mean, std = make_normaliser(sample.mean, sample.variance, normalisation)
        residual = (sample.frames() - mean) / std  # (n_sample, n_mels)
        centroids = []
        for stage, size in enumerate(sizes):
            what = "frames" if stage == 0 else f"residuals of stage {stage + 1}"
            centroids.append(
                kmeans(residual, size, seed=seed + stage, max_iter=max_iter, what=what)
            )
            residual = residual - centroids[-1][nearest(residual, centroids[-1])]
        return cls(mel, centroids, mean, std, normalisation)

    def encode_frames(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Write each frame as the nearest code of each stage.

        Args:
            frames: (n_frames, n_mels) in dB.
            mel: the configuration that made them; it is compared with the codebook's.

        Returns:
            codes (n_frames, n_stages) int64.

        Raises:
            CodecError: frames of another width or configuration, or with NaN.

        Taught in lesson 3.
        """
        residual = self.normalise(check_frames(frames, self.mel, mel))
        codes = np.empty((len(residual), len(self.centroids)), dtype=np.int64)
        for stage, centroids in enumerate(self.centroids):
            codes[:, stage] = nearest(residual, centroids)
            if stage + 1 < len(self.centroids):
                residual = residual - centroids[codes[:, stage]]
        return codes

    def decode_frames(self, codes: np.ndarray) -> np.ndarray:
        """Sum the centroids of each frame's codes and undo the normalisation.

        Args:
            codes: (n_frames, n_stages).

        Returns:
            (n_frames, n_mels) float32 in dB.

        Raises:
            CodecError: another shape, or a number that is no code.

        Taught in lesson 3.
        """
        codes = check_codes(codes, self.stream_sizes)
        total = np.zeros((len(codes), self.mel.n_mels), dtype=np.float32)
        for stage, centroids in enumerate(self.centroids):
            total += centroids[codes[:, stage]]
        return total * self.std + self.mean

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps(self.mel.identity(), sort_keys=True).encode())
        for array in (self.mean, self.std, *self.centroids):
            digest.update(str(array.shape).encode() + np.asarray(array, dtype="<f4").tobytes())
        return digest.hexdigest()[:16]

    def _header(self) -> dict[str, Any]:
        return {"normalisation": self.normalisation, "n_stages": len(self.centroids)}

    def _arrays(self) -> dict[str, np.ndarray]:
        stages = {f"centroids_{i}": centroids for i, centroids in enumerate(self.centroids)}
        return stages | {"mean": self.mean, "std": self.std}

    @classmethod
    def _restore(
        cls, mel: MelConfig, header: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> Self:
        stages = [arrays[f"centroids_{i}"] for i in range(header["n_stages"])]
        return cls(mel, stages, arrays["mean"], arrays["std"], header["normalisation"])
