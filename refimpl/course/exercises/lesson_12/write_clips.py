"""Exercise 12.5: a sampler that explodes, until the clip it believes in has a limit."""

import numpy as np

from refimpl.course.differences import Results
from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_12 import noise, signal


def write_clips(predict, start: np.ndarray, times: np.ndarray, limit: float) -> np.ndarray:
    """Write clips by DDIM with a network that predicts the noise, and a limit to its clips.

    At least one clip, number and step; times fall from 0.99 at most to 0; limit is above 0.
    """
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        clip = (noisy - noise(now) * predict(noisy, now)) / signal(now)
        clip = np.clip(clip, -limit, limit)
        epsilon = (noisy - signal(now) * clip) / noise(now)
        noisy = signal(then) * clip + noise(then) * epsilon
    return noisy


def _case(rng, n_clips=4, dim=3, times=(0.99, 0.8, 0.5, 0.2, 0.0), limit=2.0) -> Inputs:
    return {
        "start": rng.normal(size=(n_clips, dim)),
        "times": np.array(times),
        "limit": limit,
        "examples": rng.uniform(-1.5, 1.5, (5, dim)),
        "error": rng.choice([-0.2, 0.2], (n_clips, dim)),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one step": _case(rng, times=(0.99, 0.0)),
        "two steps": _case(rng, times=(0.95, 0.4, 0.0)),
        "many steps": _case(rng, times=np.linspace(0.99, 0.0, 51)),
        "a start in the middle": _case(rng, times=(0.5, 0.25, 0.0)),
        "one clip of one number": _case(rng, 1, 1),
        "a limit that cuts nearly everything": _case(rng, limit=0.2),
        "a limit that cuts nothing": _case(rng, times=(0.5, 0.2, 0.0), limit=100.0),
    }


def _run(function, inputs: Inputs) -> Results:
    """Call an answer with a network: the best denoiser of the examples, and an error."""
    asked = []

    def predict(noisy, time):
        asked.append(float(time))
        return _predict(noisy, time, inputs["examples"]) + inputs["error"]

    result = function(predict, inputs["start"], inputs["times"], inputs["limit"])
    return {"result": result, "the times that the network was asked about": asked}


def _predict(noisy, time, examples):
    """The noise that the mean of all examples that could be there leaves."""
    away = ((noisy[:, None] - signal(time) * examples) ** 2).sum(axis=-1)
    scores = -away / (2 * noise(time) ** 2)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    clips = weights @ examples / weights.sum(axis=1, keepdims=True)
    return (noisy - signal(time) * clips) / noise(time)


def _sampler(cut, again=True, divisor=signal, scale=None):
    """An answer that cuts the clip in its own way."""

    def answer(predict, start, times, limit):
        noisy = start
        for now, then in zip(times[:-1], times[1:], strict=True):
            epsilon = predict(noisy, now)
            clip = cut((noisy - noise(now) * epsilon) / divisor(now), limit)
            if again:
                rest = noisy - signal(now) * clip
                epsilon = rest / (noise(now) if scale is None else scale(rest))
            noisy = signal(then) * clip + noise(then) * epsilon
        return noisy

    return answer


def _cut(clip, limit):
    return np.clip(clip, -limit, limit)


_as_shown = _sampler(lambda clip, limit: clip, again=False)
_old_epsilon = _sampler(_cut, again=False)
_undivided = _sampler(_cut, scale=lambda rest: 1.0)
_standardised = _sampler(_cut, scale=lambda rest: max(rest.std(), 1e-12))
_upper_only = _sampler(np.minimum)
_lower_only = _sampler(lambda clip, limit: np.maximum(clip, -limit))
_squashed = _sampler(lambda clip, limit: limit * np.tanh(clip / limit))
_made_smaller = _sampler(lambda clip, limit: clip * min(1.0, limit / np.abs(clip).max()))
_always_to_the_limit = _sampler(lambda clip, limit: clip * limit / np.abs(clip).max())
_zeroed = _sampler(lambda clip, limit: np.where(np.abs(clip) > limit, 0.0, clip))
_at_one = _sampler(lambda clip, limit: np.clip(clip, -1, 1))
_at_half = _sampler(lambda clip, limit: np.clip(clip, -limit / 2, limit / 2))
_normalised = _sampler(lambda clip, limit: clip / max(1.0, clip.std()))
_not_divided = _sampler(_cut, divisor=lambda time: 1.0)
_larger_divisor = _sampler(lambda clip, limit: clip, divisor=lambda time: max(signal(time), 0.1))
_absolute = _sampler(lambda clip, limit: np.minimum(np.abs(clip), limit))


def _cut_at_the_end(predict, start, times, limit):
    return _cut(_as_shown(predict, start, times, limit), limit)


def _cut_noisy(predict, start, times, limit):
    noisy = start
    for pair in zip(times[:-1], times[1:], strict=True):
        noisy = _cut(_as_shown(predict, noisy, np.array(pair), limit), limit)
    return noisy


def _cut_epsilon(predict, start, times, limit):
    def cut(noisy, time):
        return _cut(predict(noisy, time), limit)

    return _as_shown(cut, start, times, limit)


def _first_step_only(predict, start, times, limit):
    noisy = write_clips(predict, start, times[:2], limit)
    return _as_shown(predict, noisy, times[1:], limit)


def _asked_late(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        clip = (noisy - noise(now) * predict(noisy, max(then, 1e-3))) / signal(now)
        clip = _cut(clip, limit)
        noisy = signal(then) * clip + noise(then) * (noisy - signal(now) * clip) / noise(now)
    return noisy


def _asked_again(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        clip = _cut((noisy - noise(now) * predict(noisy, now)) / signal(now), limit)
        epsilon = predict(signal(now) * clip + noise(now) * predict(noisy, now), now)
        noisy = signal(then) * clip + noise(then) * epsilon
    return noisy


def _left_at_then(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        clip = _cut((noisy - noise(now) * predict(noisy, now)) / signal(now), limit)
        noisy = signal(then) * clip + (noisy - signal(now) * clip)
    return noisy


def _clip_not_faded(predict, start, times, limit):
    noisy = start
    for now, then in zip(times[:-1], times[1:], strict=True):
        clip = _cut((noisy - noise(now) * predict(noisy, now)) / signal(now), limit)
        noisy = signal(then) * clip + noise(then) * (noisy - clip) / noise(now)
    return noisy


def _without_the_first(predict, start, times, limit):
    return write_clips(predict, start, times[min(1, len(times) - 2) :], limit)


EXERCISE = Exercise(
    id="12.5",
    title="Find the bug",
    function="write_clips",
    points=5,
    minutes=25,
    difficulty=4,
    inputs=_case,
    edges=_edges,
    run=_run,
    reference=write_clips,
    misconceptions={
        _as_shown: "the clip is divided by hardly any signal, so that a small error of the noise "
        "becomes a large one of the clip: give the clip a limit",
        _old_epsilon: "the cut clip and the old noise are no longer what noisy was mixed from: "
        "find the noise again, from noisy and the cut clip",
        _undivided: "what is left of noisy is noise times epsilon: divide it by noise(now)",
        _standardised: "divide what is left of noisy by noise(now), not by its own size",
        _upper_only: "large negative numbers need the limit, too: cut on both sides",
        _lower_only: "large positive numbers need the limit, too: cut on both sides",
        _squashed: "tanh changes the numbers within the limit, too: cut those beyond it, and no "
        "others",
        _made_smaller: "cut the numbers that are too large: yours makes all of them smaller",
        _always_to_the_limit: "the limit is not a size to reach: cut what is beyond it",
        _zeroed: "a number beyond the limit becomes the limit, not 0",
        _at_one: "cut at limit, not at 1: latents are no pixels",
        _at_half: "cut at limit on either side, from -limit to limit",
        _normalised: "dividing by the standard deviation changes every number: cut those beyond "
        "the limit",
        _not_divided: "dividing by the signal was right: the clip needs a limit after it",
        _larger_divisor: "a larger divisor gives a clip that does not fit noisy: divide by the "
        "signal, and cut afterwards",
        _absolute: "a negative number stays negative: cut at -limit",
        _cut_at_the_end: "too late: the steps go on from the clip that has exploded. Cut it at "
        "each step",
        _cut_noisy: "noisy may be large, where noise has been added: cut the clip",
        _cut_epsilon: "the noise is right within a little: it is the clip that explodes",
        _first_step_only: "cut at every step, not at the first one only",
        _asked_late: "the network sees noisy as at now: ask about that time",
        _asked_again: "one question a step is enough: the noise follows from noisy and the cut "
        "clip",
        _left_at_then: "what is left after the clip has the size of the noise at now: divide by "
        "that, and multiply by the one at then",
        _clip_not_faded: "in noisy the clip has faded: subtract signal(now) times the clip",
        _without_the_first: "begin with the first time: the start is as at times[0]",
    },
    forbidden=("refimpl.diffusion.samplers.ddim", "refimpl.diffusion.samplers.draw"),
)
