"""The manifest of a token dataset: its codec, and the place of every clip.

A reader sees a shard only once the manifest names it, and the manifest is replaced in one step: a
process that is killed while writing leaves a dataset with fewer clips, never a wrong one.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from refimpl.errors import UserError
from refimpl.files import write_atomically
from refimpl.reading import map_array, read_json
from refimpl.tokenizer import AudioTokenizer

VERSION = 1
FILE_NAME = "manifest.json"


class DatasetError(UserError):
    """A folder of tokens that is missing, damaged, unfinished or made by something else."""


@dataclass
class Manifest:
    """The contents of a token dataset.

    Attributes:
        fingerprint: of the codec that made the tokens.
        vocabulary: the arguments of its `Vocabulary`.
        dtype: of the shards' integers.
        source: what the caller says of the corpus; another one is another dataset.
        shards: the tokens in each shard, in order.
        names, lengths, seconds: of each clip, in order; lengths in tokens.
        skipped: [position in the stream, name, reason] of clips that could not be tokenized.
        left_out: [path, reason] of files that the stream itself left out.
        complete: whether the stream of clips came to its end.
    """

    fingerprint: str
    vocabulary: dict[str, Any]
    dtype: str
    source: dict[str, Any]
    shards: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    skipped: list[list] = field(default_factory=list)
    left_out: list[list[str]] = field(default_factory=list)
    complete: bool = False
    version: int = VERSION

    @classmethod
    def new(cls, tokenizer: AudioTokenizer, source: dict[str, Any]) -> "Manifest":
        """Begin the manifest of an empty dataset."""
        vocabulary = tokenizer.vocabulary
        dtype = "uint16" if vocabulary.size <= 2**16 else "int32"
        # Through JSON and back, so that it compares equal to what a file holds.
        source = json.loads(json.dumps(source))
        return cls(tokenizer.codec.fingerprint, vocabulary.to_dict(), dtype, source)

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read a folder's manifest.

        Raises:
            DatasetError: there is none, it is damaged, or of another version.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise DatasetError(f"{folder}: no token dataset (no {FILE_NAME}); tokenize a corpus")
        try:
            content = read_json(path, DatasetError, "a token dataset's manifest")
            version = content["version"]
            if version == VERSION:
                manifest = TypeAdapter(cls).validate_python(content)
                counts = {len(manifest.names), len(manifest.lengths), len(manifest.seconds)}
                if len(counts) != 1 or sum(manifest.lengths) != sum(manifest.shards):
                    raise ValueError("its counts contradict one another")
                return manifest
        except (ValueError, KeyError, TypeError) as error:
            told = str(error).replace("\n", " ")[:200]
            raise DatasetError(f"{path}: damaged ({told}); tokenize the corpus again") from error
        raise DatasetError(f"{path}: version {version}, this package reads {VERSION}")

    def save(self, folder: Path) -> None:
        """Replace the folder's manifest in one step."""
        text = json.dumps(asdict(self))
        write_atomically(folder / FILE_NAME, lambda p: p.write_text(text, encoding="utf-8"))

    def check_tokenizer(self, tokenizer: AudioTokenizer, folder: Path) -> None:
        """Refuse a tokenizer to which these tokens would mean something else."""
        if self.fingerprint != tokenizer.codec.fingerprint:
            raise DatasetError(
                f"{folder}: its tokens were made by codec {self.fingerprint}, the tokenizer given "
                f"has codec {tokenizer.codec.fingerprint}; tokenize again into another folder"
            )
        if self.vocabulary != tokenizer.vocabulary.to_dict():
            raise DatasetError(
                f"{folder}: its vocabulary is {self.vocabulary}, the tokenizer's is "
                f"{tokenizer.vocabulary.to_dict()}; tokenize again into another folder"
            )


def shard_path(folder: Path, index: int) -> Path:
    """Name the file of a shard."""
    return folder / f"tokens-{index:05d}.npy"


def open_shard(folder: Path, index: int, manifest: Manifest) -> np.ndarray:
    """Memory-map a shard, (n_tokens,), and see that it is what the manifest says.

    Raises:
        DatasetError: it is missing or damaged.
    """
    path, n_tokens = shard_path(folder, index), manifest.shards[index]
    shard = map_array(path, DatasetError, "tokenize again")
    if shard.shape != (n_tokens,) or shard.dtype != manifest.dtype:
        raise DatasetError(
            f"{path}: holds {shard.dtype} {shard.shape}, the manifest says "
            f"{manifest.dtype} ({n_tokens},); tokenize again"
        )
    return shard
