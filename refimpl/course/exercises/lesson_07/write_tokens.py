"""Exercise 7.3: the loop that writes."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs

N_IDS = 8


def write_tokens(
    next_probabilities: Callable, prompt: np.ndarray, end: int, uniforms: np.ndarray
) -> list[int]:
    """Draw one token after another from what the model says, until the end or the last number."""
    written = []
    for uniform in uniforms:
        probabilities = next_probabilities(np.concatenate([prompt, written]).astype(int))
        token = int(np.argmax(np.cumsum(probabilities) > uniform))
        if token == end:
            break
        written.append(token)
    return written


def _prompt(rng: np.random.Generator) -> Inputs:
    return {
        "prompt": rng.integers(N_IDS, size=int(rng.integers(2, 6))),
        "end": int(rng.integers(2, N_IDS)),
        # Away from 0 and 1, where rounding of a sum could decide.
        "uniforms": rng.uniform(0.01, 0.99, size=14),
        "table": int(rng.integers(2**31)),
        "n_before_end": int(rng.integers(4, 9)),
    }


def _make_model(inputs: Inputs) -> Callable[[np.ndarray], np.ndarray]:
    """A made-up model that looks at all it is given: every history has its own distribution.

    After so many tokens it is sure that the tune is over, so that every answer meets the end.
    """
    end, ends_after = inputs["end"], len(inputs["prompt"]) + inputs["n_before_end"]

    def next_probabilities(ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids, dtype=np.int64)
        rng = np.random.default_rng([inputs["table"], len(ids), *ids])
        probabilities = rng.dirichlet(np.full(N_IDS, 0.7))
        probabilities[end] = 0.0
        if len(ids) == ends_after:
            probabilities = np.eye(N_IDS)[end]
        return probabilities / probabilities.sum()

    return next_probabilities


def _run(function: Callable, inputs: Inputs) -> Results:
    model = _make_model(inputs)
    whole = function(model, inputs["prompt"], inputs["end"], inputs["uniforms"])
    # With few numbers it must stop before the end comes.
    few = function(model, inputs["prompt"], inputs["end"], inputs["uniforms"][:3])
    return {"until the end": np.array(whole), "three tokens": np.array(few)}


def _with_the_prompt(next_probabilities, prompt, end, uniforms):
    return [*prompt.tolist(), *write_tokens(next_probabilities, prompt, end, uniforms)]


def _loop(next_probabilities, prompt, end, uniforms, *, seen=None, choose=None, stops=True):
    """The loop with one thing changed: what the model sees, how it draws, whether it stops."""
    written: list[int] = []
    for uniform in uniforms:
        history = np.concatenate([prompt, written]).astype(int)
        probabilities = next_probabilities(history if seen is None else seen(history, prompt))
        draw = choose or (lambda p, u: int(np.argmax(np.cumsum(p) > u)))
        token = draw(probabilities, uniform)
        if stops and token == end:
            break
        written.append(token)
    return written


def _with_the_end(next_probabilities, prompt, end, uniforms):
    written = write_tokens(next_probabilities, prompt, end, uniforms)
    return written + [end] * (len(written) < len(uniforms))


def _never_ends(*arguments):
    return _loop(*arguments, stops=False)


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
    run=_run,
    reference=write_tokens,
    misconceptions={
        _with_the_prompt: "return what was written, without the prompt",
        _with_the_end: "the end token is not part of what was written",
        _never_ends: "stop when the end token is drawn",
        _always_the_likeliest: "this takes the likeliest each time: draw with the uniform number",
        _only_the_last_token: "the model is to see everything so far, not the last token alone",
        _only_the_prompt: "what was written has to be read too, before the next token",
        _forgets_the_prompt: "the model is to see the prompt before what was written",
        _one_too_early: "take the first token whose sum exceeds the number, not the one before it",
    },
    forbidden=("refimpl.generation.generate", "refimpl.generation.sampling.draw"),
)
