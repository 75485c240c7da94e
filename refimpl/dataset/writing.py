"""Encoding a corpus once: clips in, shards and a manifest out, able to go on after a kill."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from refimpl.audio import Clip
from refimpl.codecs import encode_clip
from refimpl.dataset.manifest import FILE_NAME, DatasetError, Manifest, open_shard, shard_path
from refimpl.dataset.reading import TokenDataset
from refimpl.display import progress_bar
from refimpl.errors import UserError
from refimpl.files import alone, write_atomically
from refimpl.parallel import map_in_order
from refimpl.tokenizer import AudioTokenizer

_SAVE_EVERY_SECONDS = 20.0  # so much work a kill may cost


def tokenize_corpus(
    clips: Iterable,
    tokenizer: AudioTokenizer,
    folder: str | Path,
    *,
    source: dict[str, Any] | None = None,
    total: int | None = None,
    n_processes: int = 1,
    scheduler: str | None = None,
    shard_tokens: int = 2**20,
    show: bool | None = None,
) -> TokenDataset:
    """Turn clips into codes on disk, or resume an earlier call.

    Calling it again with the same arguments is always right: clips already done are not encoded
    again (tunes are not even rendered), new ones at the end of the stream are added.

    Args:
        clips: a stream of `Clip`s at the tokenizer's sample rate, or of `(name, audio)` where no
            more is known of them. The same clips in the same order every time.
        tokenizer: with a fitted codec.
        folder: where to write; made if it is not there.
        source: JSON that says what the corpus is, such as its seed. Going on with another one is
            an error, because clips of the same name may then be other music.
        total: the number of clips, for the progress bar.
        n_processes: more than one encodes in parallel. A script then needs the usual
            `if __name__ == "__main__":`, since each process imports it.
        scheduler: the address of a Dask scheduler whose workers encode instead.
        shard_tokens: a shard is closed when it holds so many codes.
        show: whether to show a progress bar; None decides by where the output goes.

    Returns:
        The dataset.

    Raises:
        DatasetError: the folder holds something else, or not one clip could be tokenized.
        UserError: another process is writing into the folder.

    Taught in lesson 5.
    """
    folder = Path(folder)
    with alone(folder, "tokenizing into"):
        manifest = _begin(folder, tokenizer, source or {})
        stream = (_as_clip(clip, tokenizer.sample_rate) for clip in clips)
        _skip_done(stream, tokenizer, manifest, folder)
        position = len(manifest.names) + len(manifest.skipped)
        results = map_in_order(
            _encode, tokenizer, stream, n_processes=n_processes, scheduler=scheduler
        )
        bar = progress_bar(results, total=total, description="tokenizing", unit="clip", show=show)
        bar.update(position)
        _write_all(bar, _ShardWriter(folder, manifest, shard_tokens), position)
        if not manifest.names:
            raise DatasetError(_nothing(folder, manifest))
        # A folder of sounds knows only at the end of the stream which files it left out.
        manifest.left_out = [[str(p), reason] for p, reason in getattr(clips, "skipped", [])]
        manifest.complete = True
        manifest.save(folder)
        return TokenDataset(folder, tokenizer)


def _write_all(results: Iterable["_Encoded"], writer: "_ShardWriter", position: int) -> None:
    """Write what comes, the first of it at a position in the stream; name what is no codes."""
    try:
        for one in results:
            if isinstance(one.codes, str):
                writer.manifest.skipped.append([position, one.name, one.codes])
            else:
                writer.add(one)
            position += 1
    finally:
        # What is done is kept also when the stream breaks off, or someone presses Ctrl-C.
        writer.flush()


class _ShardWriter:
    """Collects clips and writes them shard by shard, each shard before the manifest names it."""

    def __init__(self, folder: Path, manifest: Manifest, shard_tokens: int):
        self.folder, self.manifest, self.shard_tokens = folder, manifest, shard_tokens
        self.waiting: list[_Encoded] = []
        self.n_waiting = 0
        self.last_save = time.monotonic()

    def add(self, one: "_Encoded") -> None:
        self.waiting.append(one)
        self.n_waiting += one.codes.size
        late = time.monotonic() - self.last_save > _SAVE_EVERY_SECONDS
        if self.n_waiting >= self.shard_tokens or late:
            self.flush()

    def flush(self) -> None:
        manifest = self.manifest
        if self.waiting:
            shard = np.concatenate([one.codes for one in self.waiting]).astype(manifest.dtype)
            write_atomically(
                shard_path(self.folder, len(manifest.shards)),
                lambda p: np.save(p, shard, allow_pickle=False),
            )
            manifest.shards.append(len(shard))
            manifest.names += [one.name for one in self.waiting]
            manifest.lengths += [len(one.codes) for one in self.waiting]
            manifest.seconds += [round(one.seconds, 6) for one in self.waiting]
            manifest.captions += [one.caption for one in self.waiting]
            manifest.facts += [one.facts for one in self.waiting]
        manifest.save(self.folder)
        self.waiting, self.n_waiting, self.last_save = [], 0, time.monotonic()


def _begin(folder: Path, tokenizer: AudioTokenizer, source: dict[str, Any]) -> Manifest:
    """Start a manifest, or go on with the one that is there if it is of the same dataset."""
    new = Manifest.new(tokenizer, source)
    for unfinished in folder.glob(".*.npy"):  # what a killed run was just writing
        unfinished.unlink()
    if not (folder / FILE_NAME).exists():
        new.save(folder)
        return new
    manifest = Manifest.load(folder)
    manifest.check_tokenizer(tokenizer, folder)
    if manifest.source != new.source:
        raise DatasetError(
            f"{folder}: holds the tokens of {manifest.source}, not of {new.source}; "
            f"choose another folder"
        )
    manifest.complete = False
    return manifest


def _skip_done(
    stream: Iterator[Clip], tokenizer: AudioTokenizer, manifest: Manifest, folder: Path
) -> None:
    """Take the clips that are done from the stream, and see that they are the same ones.

    All names are compared. The last clip is also encoded again, because a corpus of another seed
    may have the same names.
    """
    skipped = {position: name for position, name, _ in manifest.skipped}
    done, n_done = iter(manifest.names), 0
    for position in range(len(manifest.names) + len(skipped)):
        expected = skipped[position] if position in skipped else next(done)
        clip = next(stream, None)
        found = None if clip is None else clip.name
        if found != expected:
            there = "no more clips" if found is None else f"clip {found!r}"
            raise DatasetError(
                f"{folder}: its clip {position} is {expected!r}, the stream gives {there}; "
                f"choose another folder"
            )
        n_done += position not in skipped
        if position not in skipped and n_done == len(manifest.names):
            _compare(_encode(tokenizer, clip).codes, manifest, folder)


def _compare(codes: np.ndarray | str, manifest: Manifest, folder: Path) -> None:
    """Refuse to go on if the last clip on disk has other codes than it gets now."""
    shard = open_shard(folder, len(manifest.shards) - 1, manifest)
    stored = shard[len(shard) - manifest.lengths[-1] :]
    # Not all need agree: elsewhere, a frame half-way between two codes may go the other way.
    if isinstance(codes, str) or codes.shape != stored.shape or np.mean(codes == stored) < 0.9:
        raise DatasetError(
            f"{folder}: its clip {manifest.names[-1]!r} is other audio than the stream's of the "
            f"same name; choose another folder"
        )


class _Encoded(NamedTuple):
    """A clip as a dataset keeps it; in place of codes, the reason why there are none."""

    name: str
    codes: np.ndarray | str
    seconds: float
    caption: str
    facts: dict[str, Any]


def _as_clip(clip: Any, sample_rate: int) -> Any:
    return Clip(str(clip[0]), clip[1], sample_rate) if isinstance(clip, tuple) else clip


def _encode(tokenizer: AudioTokenizer, clip: Clip) -> _Encoded:
    known = clip.caption, dict(clip.facts)
    try:
        return _Encoded(clip.name, *encode_clip(tokenizer.codec, clip), *known)
    except UserError as error:
        return _Encoded(clip.name, str(error), 0.0, *known)


def _nothing(folder: Path, manifest: Manifest) -> str:
    if manifest.skipped:
        _, name, reason = manifest.skipped[0]
        return (
            f"{folder}: none of {len(manifest.skipped)} clips could be tokenized; the first, "
            f"{name!r}: {reason}"
        )
    return f"{folder}: the stream gave no clips"
