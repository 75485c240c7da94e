"""Reading a token dataset: a sequence of clips, memory-mapped."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from refimpl.dataset.manifest import DatasetError, Manifest, open_shard, shard_path
from refimpl.tokenizer import AudioTokenizer, Vocabulary


class TokenDataset(Sequence):
    """The tokens of a corpus: `dataset[i]` is clip i, (n_tokens,) int64, without <|START|>/<|END|>.

    The shards are memory-mapped: only what is asked for is read.

    Args:
        folder: what `tokenize_corpus` wrote.
        tokenizer: if given, must be the one that made the tokens.

    Attributes:
        names: of the clips.
        lengths: (n_clips,) int64, tokens of each clip.
        clip_seconds: (n_clips,) float64, seconds of audio of each clip.
        vocabulary: of the tokens.
        fingerprint: of the codec that made them.
        skipped: [position, name, reason] of the clips that could not be tokenized.
        left_out: [path, reason] of the files that the folder of sounds left out.

    Raises:
        DatasetError: no dataset, an unfinished or damaged one, or one of another tokenizer.

    Taught in lesson 5.
    """

    def __init__(self, folder: str | Path, tokenizer: AudioTokenizer | None = None):
        self.folder = Path(folder)
        self.manifest = Manifest.load(self.folder)
        if not self.manifest.complete:
            raise DatasetError(
                f"{self.folder}: unfinished, {len(self.manifest.names)} clips so far; run "
                f"tokenize_corpus with the same arguments again to resume it"
            )
        if tokenizer is not None:
            self.manifest.check_tokenizer(tokenizer, self.folder)
        self.names = self.manifest.names
        self.lengths = np.array(self.manifest.lengths, dtype=np.int64)
        self.clip_seconds = np.array(self.manifest.seconds, dtype=np.float64)
        self.vocabulary = Vocabulary(**self.manifest.vocabulary)
        self.fingerprint = self.manifest.fingerprint
        self.skipped, self.left_out = self.manifest.skipped, self.manifest.left_out
        n_shards = len(self.manifest.shards)
        self._shards = [open_shard(self.folder, i, self.manifest) for i in range(n_shards)]
        # A clip lies in one shard as a whole: where its tokens start, counted over all shards.
        self._starts = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        self._shard_starts = np.concatenate([[0], np.cumsum(self.manifest.shards)])

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> np.ndarray:
        """Give the ids of one clip, (n_tokens,) int64."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"clip {index} of a dataset of {len(self)} clips")
        index = int(index) % len(self)
        start, stop = self._starts[index], self._starts[index + 1]
        if start == stop:
            return np.empty(0, dtype=np.int64)
        shard = int(np.searchsorted(self._shard_starts, start, side="right")) - 1
        first = self._shard_starts[shard]
        ids = self._shards[shard][start - first : stop - first].astype(np.int64)
        if ids.min() < 0 or ids.max() >= self.vocabulary.n_codes:
            raise DatasetError(
                f"{shard_path(self.folder, shard)}: damaged (clip {self.names[index]!r} holds "
                f"ids up to {ids.max()}, codes end at {self.vocabulary.n_codes - 1})"
            )
        return ids

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    @property
    def n_tokens(self) -> int:
        """Tokens of all clips together."""
        return int(self._starts[-1])

    @property
    def seconds(self) -> float:
        """Seconds of audio of all clips together."""
        return float(self.clip_seconds.sum())
