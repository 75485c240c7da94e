"""Reading a token dataset: a sequence of clips, memory-mapped, laid out as rows of tokens."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from refimpl.conditioning import Metadata
from refimpl.dataset.manifest import DatasetError, Manifest, open_shard, shard_path
from refimpl.layouts import Flat, Layout
from refimpl.tokenizer import AudioTokenizer


class TokenDataset(Sequence):
    """The tokens of a corpus: `dataset[i]` is clip i, int64, without <|START|>/<|END|>.

    The files hold codes, so any layout can read them. The shards are
    memory-mapped: only what is asked for is read.

    Args:
        folder: what `tokenize_corpus` wrote.
        tokenizer: if given, must be the one that made the codes; its layout is used.
        layout: another layout for the same codes; by default one column.

    Attributes:
        layout: of the tokens; a clip is (n_tokens,) for one column, or (n_tokens, n_columns).
        names: of the clips.
        steps: (n_clips,) int64, steps of codes of each clip.
        lengths: (n_clips,) int64, tokens of each clip.
        clip_seconds: (n_clips,) float64, seconds of audio of each clip.
        metadata: the caption and the facts of each clip, which a conditioner reads.
        vocabulary: of the tokens.
        fingerprint: of the codec that made them.
        skipped: [position, name, reason] of the clips that could not be tokenized.
        left_out: [path, reason] of the files that the folder of sounds left out.

    Raises:
        DatasetError: no dataset, an unfinished or damaged one, or one of another tokenizer.

    Taught in lesson 5.
    """

    def __init__(
        self,
        folder: str | Path,
        tokenizer: AudioTokenizer | None = None,
        *,
        layout: Layout | None = None,
    ):
        self.folder = Path(folder)
        self.manifest = Manifest.load(self.folder)
        if not self.manifest.complete:
            raise DatasetError(
                f"{self.folder}: unfinished, {len(self.manifest.names)} clips so far; run "
                f"tokenize_corpus with the same arguments again to resume it"
            )
        if tokenizer is not None:
            self.manifest.check_tokenizer(tokenizer, self.folder)
        if layout is None:
            sizes, kind = self.manifest.stream_sizes, self.manifest.vocabulary
            layout = Flat(sizes, kind) if tokenizer is None else tokenizer.layout
        self.layout, self.vocabulary = layout, layout.vocabulary
        self.names = self.manifest.names
        self.steps = np.array(self.manifest.lengths, dtype=np.int64)
        self.lengths = np.array([layout.n_tokens(int(n)) for n in self.steps], dtype=np.int64)
        self.clip_seconds = np.array(self.manifest.seconds, dtype=np.float64)
        known = zip(self.manifest.captions, self.manifest.facts, strict=True)
        self.metadata = [Metadata(caption, facts) for caption, facts in known]
        self.fingerprint = self.manifest.fingerprint
        self.skipped, self.left_out = self.manifest.skipped, self.manifest.left_out
        n_shards = len(self.manifest.shards)
        self._shards = [open_shard(self.folder, i, self.manifest) for i in range(n_shards)]
        # A clip lies in one shard as a whole: where its steps start, counted over all shards.
        self._starts = np.concatenate([[0], np.cumsum(self.steps)]).astype(np.int64)
        self._shard_starts = np.concatenate([[0], np.cumsum(self.manifest.shards)])

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> np.ndarray:
        """Give the tokens of one clip, (n_tokens,) or (n_tokens, n_columns) int64."""
        tokens = self.layout.to_tokens(self.codes(index))
        return tokens[:, 0] if self.layout.n_columns == 1 else tokens

    def codes(self, index: int) -> np.ndarray:
        """Give the codes of one clip, (n_steps, n_streams) int64, as they are on disk."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"clip {index} of a dataset of {len(self)} clips")
        index = int(index) % len(self)
        start, stop = self._starts[index], self._starts[index + 1]
        sizes = np.array(self.manifest.stream_sizes)
        if start == stop:
            return np.empty((0, len(sizes)), dtype=np.int64)
        shard = int(np.searchsorted(self._shard_starts, start, side="right")) - 1
        first = self._shard_starts[shard]
        codes = self._shards[shard][start - first : stop - first].astype(np.int64)
        if (codes.min(axis=0) < 0).any() or (codes.max(axis=0) >= sizes).any():
            raise DatasetError(
                f"{shard_path(self.folder, shard)}: damaged (clip {self.names[index]!r} holds "
                f"codes up to {codes.max()}, its streams have {sizes.tolist()})"
            )
        return codes

    def all_codes(self) -> Iterator[np.ndarray]:
        """Give the codes of one clip after the other."""
        return (self.codes(i) for i in range(len(self)))

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[i] for i in range(len(self)))

    @property
    def n_tokens(self) -> int:
        """Tokens of all clips together."""
        return int(self.lengths.sum())

    @property
    def seconds(self) -> float:
        """Seconds of audio of all clips together."""
        return float(self.clip_seconds.sum())
