"""Exercise 12.1: clips with noise, each at its own time of the cosine schedule."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_12 import noise, signal


def drown(clips: np.ndarray, epsilon: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mix clips with noise so that their variance stays what it is.

    At least one clip, step and number; times are in [0, 1].
    """
    times = times[:, None, None]
    return signal(times) * clips + noise(times) * epsilon


def _case(rng: np.random.Generator, n_clips: int, n_steps: int, dim: int) -> Inputs:
    return {
        "clips": rng.normal(size=(n_clips, n_steps, dim)),
        "epsilon": rng.normal(size=(n_clips, n_steps, dim)),
        "times": rng.uniform(0.1, 0.9, n_clips),
    }


def _usual(rng: np.random.Generator) -> Inputs:
    n = int(rng.integers(3, 6))
    return _case(rng, n, n, n)  # as many of each: no wrong axis stops with an error


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng, 3, 4, 2)
    return {
        "one clip": _case(rng, 1, 4, 2),
        "one step": _case(rng, 3, 1, 2),
        "one number in a step": _case(rng, 3, 4, 1),
        "more clips than steps": _case(rng, 7, 2, 3),
        "time 0, where nothing changes": usual | {"times": np.zeros(3)},
        "time 1, where nothing is left of the clip": usual | {"times": np.ones(3)},
        "the whole way": usual | {"times": np.array([0.0, 0.5, 1.0])},
        "silence": usual | {"clips": np.zeros((3, 4, 2))},
        "no noise": usual | {"epsilon": np.zeros((3, 4, 2))},
    }


def _mix(of_clip, of_noise):
    def answer(clips, epsilon, times):
        times = times[:, None, None]
        return of_clip(times) * clips + of_noise(times) * epsilon

    return answer


_straight = _mix(lambda t: 1 - t, lambda t: t)
_swapped = _mix(noise, signal)
_twice_as_fast = _mix(lambda t: np.cos(np.pi * t), lambda t: np.sin(np.pi * t))
_eighth = _mix(lambda t: np.cos(np.pi * t / 4), lambda t: np.sin(np.pi * t / 4))
_no_pi = _mix(np.cos, np.sin)
_degrees = _mix(lambda t: np.cos(90 * t), lambda t: np.sin(90 * t))
_squared = _mix(lambda t: signal(t) ** 2, lambda t: noise(t) ** 2)
_signal_squared = _mix(lambda t: signal(t) ** 2, noise)
_noise_squared = _mix(signal, lambda t: noise(t) ** 2)
_rooted = _mix(lambda t: np.sqrt(np.abs(signal(t))), lambda t: np.sqrt(np.abs(noise(t))))
_roots_of_time = _mix(lambda t: np.sqrt(1 - t), np.sqrt)
_rest_is_noise = _mix(signal, lambda t: 1 - signal(t))
_clip_as_it_is = _mix(np.ones_like, noise)
_noise_as_it_is = _mix(signal, np.ones_like)
_subtracted = _mix(signal, lambda t: -noise(t))
_only_the_clip = _mix(signal, np.zeros_like)
_offset = _mix(
    lambda t: np.cos(np.pi / 2 * (t + 0.008) / 1.008),
    lambda t: np.sin(np.pi / 2 * (t + 0.008) / 1.008),
)


def _times_along(clips, epsilon, times, axis):
    shape = [1, 1, 1]
    shape[axis] = -1
    times = np.resize(times, clips.shape[axis]).reshape(shape)
    return signal(times) * clips + noise(times) * epsilon


def _along_steps(clips, epsilon, times):
    return _times_along(clips, epsilon, times, 1)


def _along_numbers(clips, epsilon, times):
    return _times_along(clips, epsilon, times, 2)


def _first_time(clips, epsilon, times):
    return drown(clips, epsilon, np.full_like(times, times[0]))


def _mean_time(clips, epsilon, times):
    return drown(clips, epsilon, np.full_like(times, times.mean()))


_SQUARES = "the squares of both shares add up to 1, not the shares: otherwise the variance changes"

EXERCISE = Exercise(
    id="12.1",
    title="A tune that drowns",
    function="drown",
    points=3,
    minutes=10,
    difficulty=2,
    inputs=_usual,
    edges=_edges,
    reference=drown,
    misconceptions={
        _straight: "that is the straight line from clip to noise, whose variance falls to a half "
        "on its way: use the cosine and the sine",
        _swapped: "at time 0 there is the clip: cosine and sine are swapped",
        _twice_as_fast: "time 1 is a quarter of a circle: π/2, not π",
        _eighth: "time 1 is a quarter of a circle: π/2, not π/4",
        _no_pi: "time 1 is a quarter of a circle: multiply the time by π/2",
        _degrees: "NumPy's angles are in radians: a quarter of a circle is π/2, not 90",
        _squared: "the shares are the cosine and the sine; their squares are the variances",
        _signal_squared: "the clip's share is the cosine itself, not its square",
        _noise_squared: "the noise's share is the sine itself, not its square",
        _rooted: "take no root: the shares are the cosine and the sine themselves",
        _roots_of_time: "your variance is right, but it is another schedule: use the cosine and "
        "the sine",
        _rest_is_noise: _SQUARES,
        _clip_as_it_is: "the clip fades as the noise comes: multiply it by the cosine",
        _noise_as_it_is: "the noise comes slowly: multiply it by the sine",
        _subtracted: "add the noise: a sign that makes no difference to hear makes one here",
        _only_the_clip: "you made the clip quieter, and added no noise",
        _offset: "without the paper's small offset: time 0 is the clip itself",
        _along_steps: "each clip has its own time: yours change along the steps",
        _along_numbers: "each clip has its own time: yours change along a step's numbers",
        _first_time: "each clip has its own time: you used the first for all",
        _mean_time: "each clip has its own time: you used their mean",
    },
    forbidden=("refimpl.diffusion.schedules.Schedule.add_noise",),
)
