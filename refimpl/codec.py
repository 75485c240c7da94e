"""The interface of every codec of mel frames, so that the later stages accept any of them.

A codec turns mel frames into integers and back. Each *step* (one frame, or a few where the codec
shortens time) becomes one code from each of its stages, flattened in stage order:

    frames (n_frames, n_mels)  ->  ids  s0 s1 | s0 s1 | s0 s1 ...  (n_steps * n_stages,)

The codes of stage s are numbered after those of the stages before it, so that an id alone says
its stage, and a language model needs one vocabulary for all of them.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from refimpl.errors import UserError
from refimpl.mel import MelConfig


class CodecError(UserError):
    """A codec was given frames, ids or a file that it was not made for."""


@runtime_checkable
class Codec(Protocol):
    """Frames to ids and back. Taught in lessons 3 (codebook) and 4 (VQ-VAE)."""

    suffix: ClassVar[str]  # the suffix of its files, by which `load_codec` finds the class
    mel: MelConfig  # the only mel configuration of its frames
    stage_sizes: tuple[int, ...]  # codes in each stage
    frames_per_step: int  # mel frames per group of n_stages ids
    n_codes: int  # codes in all stages together
    tokens_per_frame: float  # n_stages / frames_per_step
    fingerprint: str  # a hash of everything that determines the meaning of an id
    notes: dict[str, Any]  # any JSON to keep with the codec; not part of the fingerprint

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """Turn frames (n_frames, n_mels) in dB into ids (n_steps * n_stages,) int64."""

    def decode(self, ids: np.ndarray) -> np.ndarray:
        """Turn ids back into frames (n_steps * frames_per_step, n_mels) in dB, float32."""

    def save(self, path: str | Path) -> Path:
        """Write the codec to one file."""

    @classmethod
    def load(cls, path: str | Path) -> "Codec":
        """Read what `save` wrote."""


_CODECS: dict[str, type[Codec]] = {}


def register_codec(name: str) -> Callable[[type], type]:
    """Make a class decorator that lets `load_codec` find the class by the suffix of its files."""

    def register(codec_class: type) -> type:
        _CODECS[name] = codec_class
        return codec_class

    return register


def load_codec(path: str | Path) -> Codec:
    """Load any codec from the file that its `save` wrote.

    Args:
        path: a codec's file, such as `codebook.npz` or `vqvae.safetensors`.

    Returns:
        The codec, of the class that belongs to the file's suffix.

    Raises:
        CodecError: no such file, or a suffix of no known codec, or a file that is damaged.

    Taught in lesson 3.
    """
    path = Path(path)
    # Codecs register themselves on import, so the caller does not need to know which one to import.
    import refimpl.codebook
    import refimpl.vqvae  # noqa: F401

    if not path.is_file():
        raise CodecError(f"{path}: no such codec file; fit one and save it there first")
    for codec_class in _CODECS.values():
        if path.suffix == codec_class.suffix:
            return codec_class.load(path)
    known = ", ".join(f"{c.suffix} ({name})" for name, c in _CODECS.items())
    raise CodecError(f"{path}: '{path.suffix}' is no codec's suffix; known are {known}")


def check_frames(frames: np.ndarray, mel: MelConfig, given: MelConfig | None = None) -> np.ndarray:
    """Reject frames that a codec made for `mel` would silently turn into nonsense.

    Args:
        frames: (n_frames, n_mels) mel frames in dB.
        mel: the configuration that the codec was made for.
        given: the configuration that made the frames, if the caller knows it.

    Returns:
        The frames as float32, (n_frames, n_mels).

    Raises:
        CodecError: another width, another configuration, or values that are not finite.
    """
    if given is not None and given != mel:
        mine, yours = mel.to_dict(), given.to_dict()
        differ = ", ".join(
            f"{k} {yours.get(k)} (codec: {mine.get(k)})" for k in mine if mine[k] != yours.get(k)
        )
        raise CodecError(f"the frames' mel configuration is not the codec's: {differ}")
    frames = np.asarray(frames)
    if frames.ndim != 2 or frames.shape[1] != mel.n_mels:
        raise CodecError(
            f"got frames of shape {frames.shape}, the codec was made for (n_frames, {mel.n_mels})"
        )
    frames = frames.astype(np.float32, copy=False)
    finite = np.isfinite(frames).all(axis=1)
    if not finite.all():
        raise CodecError(
            f"{np.count_nonzero(~finite)} of {len(frames)} frames hold NaN or infinity, the first "
            f"is frame {np.argmin(finite)}; clean the audio they come from"
        )
    return frames


def stage_offsets(stage_sizes: Sequence[int]) -> np.ndarray:
    """Return the first id of each stage, (n_stages,) int64: the sum of all earlier stage sizes."""
    return np.concatenate([[0], np.cumsum(stage_sizes)[:-1]]).astype(np.int64)


def flatten_codes(codes: np.ndarray, stage_sizes: Sequence[int]) -> np.ndarray:
    """Turn codes (n_steps, n_stages), each counted from 0, into ids (n_steps * n_stages,)."""
    return (np.asarray(codes, dtype=np.int64) + stage_offsets(stage_sizes)).reshape(-1)


def complete_steps(ids: np.ndarray, stage_sizes: Sequence[int]) -> np.ndarray:
    """Undo `flatten_codes`, keeping only steps with adjacent ids in stage order.

    A model may stop in the middle of a step, or write a code of the wrong stage. The ids of such a
    broken step are dropped, and reading continues at the next complete one.

    Args:
        ids: (n,) ids in [0, sum(stage_sizes)).
        stage_sizes: codes in each stage.

    Returns:
        (n_steps, n_stages) int64, each column counted from 0.

    Raises:
        CodecError: an id that belongs to no stage.
    """
    ids = check_ids(ids, int(sum(stage_sizes)))
    n_stages = len(stage_sizes)
    if n_stages == 1:
        return ids[:, None]
    if len(ids) < n_stages:
        return np.empty((0, n_stages), dtype=np.int64)
    stage_of = np.searchsorted(np.cumsum(stage_sizes), ids, side="right")
    windows = np.lib.stride_tricks.sliding_window_view(stage_of, n_stages)
    # Two matching windows cannot overlap: an id would have to be in two stages at once.
    starts = np.flatnonzero((windows == np.arange(n_stages)).all(axis=1))
    return ids[starts[:, None] + np.arange(n_stages)] - stage_offsets(stage_sizes)


def check_ids(ids: np.ndarray, n_codes: int) -> np.ndarray:
    """Return ids as (n,) int64, rejecting anything that is not an integer or not a code."""
    ids = np.asarray(ids)
    if ids.size == 0:
        return np.empty(0, dtype=np.int64)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise CodecError(f"ids must be a row of integers, got {ids.dtype} of shape {ids.shape}")
    wrong = np.flatnonzero((ids < 0) | (ids >= n_codes))
    if len(wrong):
        raise CodecError(
            f"{len(wrong)} of {len(ids)} ids are no codes (0 to {n_codes - 1}), the first is "
            f"{ids[wrong[0]]} at position {wrong[0]}; a tokenizer's decode filters them"
        )
    return ids.astype(np.int64, copy=False)


def code_counts(ids: np.ndarray, stage_sizes: Sequence[int], stage: int) -> np.ndarray:
    """Count how often each code of one stage occurs in ids, (stage_sizes[stage],) int64."""
    if not 0 <= stage < len(stage_sizes):
        raise CodecError(f"there is no stage {stage}; this codec has {len(stage_sizes)}")
    counts = np.bincount(check_ids(ids, int(sum(stage_sizes))), minlength=int(sum(stage_sizes)))
    first = int(stage_offsets(stage_sizes)[stage])
    return counts[first : first + stage_sizes[stage]]


def code_perplexity(ids: np.ndarray, stage_sizes: Sequence[int], stage: int = 0) -> float:
    """Return exp of the entropy of one stage's codes: the effective number of codes in use.

    Returns:
        A number from 1 (always the same code) to stage_sizes[stage]; NaN where there are no ids.
    """
    counts = code_counts(ids, stage_sizes, stage)
    if counts.sum() == 0:
        return float("nan")
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


class CodecMeasures:
    """Measures that apply to any codec; a codec class inherits them."""

    def distortion(self, frames: np.ndarray, *, units: str = "dB") -> float:
        """Return the mean squared error of the coded frames, per band and frame.

        Args:
            frames: (n_frames, n_mels) in dB.
            units: "dB" for dB squared, "normalised" for the units that the codec was fitted in.

        Taught in lesson 3.
        """
        if units not in ("dB", "normalised"):
            raise CodecError(f'units are "dB" or "normalised", not {units!r}')
        if len(frames) == 0:
            raise CodecError("no frames to measure the distortion of")
        decoded = self.decode(self.encode(frames))[: len(frames)]
        error = np.asarray(frames, dtype=np.float32) - decoded
        if units == "normalised":
            error = error / self.std
        return float(np.mean(np.square(error, dtype=np.float64)))

    def perplexity(self, ids: np.ndarray, stage: int = 0) -> float:
        """Return the effective number of codes that ids use in one stage. Taught in lesson 3."""
        return code_perplexity(ids, self.stage_sizes, stage)

    def usage(self, ids: np.ndarray, stage: int = 0) -> float:
        """Return the share of one stage's codes that occur in ids. Taught in lesson 3."""
        return float(np.mean(code_counts(ids, self.stage_sizes, stage) > 0))


def read_header(text: str, kind: str, version: int, path: Path) -> dict[str, Any]:
    """Parse the JSON at the head of a codec's file, and check its kind and version."""
    try:
        header = json.loads(text)
        found = (header["kind"], header["version"])
    except (ValueError, KeyError, TypeError) as error:
        raise CodecError(
            f"{path}: damaged, or no codec file (its header cannot be read)"
        ) from error
    if found[0] != kind:
        raise CodecError(f"{path}: holds a '{found[0]}', not a '{kind}'; use load_codec")
    if found[1] != version:
        raise CodecError(
            f"{path}: has format version {found[1]}, this package reads {version}; fit it again"
        )
    return header


def check_fingerprint(codec: Codec, header: dict[str, Any], path: Path) -> Any:
    """Return a loaded codec if its content matches the fingerprint in its file's header."""
    if codec.fingerprint != header["fingerprint"]:
        raise CodecError(f"{path}: damaged (its content does not match its fingerprint)")
    return codec
