"""The token that names the task: the objective's own, a given one, or a spare one."""

from collections.abc import Sequence

import numpy as np

from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.objective import Objective
from refimpl.objectives.sample import SAMPLE_POSITIONS, SpecialTokens
from refimpl.vocabulary import Vocabulary


def special_tokens(
    objectives: Sequence[Objective], vocabulary: Vocabulary, positions: str = "row"
) -> tuple[SpecialTokens, ...]:
    """The special tokens of each objective of a mixture.

    A paradigm that the vocabulary has no token for, such as UL2's "[R]", gets a spare one: the
    first such name the first spare token, and so on, in the order of the objectives.

    Args:
        objectives: of the mixture.
        vocabulary: of the tokens.
        positions: the kind of positions in samples, one of `SAMPLE_POSITIONS`.

    Raises:
        ObjectiveError: the vocabulary has no tokens for objectives, or too few spare ones; or
            positions that there are not.
    """
    if positions not in SAMPLE_POSITIONS:
        raise ObjectiveError(
            f"sample_positions is {positions!r}; give one of {', '.join(SAMPLE_POSITIONS)}"
        )
    spare: dict[str, int] = {}
    return tuple(
        SpecialTokens(
            answer=_answer(objective, vocabulary),
            paradigm=_paradigm(objective, vocabulary, spare),
            sentinels=np.array(vocabulary.sentinels, dtype=np.int64),
            positions=positions,
        )
        for objective in objectives
    )


def _answer(objective: Objective, vocabulary: Vocabulary) -> int:
    if vocabulary.answer is not None:
        return vocabulary.answer
    if not objective.has_paradigm:  # plain language modelling needs no special tokens
        return vocabulary.unk
    raise ObjectiveError(
        f"{objective.name} needs the tokens for objectives, which a vocabulary of kind"
        f' {vocabulary.kind!r} does not have; use Vocabulary({vocabulary.n_codes}, "course")'
    )


def _paradigm(objective: Objective, vocabulary: Vocabulary, spare: dict[str, int]) -> int | None:
    wanted = objective.paradigm
    if wanted is None and not objective.has_paradigm:
        return None
    if wanted is None and objective.name in vocabulary.objectives:
        return vocabulary.objectives[objective.name]
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < vocabulary.size:
            raise ObjectiveError(
                f"{objective.name}: paradigm {wanted} is no token of the vocabulary"
                f" (0 to {vocabulary.size - 1})"
            )
        return wanted
    name = objective.name if wanted is None else wanted
    if not isinstance(name, str):
        raise ObjectiveError(f"{objective.name}: paradigm is {name!r}; give a token's name or id")
    if name in vocabulary.special_names:
        return vocabulary.id_of(name)
    if name not in spare and len(spare) == len(vocabulary.spare):
        raise ObjectiveError(
            f"{objective.name}: no spare token is left for {name!r}; the vocabulary has"
            f" {len(vocabulary.spare)}, taken by {', '.join(spare) or 'none'}"
        )
    return spare.setdefault(name, vocabulary.spare[len(spare) % len(vocabulary.spare)])
