"""Filling rows with pieces of tunes.

A tune is taken from its start: as many tokens as an objective can take in the space that is left in
the row, then the next as many with another objective, until none is left. No token is lost and none
is used twice, whatever the lengths of tunes and rows.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from refimpl.errors import UserError
from refimpl.objectives import Mixture, NextTokenPrediction, Objective, Sample, SpecialTokens
from refimpl.packing.packed_batch import LAST_RESORT, PackedBatch, Segment
from refimpl.vocabulary import IGNORE_INDEX


class PackingError(UserError):
    """A size that cannot be packed into, or an objective that does not keep its promises."""


# Few, because where tunes are too short for an objective the debt to it is never paid back.
MOST_SWAPS = 8

_PLAIN = NextTokenPrediction()  # takes any piece, if all else fails


def _longest_pieces(objective: Objective, sequence_length: int) -> list[int]:
    """The longest piece that is sure to fit n positions, for each n up to a row; 0 for none."""
    longest = [0] * (sequence_length + 1)
    n_tokens = objective.min_tokens
    while (length := objective.packed_length(n_tokens)) <= sequence_length:
        longest[length] = n_tokens
        n_tokens += 1
        if n_tokens > 4 * sequence_length + 4:  # or this would go on for ever
            raise PackingError(
                f"{objective.name}: packed_length({n_tokens}) is {length}; it must grow with"
                " n_tokens"
            )
    for length in range(1, sequence_length + 1):
        longest[length] = max(longest[length], longest[length - 1])
    return longest


class Packer:
    """Makes batches of tunes, one after the other; remembers the rest of a tune in between.

    Args:
        mixture: the objectives; every batch is given its own shares.
        batch_size: rows.
        sequence_length: positions of a row.
        min_piece: tunes are not cut into pieces of fewer tokens than this, where it can be
            helped; a row that has only room for less is closed. By default a sixteenth of a row.

    Attributes:
        rest: (n,) what is left of the current tune.

    Raises:
        PackingError: a row is too short for one of the objectives.

    Taught in lesson 6.
    """

    def __init__(
        self,
        mixture: Mixture,
        batch_size: int,
        sequence_length: int,
        *,
        min_piece: int | None = None,
    ) -> None:
        if batch_size < 1 or sequence_length < 2:
            raise PackingError(
                f"batch_size is {batch_size} and sequence_length {sequence_length}; they must be"
                " at least 1 and 2"
            )
        self.mixture, self.batch_size, self.sequence_length = mixture, batch_size, sequence_length
        self.min_piece = max(2, sequence_length // 16) if min_piece is None else min_piece
        self.rest = np.empty(0, dtype=np.int64)
        # (drawn, used instead): what did not fit, and what will give its place to it in return.
        self._swaps: list[tuple[int, int]] = []
        self._least = [objective.min_tokens for objective in mixture.objectives]
        for objective, least in zip(mixture.objectives, self._least, strict=True):
            needed = objective.packed_length(least)
            if needed > sequence_length:
                raise PackingError(
                    f"{objective.name} needs rows of at least {needed} positions, and"
                    f" sequence_length is {sequence_length}; use longer rows, or leave it out"
                )
        self._longest = [_longest_pieces(o, sequence_length) for o in mixture.objectives]
        # In how much space any of them can take how much: says quickly that a row is full.
        self._longest_of_all = [max(pieces) for pieces in zip(*self._longest, strict=True)]
        self._plain = SpecialTokens(None, mixture.vocabulary.unk, np.empty(0, dtype=np.int64))
        self._padding = np.full(sequence_length, mixture.vocabulary.pad, dtype=np.int64)
        self._ignored = np.full(sequence_length, IGNORE_INDEX, dtype=np.int64)
        self._counted = np.arange(sequence_length)
        self._nowhere = np.zeros(sequence_length, dtype=np.int64)

    def pack(
        self, tunes: Iterator[np.ndarray], shares: np.ndarray, rng: np.random.Generator
    ) -> PackedBatch | None:
        """Make the next batch.

        Args:
            tunes: token arrays (n_tokens,) int64, none of them empty; read only as far as needed.
            shares: (n_objectives,) the probability of drawing each objective for a piece.
            rng: draws the objectives, and is their source of randomness.

        Returns:
            A batch; when the tunes end, the rows that are left are padding; None where nothing was
            left at all.
        """
        draw = _Draw(shares, rng)
        self._swaps = [swap for swap in self._swaps if shares[swap[0]] > 0]
        inputs: list[np.ndarray] = []
        labels: list[np.ndarray] = []
        positions: list[np.ndarray] = []
        any_own = False  # a sample that says where its tokens stand
        segments: list[int] = []  # flat, which is quicker made an array
        for row in range(self.batch_size):
            space = self.sequence_length
            while space:
                if not len(self.rest):
                    self.rest = next(tunes, self.rest)
                    if not len(self.rest):
                        break
                choice = self._choose(space, draw)
                if choice is None:
                    break
                which, n_tokens = choice
                sample = self._build(which, self.rest[:n_tokens], rng)
                length, start = len(sample.input_ids), self.sequence_length - space
                if length > space:
                    raise PackingError(
                        f"{self.mixture.objectives[which].name} made {length} positions of"
                        f" {n_tokens} tokens; its packed_length promised at most {space}"
                    )
                self.rest = self.rest[n_tokens:]
                inputs.append(sample.input_ids)
                labels.append(sample.label_ids)
                own = sample.position_ids
                any_own = any_own or own is not None
                positions.append(self._counted[:length] if own is None else own)
                segments += (row, start, length, sample.n_prefix, which, n_tokens)
                space -= length
            if space:
                inputs.append(self._padding[:space])
                labels.append(self._ignored[:space])
                positions.append(self._nowhere[:space])
        if not segments:
            return None
        shape = self.batch_size, self.sequence_length
        return PackedBatch(
            np.concatenate(inputs, dtype=np.int32, casting="unsafe").reshape(shape),
            np.concatenate(labels, dtype=np.int32, casting="unsafe").reshape(shape),
            np.array(segments, dtype=np.int32).reshape(-1, len(Segment._fields)),
            np.concatenate(positions, dtype=np.int32, casting="unsafe").reshape(shape)
            if any_own
            else None,
        )

    def state_dict(self) -> dict[str, Any]:
        """Return the state that one batch hands to the next."""
        return {"rest": self.rest, "swaps": [list(swap) for swap in self._swaps]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Undo `state_dict`."""
        self.rest = np.array(state["rest"], dtype=np.int64)
        self._swaps = [(int(drawn), int(used)) for drawn, used in state["swaps"]]

    def _build(self, which: int, tokens: np.ndarray, rng: np.random.Generator) -> Sample:
        if which == LAST_RESORT:
            return _PLAIN.build(tokens, self._plain, rng)
        return self.mixture.objectives[which].build(tokens, self.mixture.special[which], rng)

    def _choose(self, space: int, draw: "_Draw") -> tuple[int, int] | None:
        """Choose an objective and its number of tokens; None if the row must be closed."""
        drawn = draw.one()
        for place, (waiting, used) in enumerate(self._swaps):
            if used == drawn and (n_tokens := self._cut(waiting, space)):
                del self._swaps[place]
                return waiting, n_tokens
        if n_tokens := self._cut(drawn, space):
            return drawn, n_tokens
        if cuts := self._cuts(space, draw.possible):
            used = draw.one_of(list(cuts))
            # It is paid back when there is more room or a longer tune, or else what takes much
            # room would get less than its share.
            if len(self._swaps) < MOST_SWAPS:
                self._swaps.append((drawn, used))
            return used, cuts[used]
        too_short = all(self._least[i] > len(self.rest) for i in draw.possible)
        if too_short or space == self.sequence_length:
            return LAST_RESORT, min(len(self.rest), space + 1)
        return None

    def _cuts(self, space: int, objectives: Sequence[int]) -> dict[int, int]:
        """Return the objectives that can take a piece, and the number of tokens for each."""
        least_piece = min(self.min_piece, len(self.rest))
        if self._longest_of_all[space] < least_piece and space < self.sequence_length:
            return {}
        return {i: n_tokens for i in objectives if (n_tokens := self._cut(i, space))}

    def _cut(self, which: int, space: int) -> int:
        """Return the number of tokens that an objective takes of the current tune; 0 for none."""
        least, most, n_rest = self._least[which], self._longest[which][space], len(self.rest)
        if n_rest <= most:
            return n_rest if n_rest >= least else 0
        shortest = max(least, self.min_piece)
        if most < (least if space == self.sequence_length else shortest):
            return 0
        if n_rest - most < self.min_piece and n_rest - self.min_piece >= shortest:
            return n_rest - self.min_piece  # leave enough for the next piece, too
        return most


class _Draw:
    """Draws objectives by their shares."""

    def __init__(self, shares: np.ndarray, rng: np.random.Generator) -> None:
        # Few numbers: Python adds them faster than numpy is called.
        self._shares, self._rng = shares.tolist(), rng
        self.possible = [which for which, share in enumerate(self._shares) if share > 0]
        self._limits = list(accumulate(self._shares))

    def one(self) -> int:
        which = bisect_right(self._limits, self._rng.random() * self._limits[-1])
        return min(which, self.possible[-1])  # rounding may reach the very end

    def one_of(self, some: Sequence[int]) -> int:
        limits = list(accumulate(self._shares[which] for which in some))
        return some[min(bisect_right(limits, self._rng.random() * limits[-1]), len(some) - 1)]


def pack_corpus(
    tunes: Iterable[np.ndarray],
    mixture: Mixture,
    batch_size: int,
    sequence_length: int,
    *,
    seed: int = 0,
) -> Iterator[PackedBatch]:
    """Pack all tunes of a finite corpus once, each token into exactly one batch.

    Args:
        tunes: token arrays (n_tokens,); empty ones are skipped.
        mixture: the objectives and their shares.
        batch_size: rows per batch; the last batch may have rows of padding.
        sequence_length: positions per row.
        seed: of the objectives.

    Taught in lesson 6.
    """
    packer = Packer(mixture, batch_size, sequence_length)
    rng = np.random.default_rng(seed)
    source = (np.asarray(tune, dtype=np.int64) for tune in tunes if len(tune))
    while (batch := packer.pack(source, mixture.shares, rng)) is not None:
        yield batch
