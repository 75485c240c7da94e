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

VERSION = 2
FILE_NAME = "manifest.json"


class DatasetError(UserError):
    """A folder of tokens that is missing, damaged, unfinished or made by something else."""


@dataclass
class Manifest:
    """The contents of a token dataset.

    Attributes:
        fingerprint: of the codec that made the codes.
        stream_sizes: number of codes in each of its streams.
        vocabulary: the kind of vocabulary, "course" or "report".
        dtype: of the shards' integers.
        source: what the caller says of the corpus; another one is another dataset.
        shards: the steps in each shard, in order.
        names, lengths, seconds: of each clip, in order; lengths in steps.
        captions, facts: of each clip, as its corpus knows them; an older version kept none.
        skipped: [position in the stream, name, reason] of clips that could not be tokenized.
        left_out: [path, reason] of files that the stream itself left out.
        complete: whether the stream of clips came to its end.
    """

    fingerprint: str
    stream_sizes: list[int]
    vocabulary: str
    dtype: str
    source: dict[str, Any]
    shards: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[list] = field(default_factory=list)
    left_out: list[list[str]] = field(default_factory=list)
    complete: bool = False
    version: int = VERSION

    @classmethod
    def new(cls, tokenizer: AudioTokenizer, source: dict[str, Any]) -> "Manifest":
        """Begin the manifest of an empty dataset."""
        codec, sizes = tokenizer.codec, list(tokenizer.codec.stream_sizes)
        dtype = "uint16" if max(sizes) <= 2**16 else "int32"
        # Through JSON and back, so that it compares equal to what a file holds.
        source = json.loads(json.dumps(source))
        return cls(codec.fingerprint, sizes, tokenizer.vocabulary.kind, dtype, source)

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
            if version == 1:
                content = _from_version_1(content)
            if version in (1, VERSION):
                manifest = TypeAdapter(cls).validate_python(content)
                manifest._fill_unknown()
                lists = ("names", "lengths", "seconds", "captions", "facts")
                counts = {len(getattr(manifest, name)) for name in lists}
                if len(counts) != 1 or sum(manifest.lengths) != sum(manifest.shards):
                    raise ValueError("its counts contradict one another")
                return manifest
        except (ValueError, KeyError, TypeError) as error:
            told = str(error).replace("\n", " ")[:200]
            raise DatasetError(f"{path}: damaged ({told}); tokenize the corpus again") from error
        raise DatasetError(f"{path}: version {version}, this package reads up to {VERSION}")

    def _fill_unknown(self) -> None:
        """Know nothing of the clips that were written before datasets kept captions and facts."""
        n_unknown = len(self.names) - len(self.captions)
        if not self.captions and not self.facts:
            self.captions, self.facts = [""] * n_unknown, [{} for _ in range(n_unknown)]

    def save(self, folder: Path) -> None:
        """Replace the folder's manifest in one step."""
        text = json.dumps(asdict(self))
        write_atomically(folder / FILE_NAME, lambda p: p.write_text(text, encoding="utf-8"))

    def check_tokenizer(self, tokenizer: AudioTokenizer, folder: Path) -> None:
        """Refuse a tokenizer to which these tokens would mean something else."""
        if self.fingerprint != tokenizer.codec.fingerprint:
            raise DatasetError(
                f"{folder}: its codes were made by codec {self.fingerprint}, the tokenizer given "
                f"has codec {tokenizer.codec.fingerprint}; tokenize again into another folder"
            )
        if self.vocabulary != tokenizer.vocabulary.kind:
            raise DatasetError(
                f"{folder}: its vocabulary is {self.vocabulary!r}, the tokenizer's is "
                f"{tokenizer.vocabulary.kind!r}; tokenize again into another folder"
            )
        if self.stream_sizes != list(tokenizer.codec.stream_sizes):
            raise DatasetError(
                f"{folder}: an earlier version of this package wrote its streams of codes as one, "
                f"and the codec has {len(tokenizer.codec.stream_sizes)}; tokenize again into "
                "another folder"
            )


def _from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """Read what was written before codes had streams: the ids are codes of a single stream."""
    vocabulary = content["vocabulary"]
    streams = {"stream_sizes": [vocabulary["n_codes"]], "vocabulary": vocabulary["kind"]}
    return content | streams | {"version": VERSION}


def shard_path(folder: Path, index: int) -> Path:
    """Name the file of a shard."""
    return folder / f"tokens-{index:05d}.npy"


def open_shard(folder: Path, index: int, manifest: Manifest) -> np.ndarray:
    """Memory-map a shard, (n_steps, n_streams), and see that it is what the manifest says.

    Raises:
        DatasetError: it is missing or damaged.
    """
    path, shape = shard_path(folder, index), (manifest.shards[index], len(manifest.stream_sizes))
    shard = map_array(path, DatasetError, "tokenize again")
    if shard.ndim == 1 and shape[1] == 1:  # as version 1 wrote it
        shard = shard[:, None]
    if shard.shape != shape or shard.dtype != manifest.dtype:
        raise DatasetError(
            f"{path}: holds {shard.dtype} {shard.shape}, the manifest says "
            f"{manifest.dtype} {shape}; tokenize again"
        )
    return shard
