"""Exercise 7.3: the loop that writes."""

from collections.abc import Callable

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 8


def write_tokens(
    next_probabilities: Callable, prompt: np.ndarray, end: int, uniforms: np.ndarray
) -> list[int]:
    """Draw one token after another from the model, until the end token or the last number."""
    written = []
    for uniform in uniforms:
        probabilities = next_probabilities(np.concatenate([prompt, written]).astype(int))
        token = int(np.argmax(np.cumsum(probabilities) > uniform))
        if token == end:
            break
        written.append(token)
    return written


def _prompt(rng: np.random.Generator) -> Inputs:
    return _draw(rng)


def _draw(rng: np.random.Generator, **changes) -> Inputs:
    inputs = {
        "prompt": rng.integers(N_IDS, size=int(rng.integers(2, 6))),
        "end": int(rng.integers(2, N_IDS)),
        # Away from 0 and 1, where rounding of a sum could decide.
        "uniforms": rng.uniform(0.01, 0.99, size=14),
        "table": int(rng.integers(2**31)),
        "n_before_end": int(rng.integers(4, 9)),
        "n_parts": 0,
    } | changes
    # The number for the place of the end draws it, and the same place with the next one does not.
    last_id = inputs["end"] == N_IDS - 1
    for place, number in enumerate((0.75, 0.25) if last_id else (0.25, 0.75)):
        inputs["uniforms"][inputs["n_before_end"] + place :][:1] = number
    return inputs


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    few = rng.uniform(0.01, 0.99, size=6)
    with_end = _draw(rng)
    with_end["prompt"][0] = with_end["end"]
    return {
        "the first token is the end": _draw(rng, n_before_end=0),
        "the last number draws the end": _draw(rng, n_before_end=5, uniforms=few.copy()),
        "the end never comes": _draw(rng, n_before_end=99, uniforms=few[::-1].copy()),
        "no numbers": _draw(rng, uniforms=np.zeros(0)),
        "one number": _draw(rng, uniforms=few[:1].copy()),
        "a prompt of one token": _draw(rng, prompt=rng.integers(N_IDS, size=1)),
        "the end token is in the prompt": with_end,
        "the end token is 0": _draw(rng, end=0),
        "the end token is the last id": _draw(rng, end=N_IDS - 1),
        "numbers on the boundary between two tokens": _on_boundaries(rng, rng.integers(1, 8, 14)),
        "numbers of 0": _on_boundaries(rng, np.zeros(14)),
    }


def _on_boundaries(rng: np.random.Generator, eighths: np.ndarray) -> Inputs:
    return _draw(rng, uniforms=eighths / 8, n_parts=8, n_before_end=99)


def _make_model(inputs: Inputs) -> Callable[[np.ndarray], np.ndarray]:
    """A made-up model that looks at all it is given: every history has its own distribution.

    It says the end only after n_before_end tokens, and then with a probability of one half. With
    n_parts, every probability is a multiple of 1 / n_parts, and some are 0.
    """
    end, ends_after = inputs["end"], len(inputs["prompt"]) + inputs["n_before_end"]

    def next_probabilities(ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids, dtype=np.int64)
        rng = np.random.default_rng([inputs["table"], len(ids), *ids])
        if len(ids) == ends_after:
            neighbour = end - 1 if end == N_IDS - 1 else end + 1
            return np.isin(np.arange(N_IDS), [end, neighbour]) / 2
        if n_parts := inputs["n_parts"]:
            others = rng.multinomial(n_parts, np.full(N_IDS - 1, 1 / (N_IDS - 1))) / n_parts
        else:
            others = rng.dirichlet(np.full(N_IDS - 1, 0.7))
        return np.insert(others, end, 0.0)

    return next_probabilities


def _run(function: Callable, inputs: Inputs) -> Results:
    model = _make_model(inputs)
    whole = function(model, inputs["prompt"], inputs["end"], inputs["uniforms"])
    # With few numbers it has to stop before the end comes.
    few = function(model, inputs["prompt"], inputs["end"], inputs["uniforms"][:3])
    return {"until the end": np.array(whole), "three tokens": np.array(few)}


def _with_the_prompt(next_probabilities, prompt, end, uniforms):
    return [*prompt.tolist(), *write_tokens(next_probabilities, prompt, end, uniforms)]


def _loop(
    next_probabilities, prompt, end, uniforms, *, seen=None, choose=None, stops=True, skips=False
):
    """The loop with one thing changed: what the model sees, how it draws, whether it stops."""
    written: list[int] = []
    for uniform in uniforms:
        history = np.concatenate([prompt, written]).astype(int)
        probabilities = next_probabilities(history if seen is None else seen(history, prompt))
        draw = choose or (lambda p, u: int(np.argmax(np.cumsum(p) > u)))
        token = draw(probabilities, uniform)
        if skips and token == end:
            continue
        if stops and token == end:
            break
        written.append(token)
    return written


def _with_the_end(next_probabilities, prompt, end, uniforms):
    written = write_tokens(next_probabilities, prompt, end, uniforms)
    return written + [end] * (len(written) < len(uniforms))


def _never_ends(*arguments):
    return _loop(*arguments, stops=False)


def _skips_the_end(*arguments):
    return _loop(*arguments, skips=True)


def _end_in_the_prompt_too(next_probabilities, prompt, end, uniforms):
    if end in prompt:
        return []
    return write_tokens(next_probabilities, prompt, end, uniforms)


def _end_on_the_number(*arguments):
    return _loop(*arguments, choose=lambda p, u: int(np.argmax(np.cumsum(p) >= u)))


def _always_the_likeliest(*arguments):
    return _loop(*arguments, choose=lambda p, u: int(np.argmax(p)))


def _only_the_last_token(*arguments):
    return _loop(*arguments, seen=lambda history, prompt: history[-1:])


def _only_the_prompt(*arguments):
    return _loop(*arguments, seen=lambda history, prompt: prompt)


def _forgets_the_prompt(*arguments):
    return _loop(*arguments, seen=lambda history, prompt: history[len(prompt) :])


def _one_too_early(*arguments):
    return _loop(*arguments, choose=lambda p, u: max(0, int(np.argmax(np.cumsum(p) > u)) - 1))


EXERCISE = Exercise(
    id="7.3",
    title="The loop",
    function="write_tokens",
    points=5,
    minutes=15,
    difficulty=3,
    inputs=_prompt,
    edges=_edges,
    run=_run,
    reference=write_tokens,
    misconceptions={
        _with_the_prompt: "return the tokens that were written, without the prompt",
        _with_the_end: "the end token is not one of the tokens to return",
        _skips_the_end: "when the end token is drawn, the tune is over: write nothing more",
        _never_ends: "stop when the end token is drawn",
        _end_in_the_prompt_too: "an end token in the prompt ends nothing: only one that is drawn",
        _end_on_the_number: "take the first token whose end is above the number, not on it: a "
        "token of probability 0 must never be drawn",
        _always_the_likeliest: "this takes the likeliest token each time: let the number choose",
        _only_the_last_token: "the model has to see everything so far, not the last token alone",
        _only_the_prompt: "the model has to read the tokens that were written, too",
        _forgets_the_prompt: "the model has to see the prompt before the tokens that were written",
        _one_too_early: "one too early: take the first token whose end is above the number",
    },
    forbidden=("refimpl.generation.generate", "refimpl.generation.sampling.draw"),
)
