"""The result of a run in plain words: did it learn, does it recite, is it stuck?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refimpl.generation import generate, longest_hold
from refimpl.metrics import measure_copying
from refimpl.metrics.statistics import Estimate
from refimpl.pipeline.resumable import FinishedRun

RECITES = 2.0  # a run shared with training, in units of what held-out clips share
_N_PIECES = 8


@dataclass(frozen=True)
class Verdict:
    """Measures of a run's pieces, beside those of held-out clips.

    Attributes:
        loss: nats per token on held-out clips.
        bigram: the same for counting pairs of tokens.
        shared: codes in the longest run that its pieces share with a training clip.
        shared_held_out: the same for held-out clips.
        hold: the most steps for which its pieces hold a code.
        hold_training: the same for training clips.
        steps_per_second: of the codec.
        n_streams: codes in each step.
    """

    loss: float | None
    bigram: float | None
    shared: int
    shared_held_out: int
    hold: int
    hold_training: int
    steps_per_second: float
    n_streams: int = 1

    @property
    def has_learnt(self) -> bool:
        """Whether it predicts held-out clips better than counting pairs does."""
        return self.loss is not None and self.bigram is not None and self.loss < self.bigram

    @property
    def recites(self) -> bool:
        """Whether it shares much longer runs with the training clips than held-out clips do."""
        return self.shared > RECITES * max(1, self.shared_held_out)

    @property
    def is_stuck(self) -> bool:
        """Whether it holds a sound longer than any training clip does."""
        return self.hold > self.hold_training

    def sentences(self) -> list[str]:
        """Describe the result, with advice for each fault."""
        told = []
        if self.loss is not None and self.bigram is not None:
            better = "better" if self.has_learnt else "no better"
            told.append(
                f"held-out clips: {self.loss:.2f} nats per token, {better} than counting pairs "
                f"({self.bigram:.2f})"
            )
            if not self.has_learnt:
                told.append(
                    "  it has learnt little that holds for new clips: add recordings or scores, or "
                    "train for more --steps"
                )
        steps = self.steps_per_second
        codes = steps * self.n_streams
        told.append(
            f"longest run shared with a training clip: {self.shared / codes:.1f} s "
            f"(held-out clips: {self.shared_held_out / codes:.1f} s)"
        )
        if self.recites:
            told.append(
                "  it recites what it was trained on: add recordings, train for fewer --steps, "
                "or generate with a higher --temperature"
            )
        if self.is_stuck:
            told.append(
                f"it holds one sound for {self.hold / steps:.1f} s, which no training clip "
                "does: generate without --no-hold-limit, or with a higher --temperature"
            )
        return told


def judge(finished: FinishedRun, *, n_pieces: int = _N_PIECES, hold_limit: bool = True) -> Verdict:
    """Let a run's model write some pieces, and judge them by their tokens.

    Args:
        finished: the run.
        n_pieces: number of pieces.
        hold_limit: whether to hold no code longer than the training clips do.

    Taught in lesson 7.
    """
    tokenizer, facts = finished.tokenizer, finished.facts
    layout, train_set = tokenizer.layout, finished.train_set
    hold_training = facts.get("longest_hold") or longest_hold(train_set.all_codes())
    n_steps = max(1, int(np.median(train_set.steps)))
    pieces = generate(
        finished.model,
        tokenizer.vocabulary,
        max_tokens=layout.n_tokens(n_steps),
        min_tokens=layout.end_of(n_steps) // 2,
        batch_size=n_pieces,
        seed=finished.preset.training.seed,
        layout=layout,
        longest_hold=hold_training if hold_limit else None,
        **vars(finished.preset.sampling),
    )
    training = [tokenizer.flatten(codes) for codes in train_set.all_codes()]
    held_out = [tokenizer.flatten(codes) for codes in finished.validation_set.all_codes()]
    written = [layout.to_codes(piece) for piece in pieces]
    return Verdict(
        loss=facts.get("validation_loss"),
        bigram=(facts.get("baselines") or {}).get("bigram"),
        shared=_longest([tokenizer.flatten(codes) for codes in written], training),
        shared_held_out=_longest(held_out, training),
        hold=longest_hold(written),
        hold_training=hold_training,
        steps_per_second=tokenizer.codec.step_rate,
        n_streams=len(tokenizer.codec.stream_sizes),
    )


def _longest(clips: Sequence[np.ndarray], training: Sequence[np.ndarray]) -> int:
    return int(max((m["longest_run"] for m in measure_copying(clips, training)), default=0))


def recites(row: dict[str, Estimate], held_out: dict[str, Estimate]) -> bool:
    """Whether a row of measures recites, beside that of held-out clips."""
    if "longest_run" not in row or "longest_run" not in held_out:
        return False
    return row["longest_run"].mean > RECITES * max(1.0, held_out["longest_run"].mean)
