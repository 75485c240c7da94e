"""Read files from untrusted sources: their content is checked before use.

Each reader checks the sizes that a file claims before it allocates memory, runs no code from the
file, and reports a fault in one line.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import nn

from refimpl.errors import UserError

MAX_JSON = 256 * 2**20  # bytes; the manifest of a million clips has 60 million
# Floating-point numbers hardly shrink in a zip archive. One that grows more is no codebook.
MAX_GROWTH = 20


def read_json(path: Path, error: type[UserError], what: str) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: the file.
        error: what to raise.
        what: of the file, for the message, such as "a saved model's description".

    Raises:
        FileNotFoundError: there is no such file.
        UserError: it holds something else, or too much.
    """
    try:
        if path.stat().st_size > MAX_JSON:
            raise ValueError(f"it has more than {MAX_JSON:,} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it holds no object")
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as reason:
        raise error(f"{path}: damaged, or not {what} ({_first_line(reason)})") from reason
    return content


def read_tensors(data: bytes, source: Path, error: type[UserError]) -> dict[str, torch.Tensor]:
    """Read the content of a safetensors file, whose numbers have to be finite.

    Args:
        data: the file's bytes.
        source: where they come from, for the message.
        error: what to raise.

    Raises:
        UserError: damaged, or a tensor with NaN, infinity or complex numbers in it.
    """
    try:
        tensors = load_tensors(data)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as reason:
        raise error(f"{source}: damaged, or no weights ({reason})") from reason
    for name, tensor in tensors.items():
        if tensor.is_complex():
            raise error(f"{source}: damaged (weight {name!r} holds complex numbers)")
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise error(f"{source}: weight {name!r} holds NaN or infinity; train the model again")
    return tensors


def read_metadata(data: bytes) -> dict[str, str]:
    """Return the notes at the head of a safetensors file that `read_tensors` has read."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]).get("__metadata__", {})


def weights_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """A model's parameters and buffers by name; one that is tied to another counts once."""
    weights, seen = {}, set()
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) not in seen:
            seen.add(id(tensor))
            weights[name] = tensor.detach()
    return weights


def check_shapes(
    build: Callable[[], nn.Module], config: Any, tensors: dict[str, torch.Tensor]
) -> None:
    """Check that a file's weights fit a model before allocating memory for the model.

    Args:
        build: makes the model; called where tensors have a shape and no content.
        config: its numbers of layers and stages are at most the number of tensors.
        tensors: what the file holds.

    Raises:
        ValueError: the configuration does not belong to these weights.
    """
    for name in ("n_layers", "n_stages"):
        if getattr(config, name, 0) > len(tensors):
            raise ValueError(f"{name} is {getattr(config, name):,}, for {len(tensors)} weights")
    largest = max((max(t.shape, default=0) for t in tensors.values()), default=0)
    width = getattr(config, "hidden_size", 0)
    if width > largest:
        raise ValueError(f"hidden_size is {width:,}, and no weight is as large")
    with torch.device("meta"):
        needed = weights_of(build())
    if difference := differ(tensors, needed):
        raise ValueError(difference)


def differ(given: dict[str, torch.Tensor], needed: dict[str, torch.Tensor]) -> str | None:
    """Name the first weight with a wrong shape or dtype, or return None."""

    def described(tensor: torch.Tensor | None) -> str:
        if tensor is None:
            return "missing"
        kind = "" if tensor.is_floating_point() else " of integers"
        return f"{tuple(tensor.shape)}{kind}"

    for name in sorted(given.keys() | needed.keys()):
        has, needs = described(given.get(name)), described(needed.get(name))
        if has != needs:
            return f"weight {name!r} is {has} there, {needs} here"
    return None


def read_arrays(
    path: Path, error: type[UserError], what: str, *, kinds: str = "f"
) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file, none of them larger than the file can account for.

    They hold numbers, all of them finite, or one text.

    Args:
        path: the file.
        error: what to raise.
        what: of the file, for the message, such as "a codebook".
        kinds: of numbers, by NumPy's letters: "f" for floating-point numbers, "i" for integers.

    Raises:
        UserError: no file, a damaged one, one that grows when it is unpacked, or one with anything
            else in it than such numbers and texts.
    """
    if not path.is_file():
        raise error(f"{path}: no such file; give {what}")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MAX_GROWTH * path.stat().st_size + 2**16:
                raise ValueError(f"it would unpack to {unpacked:,} bytes")
            return {
                (name := member.filename.removesuffix(".npy")): _check_array(
                    name, _read_array(archive, member), kinds
                )
                for member in archive.infolist()
            }
    except Exception as reason:  # of a broken header: whatever Python's tokenizer raises
        raise error(f"{path}: damaged, or not {what} ({_first_line(reason)})") from reason


def map_array(path: Path, error: type[UserError], advice: str) -> np.ndarray:
    """Open an .npy file without reading all of it.

    Args:
        path: the file.
        error: what to raise.
        advice: what to do, for the end of the message.

    Raises:
        UserError: no file, or a damaged one.
    """
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as reason:  # as above
        raise error(f"{path}: missing or damaged ({_first_line(reason)}); {advice}") from reason


def _first_line(reason: Exception) -> str:
    return (str(reason).splitlines() or [type(reason).__name__])[0][:200]


def _check_array(name: str, array: np.ndarray, kinds: str) -> np.ndarray:
    """Return an array of finite numbers or a text, and refuse any other."""
    if array.dtype.kind == "U" and array.ndim == 0:
        return array
    if array.dtype.kind not in kinds:
        wanted = "floating-point numbers" if kinds == "f" else "numbers"
        raise ValueError(f"{name} holds {array.dtype}, not {wanted}")
    if not (np.abs(array) <= np.finfo(np.float32).max).all():  # nor is NaN
        raise ValueError(f"{name} holds NaN, infinity, or numbers that are too large")
    return array


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Read one array, after checking the size that its header claims."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read_header(file, max_header_size=10_000)
        if dtype.hasobject:
            raise ValueError(f"{member.filename} holds Python objects")
        claimed = dtype.itemsize
        for length in shape:
            claimed *= length  # Python's integers do not overflow
        if claimed > member.file_size:
            raise ValueError(f"{member.filename} claims {claimed:,} bytes")
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)
