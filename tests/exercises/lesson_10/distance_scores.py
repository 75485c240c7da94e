"""Answers to exercise 10.2, as learners give them."""

import torch


def loop(queries, vectors, score):
    """Fill a table with a function of the places of query and key."""
    n = len(queries)
    zero = queries.sum() * 0
    rows = []
    for t in range(n):
        row = []
        for k in range(n):
            value = score(t, k)
            row.append(zero if value is None else value)
        rows.append(torch.stack(row))
    return torch.stack(rows)


def looks_ahead(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[k - t] if 0 <= k - t < len(vectors) else None

    return loop(queries, vectors, score)


def takes_the_absolute_distance(queries, vectors):
    def score(t, k):
        d = abs(t - k)
        return queries[t] @ vectors[d] if d < len(vectors) else None

    return loop(queries, vectors, score)


def clips_long_distances(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[min(t - k, len(vectors) - 1)] if k <= t else None

    return loop(queries, vectors, score)


def clamps_on_both_sides(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[max(0, min(t - k, len(vectors) - 1))]

    return loop(queries, vectors, score)


def lets_an_index_be_negative(queries, vectors):
    def score(t, k):
        d = t - k
        return queries[t] @ vectors[d] if -len(vectors) <= d < len(vectors) else None

    return loop(queries, vectors, score)


def counts_in_circles(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[(t - k) % len(vectors)] if k <= t else None

    return loop(queries, vectors, score)


def takes_the_farthest_first(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[-1 - (t - k)] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def begins_with_a_distance_of_one(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[t - k - 1] if 1 <= t - k <= len(vectors) else None

    return loop(queries, vectors, score)


def stops_one_vector_early(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[t - k] if 0 <= t - k < len(vectors) - 1 else None

    return loop(queries, vectors, score)


def takes_the_vector_of_the_key(queries, vectors):
    def score(t, k):
        place = min(k, len(vectors) - 1)
        return queries[t] @ vectors[place] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def takes_the_vector_of_the_query(queries, vectors):
    def score(t, k):
        place = min(t, len(vectors) - 1)
        return queries[t] @ vectors[place] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def rows_are_keys(queries, vectors):
    def score(k, t):
        return queries[t] @ vectors[t - k] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def takes_the_query_of_the_key(queries, vectors):
    def score(t, k):
        return queries[k] @ vectors[t - k] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def scales_as_attention_does(queries, vectors):
    return one_table_of_distances(queries / queries.shape[-1] ** 0.5, vectors)


def leaves_the_distances_in_columns(queries, vectors):
    return torch.matmul(queries, vectors.transpose(0, 1))


def makes_weights_of_them(queries, vectors):
    return torch.softmax(one_table_of_distances(queries, vectors), dim=1)


def detaches(queries, vectors):
    return one_table_of_distances(queries.detach(), vectors)


def detaches_the_vectors(queries, vectors):
    return one_table_of_distances(queries, vectors.detach())


def fills_with_minus_infinity(queries, vectors):
    scores = one_table_of_distances(queries, vectors)
    return scores.masked_fill(scores == 0, float("-inf"))


WRONG = {
    looks_ahead: "yours looks ahead",
    takes_the_absolute_distance: "no vector is for looking ahead",
    clips_long_distances: "a key that is too far away has no vector",
    clamps_on_both_sides: "clamping the distances finds a vector for every key",
    lets_an_index_be_negative: "a negative index counts from the end",
    counts_in_circles: "do not count in circles",
    takes_the_farthest_first: "you count from the other end",
    begins_with_a_distance_of_one: "no distance is one less",
    stops_one_vector_early: "the last vector is used too",
    takes_the_vector_of_the_key: "the vector of the key's place",
    takes_the_vector_of_the_query: "the vector of the query's place",
    rows_are_keys: "rows are queries and columns are keys",
    takes_the_query_of_the_key: "row t needs the query at t",
    scales_as_attention_does: "do not divide by the root",
    leaves_the_distances_in_columns: "a table of queries and distances",
    makes_weights_of_them: "the softmax comes later",
    detaches: "no gradient leads from the result back to queries",
    detaches_the_vectors: "no gradient leads from the result back to vectors",
    fills_with_minus_infinity: "the score is 0, not -inf",
}


def one_table_of_distances(queries, vectors):
    by_distance = queries @ vectors.T  # (T, N)
    places = torch.arange(len(queries))
    apart = places[:, None] - places
    there = (apart >= 0) & (apart < len(vectors))
    moved = by_distance.gather(1, apart.clamp(0, len(vectors) - 1))
    return torch.where(there, moved, torch.zeros_like(moved))


def goes_pair_by_pair(queries, vectors):
    def score(t, k):
        return queries[t] @ vectors[t - k] if 0 <= t - k < len(vectors) else None

    return loop(queries, vectors, score)


def goes_along_the_diagonals(queries, vectors):
    n = len(queries)
    total = queries.new_zeros(n, n)
    for d in range(min(n, len(vectors))):
        total = total + torch.diag(queries[d:] @ vectors[d], -d)
    return total


RIGHT = [one_table_of_distances, goes_pair_by_pair, goes_along_the_diagonals]

ACCEPTED = {
    "clamp(-1, len(vectors) - 1)": "later keys get a 0 whatever vector is looked up for them"
}
