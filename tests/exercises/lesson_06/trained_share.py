"""Answers to exercise 6.4, as learners give them."""


def divides_by_the_piece(objective, n_tokens, n_hidden, n_spans):
    answers = {
        "next_token_prediction": n_tokens,
        "prefix_language_modeling": n_hidden,
        "copying": n_tokens,
        "infilling": n_hidden + n_spans,
        "autoencoding": n_tokens,
    }
    return answers[objective] / n_tokens


def forgets_a_mark(objective, n_tokens, n_hidden, n_spans):
    if objective == "prefix_language_modeling":
        return n_hidden / n_tokens
    if objective == "copying":
        return n_tokens / (2 * n_tokens)
    if objective == "infilling":
        return (n_hidden + n_spans) / (n_tokens + 2 * n_spans)
    if objective == "autoencoding":
        return n_tokens / (2 * n_tokens - n_hidden + n_spans)
    return 1.0


def counts_the_whole_answer(objective, n_tokens, n_hidden, n_spans):
    if objective == "prefix_language_modeling":
        return n_hidden / (n_tokens + 2)
    if objective == "copying":
        return n_tokens / (2 * n_tokens + 2)
    if objective == "infilling":
        return (n_hidden + n_spans) / (n_tokens + 2 * n_spans + 2)
    if objective == "autoencoding":
        return n_tokens / (2 * n_tokens - n_hidden + n_spans + 2)
    return 1.0


def forgets_sentinels(objective, n_tokens, n_hidden, n_spans):
    return by_cases(objective, n_tokens, n_hidden, 0)


def does_not_train_sentinels(objective, n_tokens, n_hidden, n_spans):
    if objective == "infilling":
        return n_hidden / (n_tokens + 2 * n_spans + 1)
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def takes_hidden_for_the_prefix(objective, n_tokens, n_hidden, n_spans):
    if objective == "prefix_language_modeling":
        n_hidden = n_tokens - n_hidden
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def forgets_sentinels_in_the_answer(objective, n_tokens, n_hidden, n_spans):
    if objective == "infilling":
        return n_hidden / (n_tokens + n_spans + 1)
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def forgets_sentinels_in_the_question(objective, n_tokens, n_hidden, n_spans):
    if objective == "infilling":
        return (n_hidden + n_spans) / (n_tokens + n_spans + 1)
    n_spans = 0
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def takes_autoencoding_for_infilling(objective, n_tokens, n_hidden, n_spans):
    if objective == "autoencoding":
        objective = "infilling"
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def next_tokens_leave_one_out(objective, n_tokens, n_hidden, n_spans):
    if objective == "next_token_prediction":
        return (n_tokens - 1) / n_tokens
    return by_cases(objective, n_tokens, n_hidden, n_spans)


def rounds_to_per_cent(objective, n_tokens, n_hidden, n_spans):
    return round(by_cases(objective, n_tokens, n_hidden, n_spans), 2)


def guesses_spans_of_three(objective, n_tokens, n_hidden, n_spans):
    return by_cases(objective, n_tokens, n_hidden, max(1, n_hidden // 3))


WRONG = {
    divides_by_the_piece: "divide by the positions of the sample",
    forgets_a_mark: "P and G each take a position",
    counts_the_whole_answer: "the model does not read the answer's last token",
    forgets_sentinels: "each span puts a sentinel into the question",
    does_not_train_sentinels: "so they have labels",
    takes_hidden_for_the_prefix: "not those of the prefix",
    forgets_sentinels_in_the_answer: "infilling's answer has a sentinel",
    forgets_sentinels_in_the_question: "the question holds a sentinel for each span",
    next_tokens_leave_one_out: "each with a label",
    rounds_to_per_cent: "largest difference: 0.0",
    guesses_spans_of_three: "expected",
    takes_autoencoding_for_infilling: "autoencoding is the whole piece",
}


def by_cases(objective, n_tokens, n_hidden, n_spans):
    if objective == "next_token_prediction":
        return (n_tokens - 1) / (n_tokens - 1)
    if objective == "prefix_language_modeling":
        return n_hidden / (n_tokens + 1)
    if objective == "copying":
        return n_tokens / (2 * n_tokens + 1)
    if objective == "infilling":
        return (n_hidden + n_spans) / (n_tokens + 2 * n_spans + 1)
    return n_tokens / (2 * n_tokens - n_hidden + n_spans + 1)


def builds_one(objective, n_tokens, n_hidden, n_spans):
    """Count in a sample whose labels are True."""
    seen = [False] * (n_tokens - n_hidden)
    marks, n_answer = [False] * n_spans, n_tokens
    if objective == "next_token_prediction":
        return 1
    if objective == "prefix_language_modeling":
        marks, n_answer = [], n_hidden
    elif objective == "copying":
        seen, marks = [False] * n_tokens, []
    elif objective == "infilling":
        n_answer = n_hidden + n_spans
    labels = [False] + seen + marks + [True] * n_answer  # P stands for G, under which is a label
    return sum(labels) / len(labels)


RIGHT = [by_cases, builds_one]
