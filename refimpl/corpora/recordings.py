"""Recordings as a corpus: each file is cut into clips, and its end is held out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from refimpl.audio import (
    AudioError,
    Clip,
    is_silent,
    load_audio,
    read_blocks,
    save_audio,
    standardise,
)
from refimpl.audio.folders import search, text_of
from refimpl.audio.sources import Source as OpenFile
from refimpl.corpora.augmenting import draw_variations, varied_clips
from refimpl.corpora.captions import Captions, read_captions
from refimpl.corpora.corpus import SPLITS, Corpus
from refimpl.errors import UserError

if TYPE_CHECKING:
    from refimpl.presets import Preset

# As long as a tune of the embedded corpus, which the course's model sees as a whole.
DEFAULT_CLIP_SECONDS = 180_224 / 22_050
PEAK = 0.95
HELD_OUT = 0.1  # share of each file's clips


@dataclass(frozen=True)
class Recording:
    """A file and its division into clips.

    Attributes:
        path: the file.
        name: its path within the folder.
        n_clips: number of clips; an end below half a clip is dropped.
        n_held_out: number of clips at its end that are for validation.
    """

    path: Path
    name: str
    n_clips: int
    n_held_out: int

    def places(self, split: str) -> range:
        """Which clips belong to a split."""
        first = self.n_clips - self.n_held_out
        return range(first) if split == "train" else range(first, self.n_clips)


class RecordingClips:
    """Some clips of some recordings, read front to back, one file after the other."""

    def __init__(
        self,
        chosen: list[tuple[Recording, set[int]]],
        rate: int,
        clip_seconds: float,
        left_out: list[tuple[Path, str]],
        captions: Captions,
        n_copies: int = 0,
        most_copied: int = 0,
    ):
        self._chosen, self._rate, self._clip_seconds = chosen, rate, clip_seconds
        self._n_copies, self._most_copied = n_copies, most_copied
        self._left_out, self._captions = left_out, captions.of
        self.skipped = list(left_out)

    def __len__(self) -> int:
        n = sum(len(places) for _, places in self._chosen)
        return n + min(self._n_copies * n, self._most_copied)

    def __iter__(self) -> Iterator[Clip]:
        self.skipped = list(self._left_out)
        for recording, places in self._chosen:
            try:
                yield from self._clips(recording, places)
            except AudioError as error:
                self.skipped.append((recording.path, error.reason))
        copies = (self._copies(recording, places) for recording, places in self._chosen)
        yield from islice(chain.from_iterable(copies), self._most_copied)

    def _copies(self, recording: Recording, places: set[int]) -> Iterator[Clip]:
        """Yield varied copies of a recording's training part, without anything after it."""
        rng = np.random.default_rng(list(os.fsencode(recording.name)))
        seconds = (max(places) + 1) * self._clip_seconds
        for number, variation in enumerate(draw_variations(self._n_copies, rng)):
            try:
                audio = load_audio(recording.path, self._rate, duration=seconds, remarks=[])
            except AudioError:
                return  # said above
            audio = standardise(audio, self._rate, normalise="peak", level=PEAK)
            size = round(self._clip_seconds * self._rate)
            for place, clip in enumerate(varied_clips(audio, self._rate, size, variation)):
                if not is_silent(clip):
                    name = f"{recording.name}, copy {number + 1}, {variation.semitones:+d}@{place}"
                    facts = {"file": recording.name, "semitones": variation.semitones}
                    yield self._clip(name, clip, recording, facts)

    def _clips(self, recording: Recording, places: set[int]) -> Iterator[Clip]:
        n_silent = 0
        remarks: list[str] = []
        blocks = read_blocks(recording.path, self._rate, self._clip_seconds, remarks=remarks)
        for place, block in enumerate(blocks):
            if place > max(places):
                break
            if place not in places:
                continue
            if is_silent(block):
                n_silent += 1
                continue
            offset = place * self._clip_seconds
            audio = standardise(block, self._rate, normalise="peak", level=PEAK)
            facts = {"file": recording.name, "offset": offset}
            yield self._clip(f"{recording.name}@{offset:.2f}s", audio, recording, facts)
        self.skipped += [(recording.path, f"{remark}; the rest is used") for remark in remarks]
        if n_silent:
            raise AudioError(f"{n_silent} of its {len(places)} clips are silent", recording.path)

    def _clip(self, name: str, audio: np.ndarray, recording: Recording, facts: dict) -> Clip:
        """A part of a recording has the caption of the whole."""
        return Clip(name, audio, self._rate, self._captions.get(recording.name, ""), facts)


class Recordings(Corpus):
    """A folder of recordings, or one file.

    The last tenth of every file (at least one clip, if there are two) is for validation: a model is
    never scored on a clip that it was trained on, but still on the same music. If each file is no
    longer than one clip, every tenth file is for validation.
    """

    kind = "recordings"
    knows = frozenset({"file"})
    peak = PEAK

    def __init__(self, folder: str | Path, preset: Preset):
        self.folder = Path(folder)
        self.clip_seconds = preset.data.clip_seconds or DEFAULT_CLIP_SECONDS
        self.sample_rate, self._data = preset.codec.sample_rate, preset.data
        self._options = preset.recordings
        files, self.left_out = search(self.folder)
        self.recordings: list[Recording] = []
        self._longest = 0.0
        for path in files:
            self._open(path)
        if not self.recordings:
            path, reason = self.left_out[-1]
            raise UserError(
                f"{self.folder}: none of {len(self.left_out)} files can be used; {path}: {reason}"
            )
        if len(self.recordings) > 1 and all(one.n_clips == 1 for one in self.recordings):
            self._hold_out_whole_files()
        self.captions = Captions({})
        if self._options.captions is not None:
            sounds = {recording.name: recording.path for recording in self.recordings}
            self.captions = read_captions(self._options.captions, self.folder, sounds)

    @classmethod
    def open(cls, where: str | Path, preset: Preset) -> Self | None:
        """Open a path, if there is a file or folder."""
        return cls(where, preset) if Path(where).exists() else None

    @classmethod
    def example(cls, folder: Path) -> Path:
        """Write two recordings of seven and five seconds."""
        rng, rate = np.random.default_rng(0), 16_000
        for seconds in (7, 5):
            pitches = np.repeat(rng.uniform(100, 1000, 4 * seconds), rate // 4)
            audio = 0.5 * np.sin(2 * np.pi * np.cumsum(pitches) / rate)
            save_audio(folder / f"{seconds} seconds.wav", audio, rate)
        return folder

    def _open(self, path: Path) -> None:
        try:
            with OpenFile(path) as file:
                seconds = file.measure()
        except AudioError as error:
            self.left_out.append((path, error.reason))
            return
        name = text_of(path.name if path == self.folder else path.relative_to(self.folder))
        n_clips = max(1, round(seconds / self.clip_seconds))
        n_held_out = max(1, round(HELD_OUT * n_clips)) if n_clips > 1 else 0
        self.recordings.append(Recording(path, name, n_clips, n_held_out))
        self._longest = max(self._longest, seconds)

    def _hold_out_whole_files(self) -> None:
        step = round(1 / HELD_OUT)
        for i in range(min(step, len(self.recordings)) - 1, len(self.recordings), step):
            self.recordings[i] = replace(self.recordings[i], n_held_out=1)

    @property
    def remarks(self) -> list[str]:
        if self._options.captions is None:
            return []
        told = self.captions.remarks()
        if self._n_copies:
            told.append(
                "  varied copies keep the captions; if these name keys or tempos, add "
                "--set recordings.copies=0"
            )
        return told

    def clips(self, split: str) -> RecordingClips:
        """Return the clips of a split, or an even selection if the preset needs fewer."""
        if split not in SPLITS:
            raise UserError(f"recordings have no split {split!r}; they have {' and '.join(SPLITS)}")
        everything = [(r, place) for r in self.recordings for place in r.places(split)]
        if not everything:
            raise UserError(
                f"{self.folder}: nothing can be held out for validation, because no file has two "
                f"clips of {self.clip_seconds:.2f} s; add longer recordings, or shorten the clips "
                f"with --set data.clip_seconds={np.floor(self._longest * 5) / 10:g}"
            )
        wanted = self._data.n_train if split == "train" else self._data.n_validation
        n = min(wanted, len(everything))
        chosen: dict[Recording, set[int]] = {}
        for i in np.linspace(0, len(everything) - 1, n).round().astype(int):
            recording, place = everything[i]
            chosen.setdefault(recording, set()).add(place)
        copies = self._n_copies if split == "train" else 0
        return RecordingClips(
            *(list(chosen.items()), self.sample_rate, self.clip_seconds, self.left_out),
            captions=self.captions,
            n_copies=copies,
            most_copied=wanted - n,
        )

    @property
    def _n_copies(self) -> int:
        """The number of varied copies of each training clip: 0 if there are enough recordings."""
        seconds = sum(recording.n_clips for recording in self.recordings) * self.clip_seconds
        few = seconds < 60 * self._options.below_minutes
        return self._options.copies if few else 0

    def describe(self, split: str) -> dict[str, Any]:
        digest = hashlib.sha256()
        for recording in self.recordings:
            digest.update(f"{recording.name}\0{recording.path.stat().st_size}\0".encode())
        return {
            "kind": self.kind,
            "split": split,
            "n_files": len(self.recordings),
            "files": digest.hexdigest()[:16],
            "clip_seconds": self.clip_seconds,
            "n_clips": len(self.clips(split)),
            "copies": self._n_copies if split == "train" else 0,
            # Runs from before there were captions have no such entry.
            **({"captions": self.captions.digest} if self.captions.of else {}),
        }
