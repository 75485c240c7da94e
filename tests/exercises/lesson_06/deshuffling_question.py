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


WRONG = {
    puts_sorted_into_chosen: "they go to sorted places",
    assigns_to_itself: "puts each token back where it was",
    returns_what_moves: "the tokens that were not chosen stay",
    puts_them_first: "not to the front",
    reverses_the_places: "in the order in which chosen names them",
    sorts_the_tokens: "sort the places, not the tokens",
    writes_over_the_front: "writes over the first tokens",
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
