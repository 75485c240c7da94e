"""Scores as a corpus: pieces are cut into clips and played, and whole pieces are held out.

Taught in lesson 10.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from refimpl.audio import Clip
from refimpl.audio.folders import text_of
from refimpl.audio.sources import READABLE_SUFFIXES
from refimpl.corpora.augmenting import NoteVariation, draw_note_variations
from refimpl.corpora.corpus import SPLITS, Corpus
from refimpl.corpora.scores.cache import cached
from refimpl.corpora.scores.collections import (
    COLLECTIONS,
    READERS,
    Collection,
    files_of,
    held_out_names,
    read_files,
    score_files,
)
from refimpl.corpora.scores.playing import Playing, clip_of_score, cut_at_bars
from refimpl.corpora.scores.relatives import find_relatives, fingerprint, hold_out
from refimpl.corpora.scores.score import Score
from refimpl.corpora.scores.soundfont import digest_of, open_soundfont
from refimpl.errors import UserError, suggest
from refimpl.tinytunes import COURSE_TEMPO

if TYPE_CHECKING:
    from refimpl.presets import Preset

PREFIX = "scores:"
DEFAULT_CLIP_SECONDS = 180_224 / 22_050  # a tune of the embedded corpus
HELD_OUT = 0.1  # share of the pieces
OWN = Collection("piece", (), (), (), COURSE_TEMPO, ("piano",))


class Scores(Corpus):
    """A collection of scores, or a folder of a user's own (MIDI, ABC, MusicXML).

    A tenth of the pieces is held out for validation, each together with its relatives (see
    `relatives`): no tune is in both splits, not even in another key or from another collection. The
    pieces that a collection holds out are on file (`held_out_names`); those of them that have a
    relative among the others are in neither split.

    Facts of a clip: its notes (onset and duration in seconds, MIDI pitch, number of the voice), the
    bar lines in seconds, voices, instruments, tempo in quarter notes per minute, piece and title,
    and where the score states them key, tonic, mode and metre.

    Attributes:
        scores: the pieces, in order.
        groups: `(n_scores,)` of each piece the number of its group of relatives.
        held_out: `(n_scores,)` bool, whether a piece is kept out of training.
        validation: `(n_scores,)` bool, whether a piece is held out and has no relative in training.
        left_out: the files and tunes that cannot be read, with the reason.

    Taught in lesson 10.
    """

    kind = "scores"
    knows = frozenset(
        {"piece", "title", "notes", "voices", "instruments", "tempo", "bars", "fingerprint"}
    )

    def __init__(self, where: str | Path, preset: Preset):
        self.collection = where if isinstance(where, str) else None
        self._playing = COLLECTIONS[where] if self.collection else OWN
        self._data, self._options = preset.data, preset.scores
        self.sample_rate = preset.codec.sample_rate
        if self._options.soundfont is not None:
            open_soundfont(self._options.soundfont, self.sample_rate)  # fails before any reading
        self.clip_seconds = preset.data.clip_seconds or DEFAULT_CLIP_SECONDS
        files = files_of(self._playing) if self.collection else score_files(Path(where))
        file_names = [_name(path, where) for path in files]
        voices = self._playing.voices

        def read() -> tuple[list[Score], np.ndarray, list[tuple[Path, str]]]:
            scores, left_out = read_files(files, file_names, voices=voices)
            return scores, find_relatives(scores), left_out

        self.scores, self.groups, self.left_out = cached(files, f"{where} {voices}", read)
        if not self.scores:
            path, reason = self.left_out[-1] if self.left_out else (where, "there are no scores")
            raise UserError(f"{where}: none of {len(files)} files can be used; {path}: {reason}")
        names = [score.name for score in self.scores]
        if self.collection:
            self.held_out = np.isin(names, held_out_names(self.collection))
        else:
            self.held_out = hold_out(self.groups, names, HELD_OUT)
        self.validation = self.held_out & ~np.isin(self.groups, self.groups[~self.held_out])
        digest = hashlib.sha256()
        for name, path in zip(file_names, files, strict=True):
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        self._files = digest.hexdigest()[:16]

    @classmethod
    def open(cls, where: str | Path, preset: Preset) -> Self | None:
        """Open "scores:chorales", "scores:fiddle", or a path with scores and no recordings.

        A folder that holds both is one of recordings; "scores:FOLDER" takes its scores.
        """
        text = str(where)
        if text.startswith(PREFIX):
            name = text.removeprefix(PREFIX)
            if name in COLLECTIONS:
                return cls(name, preset)
            if not name or not Path(name).exists():
                raise UserError(
                    f"{text}: there is no such collection or folder; "
                    f"{suggest(name, COLLECTIONS)}, or give a folder of {', '.join(READERS)} files"
                )
            return cls(Path(name), preset)
        path = Path(where)
        if not path.exists() or not score_files(path) or _has_recordings(path):
            return None
        return cls(path, preset)

    @classmethod
    def reopen(cls, preset: Preset, described: Mapping[str, Any]) -> Self | None:
        """Open a collection again; a folder is not known by its name."""
        name = described.get("collection")
        return cls(name, preset) if name in COLLECTIONS else None

    @classmethod
    def example(cls, folder: Path) -> Path:
        """Write a few tunes in ABC notation."""
        rng = np.random.default_rng(0)
        for number in range(6):
            pitches = rng.choice(list("DEFGABcde"), (4, 8))
            bars = "|".join("".join(bar) for bar in pitches)
            head = f"X:1\nT:Example {number + 1}\nM:4/4\nL:1/8\nK:{'DG'[number % 2]}\n"
            (folder / f"example {number + 1}.abc").write_text(f"{head}{bars}|\n", encoding="utf-8")
        return folder

    @property
    def peak(self) -> float:
        """The mean over some clips."""
        return float(np.mean([abs(clip.audio).max() for clip in islice(self.clips("train"), 8)]))

    @property
    def shared(self) -> Mapping[str, Any]:
        """The tempo, where all clips have the same."""
        tempos = {self._tempo(score) for score in self.scores}
        varied = self._options.copies and self._options.most_tempo_change
        return {"tempo": tempos.pop()} if len(tempos) == 1 and not varied else {}

    def clips(self, split: str) -> ScoreClips:
        """Return the clips of a split, or an even selection if the preset needs fewer."""
        if split not in SPLITS:
            raise UserError(f"scores have no split {split!r}; they have {' and '.join(SPLITS)}")
        chosen = ~self.held_out if split == "train" else self.validation
        pieces = np.flatnonzero(chosen).tolist()
        everything = [(piece, span) for piece in pieces for span in self._spans(piece)]
        if not everything:
            raise UserError(
                "nothing can be held out for validation, because all scores are versions of one "
                "piece; add other pieces"
            )
        wanted = self._data.n_train if split == "train" else self._data.n_validation
        n = min(wanted, len(everything))
        places = np.linspace(0, len(everything) - 1, n).round().astype(int)
        n_copies = self._options.copies if split == "train" else 0
        return ScoreClips(self, [everything[i] for i in places], n_copies, wanted)

    def describe(self, split: str) -> dict[str, Any]:
        """Describe the files, how they are played, and how many clips there are."""
        options = self._options.to_dict()
        if split != "train":
            options = {name: options[name] for name in ("tempo", "instruments", "soundfont")}
        if options["soundfont"] is None:
            del options["soundfont"]  # as in datasets from before there was a choice
        else:
            options["soundfont"] = digest_of(options["soundfont"])  # of the file, wherever it is
        return {
            "kind": self.kind,
            "collection": self.collection,
            "split": split,
            "n_pieces": len(self.scores),
            "files": self._files,
            "clip_seconds": self.clip_seconds,
            "n_clips": len(self.clips(split)),
            "options": options,
        }

    def playing(self, piece: int, variation: NoteVariation | None = None) -> Playing:
        """Return how a piece is played: its tempo, and one of the instruments."""
        score = self.scores[piece]
        instruments = self._options.instruments or self._playing.instruments
        drawn = int(fingerprint(score), 16) % len(instruments)
        variation = variation or NoteVariation()
        return Playing(
            tempo=self._tempo(score) * variation.tempo,
            instrument=instruments[drawn],
            semitones=variation.semitones,
            sample_rate=self.sample_rate,
            about=self._playing.about,
            n_voices=len(score.voices),
            soundfont=self._options.soundfont,
        )

    def clip(
        self, piece: int, span: tuple[int, int], variation: NoteVariation | None = None
    ) -> Clip | None:
        """Return a span of a piece as a clip; None where it is silent."""
        score = self.scores[piece]
        known = {"fingerprint": fingerprint(score)}
        if self.collection:
            known["collection"] = self.collection
        return clip_of_score(score, span, self.playing(piece, variation), known)

    def _spans(self, piece: int, variation: NoteVariation | None = None) -> list[tuple[int, int]]:
        tick = self.playing(piece, variation).seconds_per_tick
        return cut_at_bars(self.scores[piece].bars, (self.clip_seconds + 1e-6) / tick)

    def _tempo(self, score: Score) -> float:
        own = None if self.collection else score.tempo
        return self._options.tempo or own or self._playing.tempo


class ScoreClips:
    """Some clips of a corpus of scores, and varied copies of them."""

    def __init__(
        self, corpus: Scores, chosen: list[tuple[int, tuple[int, int]]], n_copies: int, wanted: int
    ):
        self._corpus, self._chosen, self._n_copies = corpus, chosen, n_copies
        self._most_copied = min(wanted - len(chosen), n_copies * len(chosen))
        self.skipped = list(corpus.left_out)

    def __len__(self) -> int:
        return len(self._chosen) + self._most_copied

    def __iter__(self) -> Iterator[Clip]:
        clips = (self._corpus.clip(piece, span) for piece, span in self._chosen)
        yield from (clip for clip in clips if clip is not None)
        yield from islice(self._copies(), self._most_copied)

    def _copies(self) -> Iterator[Clip]:
        """Yield the pieces again, in other keys and at other tempos."""
        options, corpus = self._corpus._options, self._corpus
        pieces = list(dict.fromkeys(piece for piece, _ in self._chosen))
        for copy in range(self._n_copies):
            for piece in pieces:
                rng = np.random.default_rng([int(fingerprint(corpus.scores[piece]), 16), piece])
                variations = draw_note_variations(
                    self._n_copies,
                    rng,
                    most_semitones=options.most_semitones,
                    most_tempo_change=options.most_tempo_change,
                )
                for span in corpus._spans(piece, variations[copy]):
                    clip = corpus.clip(piece, span, variations[copy])
                    if clip is not None:
                        yield clip


def _has_recordings(path: Path) -> bool:
    found = [path] if path.is_file() else path.rglob("*")
    return any(one.suffix.lower() in READABLE_SUFFIXES for one in found)


def _name(path: Path, where: str | Path) -> str:
    """The name of a file's scores: folder and file in a collection, the path in a folder."""
    if isinstance(where, str):
        return f"{path.parent.name}/{path.stem}"
    return text_of(path.name if path == where else path.relative_to(where))
