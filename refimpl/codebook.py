"""A codebook of mel frames: each frame becomes the number of the nearest k-means centroid.

With more than one stage it is a residual codebook: the second stage quantizes the residual of the
first, and so on. S stages of K codes distinguish K**S frames with only S*K centroids.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

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
from refimpl.files import write_atomically
from refimpl.kmeans import kmeans, nearest, sample_stream
from refimpl.mel import MelConfig
from refimpl.reading import read_arrays

NORMALISATIONS = ("band", "global", "none")
_KIND, _VERSION = "kmeans", 1


@register_codec("kmeans")
class Codebook(CodecMeasures):
    """Frames to codes and back by nearest centroids, in one or more residual stages.

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

    suffix: ClassVar[str] = ".npz"
    frames_per_step = 1

    def __init__(
        self,
        mel: MelConfig,
        centroids: Sequence[np.ndarray],
        mean: np.ndarray,
        std: np.ndarray,
        normalisation: str = "band",
        notes: dict[str, Any] | None = None,
    ):
        self.mel = mel
        self.centroids = [np.ascontiguousarray(c, dtype=np.float32) for c in centroids]
        self.mean = np.asarray(mean, dtype=np.float32)
        self.std = np.asarray(std, dtype=np.float32)
        self.normalisation = normalisation
        self.notes = dict(notes or {})
        widths = {c.shape[-1] for c in self.centroids} | {len(self.mean), len(self.std)}
        if widths != {mel.n_mels} or any(c.ndim != 2 for c in self.centroids):
            raise CodecError(
                f"centroids, mean and std have widths {widths}, the mel has {mel.n_mels}"
            )
        self.stage_sizes = tuple(len(c) for c in self.centroids)
        self.n_codes = sum(self.stage_sizes)
        self.tokens_per_frame = len(self.centroids)

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
            n_stages: residual stages; each adds one token per frame.
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

    def encode(self, frames: np.ndarray, mel: MelConfig | None = None) -> np.ndarray:
        """Write each frame as the nearest code of each stage.

        Args:
            frames: (n_frames, n_mels) in dB.
            mel: the configuration that made them; it is compared with the codebook's.

        Returns:
            ids (n_frames * n_stages,) int64.

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
        return flatten_codes(codes, self.stage_sizes)

    def decode(self, ids: np.ndarray) -> np.ndarray:
        """Sum the centroids of each frame's codes and undo the normalisation.

        Ids of a frame that is not complete, or not in stage order, are left out.

        Args:
            ids: (n_frames * n_stages,) ids.

        Returns:
            (n_frames, n_mels) float32 in dB.

        Raises:
            CodecError: an id that is no code.

        Taught in lesson 3.
        """
        codes = complete_steps(ids, self.stage_sizes)  # (n_frames, n_stages)
        total = np.zeros((len(codes), self.mel.n_mels), dtype=np.float32)
        for stage, centroids in enumerate(self.centroids):
            total += centroids[codes[:, stage]]
        return total * self.std + self.mean

    def normalise(self, frames: np.ndarray) -> np.ndarray:
        """Convert frames (n_frames, n_mels) from dB to the units of the distances."""
        return (frames - self.mean) / self.std

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines the meaning of an id, 16 hexadecimal digits."""
        digest = hashlib.sha256(json.dumps(self.mel.to_dict(), sort_keys=True).encode())
        for array in (self.mean, self.std, *self.centroids):
            digest.update(str(array.shape).encode() + np.asarray(array, dtype="<f4").tobytes())
        return digest.hexdigest()[:16]

    def save(self, path: str | Path) -> Path:
        """Write the codebook into an .npz file that holds numbers and JSON, and no pickle."""
        path = Path(path)
        if path.suffix != self.suffix:
            raise CodecError(f"{path}: a codebook's file ends in {self.suffix}")
        header = json.dumps(
            {
                "kind": _KIND,
                "version": _VERSION,
                "mel": self.mel.to_dict(),
                "normalisation": self.normalisation,
                "n_stages": len(self.centroids),
                "fingerprint": self.fingerprint,
                "notes": self.notes,
            }
        )
        arrays = {f"centroids_{i}": c for i, c in enumerate(self.centroids)}
        arrays |= {"header": np.array(header), "mean": self.mean, "std": self.std}
        return write_atomically(path, lambda p: np.savez(p, allow_pickle=False, **arrays))

    @classmethod
    def load(cls, path: str | Path) -> "Codebook":
        """Read what `save` wrote.

        Raises:
            CodecError: no file, a damaged one, or one of another kind or format version.
        """
        path = Path(path)
        arrays = read_arrays(path, CodecError, "a codebook")
        header = read_header(str(arrays.get("header", "")), _KIND, _VERSION, path)
        try:
            stages = [arrays[f"centroids_{i}"] for i in range(header["n_stages"])]
            mel = MelConfig.from_dict(header["mel"])
            arguments = (mel, stages, arrays["mean"], arrays["std"])
            codebook = cls(*arguments, header["normalisation"], header["notes"])
        except (KeyError, TypeError, ValueError) as error:
            raise CodecError(f"{path}: damaged ({error})") from error
        return check_fingerprint(codebook, header, path)


def make_normaliser(
    mean: np.ndarray, variance: np.ndarray, normalisation: str
) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean and std, both (n_mels,) float32, that a normalisation takes out."""
    if normalisation == "none":
        return np.zeros(len(mean), np.float32), np.ones(len(mean), np.float32)
    if normalisation == "global":
        # The variance of all values: within the bands, and of the bands' means.
        variance = np.full(len(mean), variance.mean() + mean.var())
        mean = np.full(len(mean), mean.mean())
    std = np.sqrt(variance)
    # A band that never changes (an empty filter, say) has nothing to scale.
    return mean.astype(np.float32), np.where(std > 1e-4, std, 1.0).astype(np.float32)
