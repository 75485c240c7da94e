"""Answers to the questions of training: fill gaps, continue a prefix, restore an order.

A question is framed as its objective frames it: the objective's token, the question, the answer
token. The question is a prefix, whose tokens see one another in both directions; the answer is
written token by token. Each token has the position that it had in training: counted through the
row, or its own place in the tune. The model's configuration says which (`sample_positions`).
"""

from collections.abc import Sequence

import numpy as np
import torch

from refimpl.generation.generate import generate
from refimpl.generation.sampling import GenerationError
from refimpl.objectives import SpecialTokens, make_objective, special_tokens
from refimpl.objectives.spans import (
    join_with_sentinels,
    places_with_sentinels,
    visible_parts,
)
from refimpl.training import frame_tune
from refimpl.transformer import CAUSAL, PREFIX, Transformer
from refimpl.vocabulary import Vocabulary


def fill_gaps(
    model: Transformer,
    vocabulary: Vocabulary,
    tokens: np.ndarray,
    gaps: Sequence[tuple[int, int]],
    *,
    n_pieces: int = 1,
    seed: int = 0,
    sample_positions: str | None = None,
    **sampling,
) -> list[np.ndarray]:
    """Let the model write the missing parts of a tune, given the parts before and after them.

    Args:
        model: trained on infilling.
        vocabulary: its vocabulary, of kind "course".
        tokens: a tune's codes (n_tokens,); those in the gaps are not used.
        gaps: (start, stop) of each gap, in order and with at least one token between any two.
        n_pieces: number of fillings.
        seed: of the random numbers.
        sample_positions: "tune" gives an answer the positions of its gap, "row" those of the end
            of the row; None: as the model was trained.
        sampling: options for `generate`: temperature, top_k, top_p.

    Returns:
        For each piece the whole tune (n_tokens,), the gaps filled with codes.

    Raises:
        GenerationError: gaps that do not fit the tune, or a tune too long for the model.

    Source: the format of Raffel et al. 2020 (T5), section 3.1.4. Taught in lesson 7.
    """
    tokens = _checked_tokens(tokens, vocabulary)
    _check_gaps(gaps, len(tokens))
    special = _special("infilling", vocabulary, model, sample_positions)
    framed = frame_tune(tokens, vocabulary)
    spans = [(start + 1, stop + 1) for start, stop in gaps]  # behind <|START|>
    question = join_with_sentinels(visible_parts(framed, spans), special.sentinels)
    asked = _ask(special, question)
    places = None
    if special.positions == "tune":
        places = special.position_ids(*places_with_sentinels(len(framed), spans))
    rows = [asked] * n_pieces
    filled = [tokens.copy() for _ in rows]
    for number, (start, stop) in enumerate(gaps):
        # The order of the gaps and their lengths are known, so the model does not choose them.
        rows = [np.append(row, special.sentinels[number]) for row in rows]
        written = _write_codes(
            model, vocabulary, rows, stop - start, len(asked), places, [seed, number], sampling
        )
        for tune, codes in zip(filled, written, strict=True):
            tune[start:stop] = codes
        rows = [np.concatenate([row, codes]) for row, codes in zip(rows, written, strict=True)]
    return filled


def gap_losses(
    model: Transformer,
    vocabulary: Vocabulary,
    tokens: np.ndarray,
    gap: tuple[int, int],
    *,
    shown: np.ndarray | None = None,
    sample_positions: str | None = None,
) -> np.ndarray:
    """How well the model expects what is in a gap, when it sees both sides of it.

    Args:
        model: trained on infilling.
        vocabulary: its vocabulary, of kind "course".
        tokens: a tune's codes (n_tokens,).
        gap: its first token, and the one behind its last.
        shown: another tune of the same length whose sides are shown instead; a model that looks at
            its question expects less then.
        sample_positions: "tune" or "row", as in `fill_gaps`; None: as the model was trained.

    Returns:
        (1 + n_gap,) nats: of the sentinel that begins the answer, and of each token in the gap,
        given the question and the true tokens before it.

    Raises:
        GenerationError: a gap that does not fit the tune.
    """
    tokens = _checked_tokens(tokens, vocabulary)
    _check_gaps([gap], len(tokens))
    special = _special("infilling", vocabulary, model, sample_positions)
    framed = frame_tune(tokens if shown is None else shown, vocabulary)
    spans = [(gap[0] + 1, gap[1] + 1)]  # behind <|START|>
    asked = _ask(special, join_with_sentinels(visible_parts(framed, spans), special.sentinels))
    answer = np.concatenate([special.sentinels[:1], tokens[slice(*gap)]])
    row = torch.from_numpy(np.concatenate([asked, answer[:-1]]))
    mask = torch.full((len(row),), CAUSAL)
    mask[: len(asked)] = PREFIX
    places = None
    if special.positions == "tune":
        places = special.position_ids(*places_with_sentinels(len(framed), spans))
        places = torch.from_numpy(np.asarray(places[: len(row)]))[None]
    with torch.inference_mode():
        logits = model(row[None], attention_mask=mask[None], position_ids=places)
    logs = logits[0, len(asked) - 1 :].log_softmax(-1)
    return -logs[torch.arange(len(answer)), torch.from_numpy(answer)].numpy()


def continue_prefix(
    model: Transformer,
    vocabulary: Vocabulary,
    prefix: np.ndarray,
    n_tokens: int,
    *,
    n_pieces: int = 1,
    seed: int = 0,
    sample_positions: str | None = None,
    **sampling,
) -> list[np.ndarray]:
    """Let the model continue a prefix, which it reads in both directions.

    Args:
        model: trained on prefix language modeling.
        vocabulary: its vocabulary, of kind "course".
        prefix: a tune's first codes (n_prefix,).
        n_tokens: number of tokens to write.
        n_pieces: number of continuations.
        seed: of the random numbers.
        sample_positions: "tune" or "row", as in `fill_gaps`; None: as the model was trained.
        sampling: options for `generate`: temperature, top_k, top_p.

    Returns:
        For each piece the prefix and its continuation, (n_prefix + n_tokens,).

    Raises:
        GenerationError: codes that are none, or too long for the model.

    Source: Raffel et al. 2020 (T5), section 3.2.3. Taught in lesson 7.
    """
    prefix = _checked_tokens(prefix, vocabulary)
    special = _special("prefix_language_modeling", vocabulary, model, sample_positions)
    asked = _ask(special, np.concatenate([[vocabulary.start], prefix]))
    n_given = 1 + len(prefix)
    places = None
    if special.positions == "tune":
        places = special.position_ids(range(n_given), [n_given])
    rows = [asked] * n_pieces
    written = _write_codes(model, vocabulary, rows, n_tokens, len(asked), places, [seed], sampling)
    return [np.concatenate([prefix, codes]) for codes in written]


def restore_order(
    model: Transformer,
    vocabulary: Vocabulary,
    shuffled: np.ndarray,
    *,
    n_pieces: int = 1,
    seed: int = 0,
    **sampling,
) -> list[np.ndarray]:
    """Let the model put the tokens of a tune into an order that makes music.

    The model may omit one token and repeat another; compare the counts to find out.

    Args:
        model: trained on deshuffling.
        vocabulary: its vocabulary, of kind "course".
        shuffled: a tune's codes in some order, (n_tokens,).
        n_pieces: number of orders.
        seed: of the random numbers.
        sampling: options for `generate`: temperature, top_k, top_p.

    Returns:
        For each piece as many codes, (n_tokens,).

    Raises:
        GenerationError: codes that are none, or too long for the model.

    Source: Raffel et al. 2020 (T5), table 3. Taught in lesson 7.
    """
    shuffled = _checked_tokens(shuffled, vocabulary)
    special = _special("deshuffling", vocabulary, model)
    # In training, a whole tune is shuffled with the marks of its beginning and end.
    asked = _ask(special, frame_tune(shuffled, vocabulary))
    rows = [np.append(asked, vocabulary.start)] * n_pieces
    return _write_codes(model, vocabulary, rows, len(shuffled), len(asked), None, [seed], sampling)


def _special(
    objective: str, vocabulary: Vocabulary, model: Transformer, positions: str | None = None
) -> SpecialTokens:
    """The special tokens of an objective's questions, and the positions of all tokens."""
    positions = positions or model.config.sample_positions
    return special_tokens([make_objective(objective)], vocabulary, positions)[0]


def _ask(special: SpecialTokens, question: np.ndarray) -> np.ndarray:
    """Return the model's input: the objective's token, the question, the answer token."""
    return np.concatenate([[special.paradigm], question, [special.answer]]).astype(np.int64)


def _write_codes(
    model: Transformer,
    vocabulary: Vocabulary,
    rows: list[np.ndarray],
    n_codes: int,
    n_prefix: int,
    places: np.ndarray | None,
    seed: list[int],
    sampling: dict,
) -> list[np.ndarray]:
    """Write the given number of codes for each row, and nothing but codes.

    `places` are positions that begin with those of the rows' tokens; None counts from 0.
    """
    needed, context = len(rows[0]) + n_codes, model.config.context_length
    if needed > context:
        raise GenerationError(
            f"question and answer take {needed} tokens, the model's context has {context}: "
            "give a shorter tune"
        )
    codes_only = torch.zeros(1, vocabulary.size, dtype=torch.bool)
    codes_only[0, : vocabulary.n_codes] = True
    return generate(
        model,
        vocabulary,
        prompt=rows,
        max_tokens=n_codes,
        min_tokens=n_codes,
        allowed=codes_only,
        n_prefix=n_prefix,
        position_ids=None if places is None else places[: len(rows[0])],
        # Every gap draws its own random numbers.
        seed=int(np.random.SeedSequence(seed).generate_state(1)[0]),
        **sampling,
    )


def _checked_tokens(tokens: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    tokens = np.asarray(tokens)
    is_row = tokens.ndim == 1 and tokens.size > 0 and tokens.dtype.kind in "iu"
    if not is_row or not vocabulary.is_code(tokens).all():
        raise GenerationError(
            f"an array of shape {tokens.shape} and type {tokens.dtype}; give one row of codes "
            f"from 0 to {vocabulary.n_codes - 1}, without special tokens"
        )
    if vocabulary.answer is None:
        raise GenerationError(
            "this vocabulary has no answer token: its model was trained on next tokens alone; "
            'take one with the vocabulary "course"'
        )
    return tokens.astype(np.int64)


def _check_gaps(gaps: Sequence[tuple[int, int]], n_tokens: int) -> None:
    edges = [-1, *(edge for gap in gaps for edge in gap)]
    rising = all(a < b for a, b in zip(edges, edges[1:], strict=False))
    if not gaps or not rising or edges[-1] > n_tokens or n_tokens == sum(b - a for a, b in gaps):
        raise GenerationError(
            f"gaps {list(gaps)} in a tune of {n_tokens} tokens; give (start, stop) of each, in "
            "order, with a token between any two, and leave some of the tune"
        )
