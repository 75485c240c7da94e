"""Answers to exercise 6.3, as learners give them."""

import numpy as np


def puts_sorted_into_chosen(tokens, chosen):
    shuffled = tokens.copy()
    for place, source in zip(chosen, sorted(chosen), strict=True):
        shuffled[place] = tokens[source]
    return shuffled


def assigns_to_itself(tokens, chosen):
    shuffled = np.array(tokens)
    shuffled[chosen] = tokens[chosen]
    return shuffled


def returns_what_moves(tokens, chosen):
    return [tokens[place] for place in chosen]


def puts_them_first(tokens, chosen):
    stays = [token for place, token in enumerate(tokens) if place not in chosen]
    return [tokens[place] for place in chosen] + stays


def reverses_the_places(tokens, chosen):
    shuffled = tokens.copy()
    places = sorted(chosen)
    shuffled[places] = shuffled[places[::-1]]
    return shuffled


def sorts_the_tokens(tokens, chosen):
    shuffled = tokens.copy()
    shuffled[np.sort(chosen)] = sorted(tokens[chosen])
    return shuffled


def writes_over_the_front(tokens, chosen):
    moved = list(tokens)
    moved[: len(chosen)] = [tokens[place] for place in chosen]
    return moved


def needs_a_place(tokens, chosen):
    first = sorted(chosen)[0]
    return makes_a_permutation(tokens, chosen) if first >= 0 else tokens


def finds_tokens_by_their_value(tokens, chosen):
    shuffled = tokens.copy()
    moved = np.isin(tokens, tokens[chosen])
    shuffled[moved] = np.resize(tokens[chosen], moved.sum())
    return shuffled


def never_moves_the_ends(tokens, chosen):
    shuffled = makes_a_permutation(tokens, chosen)
    shuffled[[0, -1]] = tokens[[0, -1]]
    return shuffled


def turns_the_chosen_by_one(tokens, chosen):
    shuffled = tokens.copy()
    shuffled[chosen] = tokens[np.roll(chosen, 1)]
    return shuffled


WRONG = {
    puts_sorted_into_chosen: "they go to the sorted places",
    assigns_to_itself: "puts each token back where it was",
    returns_what_moves: "the other tokens stay",
    puts_them_first: "not to the front",
    reverses_the_places: "in the order of chosen",
    sorts_the_tokens: "sort the places, not the tokens",
    needs_a_place: "list index out of range",
    finds_tokens_by_their_value: "tokens that come several times",
    never_moves_the_ends: "largest difference",
    turns_the_chosen_by_one: "got      [",
    writes_over_the_front: "overwrites the first tokens",
}


def walks_through_the_places(tokens, chosen):
    sources = iter(chosen)
    moved = set(chosen.tolist())
    return [tokens[next(sources)] if i in moved else t for i, t in enumerate(tokens.tolist())]


def makes_a_permutation(tokens, chosen):
    order = np.arange(len(tokens))
    order[np.isin(order, chosen)] = chosen
    return tokens[order]


RIGHT = [walks_through_the_places, makes_a_permutation]
