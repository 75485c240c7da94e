"""Tunes as tokens without sound: one token for each note, its pitch and the gap to the next note.

A second of sound takes 31 tokens of the course's codebook; a second of a fiddle tune has about
three notes. So a model sees ten times as much music in a context of the same size.

Taught in lesson 10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from refimpl.corpora.scores.score import Score
from refimpl.errors import UserError

COVERAGE = 0.998  # share of the notes that the tokens write exactly
LONGEST_GAP = 4 * 4 * 480  # ticks; a longer rest is cut to four whole notes


class NoteEvents:
    """A vocabulary of compound tokens: a pitch, and the ticks until the next note begins.

    A note lasts until the next one, so rests are lost. Only tunes in one voice have such tokens.

    Args:
        pitches: (n_tokens,) MIDI pitch of each token.
        gaps: (n_tokens,) ticks of each token.

    Source: compound tokens as in Hsiao et al. 2021, with two features instead of seven. Taught in
    lesson 10.
    """

    def __init__(self, pitches: Sequence[int], gaps: Sequence[int]):
        self.pitches = np.asarray(pitches, dtype=np.int64)
        self.gaps = np.asarray(gaps, dtype=np.int64)
        if self.pitches.ndim != 1 or self.pitches.shape != self.gaps.shape or not len(self.gaps):
            raise UserError(
                f"pitches of shape {self.pitches.shape} and gaps of shape {self.gaps.shape}; "
                "give one of each for every token"
            )
        if self.gaps.min() <= 0:
            raise UserError(f"a gap of {self.gaps.min()} ticks; gaps are above 0")
        pairs = zip(self.pitches.tolist(), self.gaps.tolist(), strict=True)
        self._ids = {pair: number for number, pair in enumerate(pairs)}

    @classmethod
    def fit(cls, scores: Iterable[Score], coverage: float = COVERAGE) -> NoteEvents:
        """Take the most frequent pairs until they cover a share of the notes.

        Args:
            scores: tunes in one voice, those for training.
            coverage: the share, in (0, 1].

        Raises:
            UserError: no notes, or a tune in several voices.
        """
        counts = Counter(pair for score in scores for pair in _pairs(score))
        if not counts:
            raise UserError("there are no notes to make tokens of; give at least one tune")
        left, chosen = (1 - coverage) * counts.total(), []
        uncovered = counts.total()
        for pair, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            if chosen and uncovered <= left:
                break
            chosen.append(pair)
            uncovered -= n
        return cls(*zip(*sorted(chosen), strict=True))

    def __len__(self) -> int:
        return len(self.pitches)

    def encode(self, score: Score) -> np.ndarray:
        """Write a tune as tokens.

        A pair that is no token becomes the nearest one: in pitch first, then in the ratio of gaps.

        Returns:
            (n_notes,) int64. Of notes that begin together the highest counts.

        Raises:
            UserError: a tune in several voices.
        """
        return np.array([self._nearest(*pair) for pair in _pairs(score)], dtype=np.int64)

    def decode(self, ids: np.ndarray) -> np.ndarray:
        """Turn tokens into notes, ready for `play`.

        Args:
            ids: (n_notes,) numbers of tokens.

        Returns:
            (n_notes, 4) int32, as `Score.notes`.

        Raises:
            UserError: a number that is no token.
        """
        ids = np.asarray(ids, dtype=np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < len(self):
            raise UserError(f"ids from {ids.min()} to {ids.max()}; tokens go to {len(self) - 1}")
        gaps = self.gaps[ids]
        onsets = np.cumsum(gaps) - gaps
        return np.stack([onsets, gaps, self.pitches[ids], 0 * ids], axis=1).astype(np.int32)

    def _nearest(self, pitch: int, gap: int) -> int:
        if (pitch, gap) not in self._ids:
            apart = np.abs(self.pitches - pitch) + 0.1 * np.abs(np.log2(self.gaps / gap))
            self._ids[pitch, gap] = int(apart.argmin())
        return self._ids[pitch, gap]


def _pairs(score: Score) -> list[tuple[int, int]]:
    """Pitch and gap of every note."""
    if len(score.voices) > 1:
        raise UserError(
            f"{score.name} has {len(score.voices)} voices; these tokens are for tunes in one voice"
        )
    notes = score.notes[np.lexsort((-score.notes[:, 2], score.notes[:, 0]))]
    notes = notes[np.unique(notes[:, 0], return_index=True)[1]]
    end = int(notes[-1, 0] + notes[-1, 1])
    gaps = np.minimum(np.diff(notes[:, 0], append=end), LONGEST_GAP)
    return list(zip(notes[:, 2].tolist(), gaps.tolist(), strict=True))
