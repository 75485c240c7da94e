"""Exercise 6.3: let some tokens of a piece trade places."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def deshuffling_question(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The tokens of the chosen places in the order drawn, put into these places from the left."""
    shuffled = tokens.copy()
    shuffled[np.sort(chosen)] = tokens[chosen]
    return shuffled


def _a_draw(rng: np.random.Generator) -> Inputs:
    tokens = rng.permutation(900)[:12]
    while True:
        chosen = rng.permutation(12)[:7]
        inverse = tokens.copy()
        inverse[chosen] = tokens[np.sort(chosen)]
        # Draws that undo themselves, or move nothing, would let wrong answers through.
        if not np.array_equal(inverse, deshuffling_question(tokens, chosen)):
            return {"tokens": tokens, "chosen": chosen}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    tokens = rng.permutation(900)[:9]
    chosen = {
        "no place is chosen": np.zeros(0, np.int64),
        "one place is chosen": np.array([4]),
        "all places are chosen": np.array([5, 0, 7, 3, 8, 1, 6, 4, 2]),
        "the first and the last place": np.array([8, 0]),
        "chosen happens to be in order": np.array([1, 4, 7]),
    }
    edges = {edge: {"tokens": tokens, "chosen": places} for edge, places in chosen.items()}
    some = np.array([6, 0, 3, 2])
    alike = np.array([5, 5, 7, 7, 5, 8, 7])
    return edges | {
        "tokens that come several times": {"tokens": alike, "chosen": some},
        "a piece of one token": {"tokens": tokens[:1], "chosen": np.array([0])},
    }


def _the_other_way_round(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    shuffled = tokens.copy()
    shuffled[chosen] = tokens[np.sort(chosen)]
    return shuffled


def _nothing_moves(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return tokens.copy()


def _only_what_moved(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return tokens[chosen]


def _moved_to_the_front(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return np.concatenate([tokens[chosen], np.delete(tokens, chosen)])


def _mirrored(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    shuffled = tokens.copy()
    shuffled[np.sort(chosen)] = tokens[np.sort(chosen)[::-1]]
    return shuffled


def _sorted_tokens(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    shuffled = tokens.copy()
    shuffled[np.sort(chosen)] = np.sort(tokens[chosen])
    return shuffled


def _over_the_front(tokens: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    shuffled = tokens.copy()
    shuffled[: len(chosen)] = tokens[chosen]
    return shuffled


EXERCISE = Exercise(
    id="6.3",
    title="Out of order",
    function="deshuffling_question",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_a_draw,
    edges=_edges,
    reference=deshuffling_question,
    misconceptions={
        _the_other_way_round: "chosen says where tokens come from; they go to the sorted places",
        _nothing_moves: "shuffled[chosen] = tokens[chosen] puts each token back where it was",
        _only_what_moved: "the other tokens stay in the piece, each in its place",
        _moved_to_the_front: "the moved tokens go into the chosen places, not to the front",
        _mirrored: "take the tokens in the order of chosen, not backwards",
        _sorted_tokens: "sort the places, not the tokens",
        _over_the_front: "this overwrites the first tokens: fill the places np.sort(chosen)",
    },
    forbidden=("refimpl.objectives.Deshuffling.build",),
)
