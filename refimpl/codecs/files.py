"""Codecs in files: numbers with a JSON header, in .npz or .safetensors, and never a pickle."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors.torch import save as save_tensors

from refimpl.codecs.codec import Codec, CodecError
from refimpl.files import replace_file, write_atomically
from refimpl.reading import read_arrays, read_metadata, read_tensors
from refimpl.weight_storage import restore, shrink

AnyCodec = TypeVar("AnyCodec", bound=Codec)
SUFFIXES = (".npz", ".safetensors")


def write_codec(
    path: str | Path,
    suffix: str,
    header: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    *,
    bits: int = 16,
) -> Path:
    """Write a codec's file in one step.

    Args:
        path: of the file.
        suffix: what its name has to end in, one of `SUFFIXES`.
        header: JSON with at least the codec's `kind` and `version`.
        arrays: float arrays of any shape, by name.
        bits: 8 stores those of 16 bits in 8, see `weight_storage`; only in .safetensors.

    Raises:
        CodecError: another suffix.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise CodecError(f"{path}: the file of a codec of kind {header['kind']} ends in {suffix}")
    text = json.dumps(header)
    if suffix == ".npz":
        content = {**arrays, "header": np.array(text)}
        return write_atomically(
            path, lambda p: np.savez_compressed(p, allow_pickle=False, **content)
        )
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    if bits == 8:
        halves = {n: tensor for n, tensor in tensors.items() if tensor.dtype == torch.float16}
        tensors |= shrink(halves, 8)
    replace_file(path, save_tensors(tensors, {"header": text}))
    return path


def read_codec(path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read the header and the arrays of a codec's file.

    Raises:
        CodecError: no file, a damaged one, or one that holds no codec.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise CodecError(
            f"{path}: '{path.suffix}' is no codec's suffix; {' and '.join(SUFFIXES)} are"
        )
    if not path.is_file():
        raise CodecError(f"{path}: no such codec file; fit one and save it there first")
    if path.suffix == ".npz":
        arrays = read_arrays(path, CodecError, "a codec")
        text = str(arrays.pop("header", ""))
    else:
        data = path.read_bytes()
        tensors = read_tensors(data, path, CodecError)
        try:
            arrays = {name: tensor.numpy() for name, tensor in restore(tensors).items()}
        except ValueError as error:
            raise CodecError(f"{path}: damaged ({error})") from error
        text = read_metadata(data).get("header", "")
    try:
        header = json.loads(text)
        if not isinstance(header["kind"], str) or not isinstance(header["version"], int):
            raise TypeError("its kind or version is missing")
    except (ValueError, KeyError, TypeError) as error:
        raise CodecError(
            f"{path}: damaged, or no codec file (its header cannot be read)"
        ) from error
    return header, arrays


def restore_codec(
    path: str | Path,
    codec_class: type[AnyCodec],
    restore: Callable[[dict[str, Any], dict[str, np.ndarray]], AnyCodec],
) -> AnyCodec:
    """Read a codec's file, and make the codec from its header and arrays.

    Args:
        path: of the file.
        codec_class: the kind that the file has to hold.
        restore: makes the codec; whatever is wrong in the file may raise anything there.

    Raises:
        CodecError: no file, a damaged one, or one of another kind or format version.
    """
    header, arrays = read_codec(path)
    check_header(header, codec_class.kind, codec_class.version, path)
    try:
        codec = restore(header, arrays)
        written = header["fingerprint"]
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise CodecError(f"{path}: damaged ({reason})") from error
    if codec.fingerprint != written:
        raise CodecError(f"{path}: damaged (its content does not match its fingerprint)")
    return codec


def check_header(header: Mapping[str, Any], kind: str, version: int, path: str | Path) -> None:
    """Refuse a file of another kind of codec, or of another format.

    Raises:
        CodecError: it is one.
    """
    if header["kind"] != kind:
        raise CodecError(f"{path}: holds a '{header['kind']}', not a '{kind}'; use load_codec")
    if header["version"] != version:
        raise CodecError(
            f"{path}: has format version {header['version']}, this package reads {version}; "
            "fit it again"
        )
