"""Exercise 12.4: a step of the sampler, from DDIM to DDPM."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_12 import noise, signal


def step_back(
    noisy: np.ndarray, clip: np.ndarray, now: float, then: float, eta: float, fresh: np.ndarray
) -> np.ndarray:
    """Go from one time to an earlier one, given what the clip probably is.

    now is in [0.02, 0.99]; then is 0, or from 0.01 up to but not now; eta is in [0, 1].
    """
    epsilon = _epsilon(noisy, clip, now)
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    return signal(then) * clip + kept * epsilon + drawn * fresh


def _epsilon(noisy, clip, now):
    return (noisy - signal(now) * clip) / noise(now)


def _most(now, then):
    """The fresh noise of DDPM."""
    ratio = signal(now) / signal(then)
    return noise(then) / noise(now) * np.sqrt(1 - ratio**2)


def _case(rng, shape=(4, 3), **settings) -> Inputs:
    usual = {
        "noisy": rng.normal(size=shape),
        "clip": rng.normal(size=shape),
        "now": rng.uniform(0.6, 0.9),
        "then": rng.uniform(0.2, 0.5),
        "eta": rng.uniform(0.3, 0.9),
        "fresh": rng.normal(size=shape),
    }
    return usual | settings


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "eta 0, DDIM": _case(rng, eta=0.0),
        "eta 1, DDPM": _case(rng, eta=1.0),
        "the last step": _case(rng, then=0.0),
        "the last step of DDPM": _case(rng, then=0.0, eta=1.0),
        "one step for all": _case(rng, now=0.99, then=0.0),
        "a small step": _case(rng, now=0.51, then=0.5),
        "the first step": _case(rng, now=0.99, then=0.9),
        "hardly any noise": _case(rng, now=0.02, then=0.01),
        "several clips": _case(rng, (2, 3, 4)),
        "one number": _case(rng, (1,)),
    }


def _step(drawn, kept=None, epsilon=_epsilon):
    """An answer with its own share of fresh noise, share of the old, or old noise."""

    def answer(noisy, clip, now, then, eta, fresh):
        new = drawn(now, then, eta)
        old = np.sqrt(noise(then) ** 2 - new**2) if kept is None else kept(then, new)
        return signal(then) * clip + old * epsilon(noisy, clip, now) + new * fresh

    return answer


def _right(now, then, eta):
    return eta * _most(now, then)


_always_ddim = _step(lambda now, then, eta: 0.0)
_always_ddpm = _step(lambda now, then, eta: _most(now, then))
_added_on_top = _step(_right, lambda then, new: noise(then))
_shares_subtracted = _step(_right, lambda then, new: noise(then) - new)
_eta_squared = _step(lambda now, then, eta: eta**2 * _most(now, then))
_eta_rooted = _step(lambda now, then, eta: np.sqrt(eta) * _most(now, then))
_no_ratio_of_noise = _step(
    lambda now, then, eta: eta * np.sqrt(1 - (signal(now) / signal(then)) ** 2),
    lambda then, new: np.sqrt(np.maximum(noise(then) ** 2 - new**2, 0)),
)
_ratio_not_squared = _step(
    lambda now, then, eta: eta * noise(then) / noise(now) * np.sqrt(1 - signal(now) / signal(then))
)
_no_root = _step(
    lambda now, then, eta: eta * noise(then) / noise(now) * (1 - (signal(now) / signal(then)) ** 2)
)
_variance_as_share = _step(lambda now, then, eta: eta * _most(now, then) ** 2)
_all_of_it_new = _step(
    lambda now, then, eta: eta * noise(then),
    lambda then, new: np.sqrt(noise(then) ** 2 - new**2),
)
_ratio_of_noise_squared = _step(
    lambda now, then, eta: (
        eta * (noise(then) / noise(now)) ** 2 * np.sqrt(1 - (signal(now) / signal(then)) ** 2)
    )
)
_clip_not_faded = _step(_right, epsilon=lambda z, x, now: (z - x) / noise(now))
_not_divided = _step(_right, epsilon=lambda z, x, now: z - signal(now) * x)
_noisy_as_noise = _step(_right, epsilon=lambda z, x, now: z)
_divided_by_signal = _step(_right, epsilon=lambda z, x, now: (z - noise(now) * x) / signal(now))


def _shares_of_now(noisy, clip, now, then, eta, fresh):
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    return signal(now) * clip + kept * _epsilon(noisy, clip, now) + drawn * fresh


def _noise_at_then(noisy, clip, now, then, eta, fresh):
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    left = noisy - signal(then) * clip
    epsilon = left / np.maximum(noise(then), 1e-12)
    return signal(then) * clip + kept * epsilon + drawn * fresh


def _clip_whole(noisy, clip, now, then, eta, fresh):
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    return clip + kept * _epsilon(noisy, clip, now) + drawn * fresh


def _noises_swapped(noisy, clip, now, then, eta, fresh):
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    return signal(then) * clip + drawn * _epsilon(noisy, clip, now) + kept * fresh


def _clip_alone(noisy, clip, now, then, eta, fresh):
    return signal(then) * clip


def _clip_and_fresh(noisy, clip, now, then, eta, fresh):
    return signal(then) * clip + noise(then) * fresh


def _moved_from_noisy(noisy, clip, now, then, eta, fresh):
    drawn = eta * _most(now, then)
    kept = np.sqrt(noise(then) ** 2 - drawn**2)
    return signal(then) * clip + kept / noise(now) * noisy + drawn * fresh


def _subtracted(noisy, clip, now, then, eta, fresh):
    return step_back(noisy, clip, now, then, eta, -fresh)


EXERCISE = Exercise(
    id="12.4",
    title="A step back",
    function="step_back",
    points=5,
    minutes=25,
    difficulty=4,
    inputs=_case,
    edges=_edges,
    reference=step_back,
    misconceptions={
        _always_ddim: "eta is the share of fresh noise: yours draws none",
        _always_ddpm: "multiply the fresh noise by eta: yours is DDPM for any",
        _added_on_top: "fresh noise replaces old noise: the squares of both shares add up to those "
        "of the noise at the earlier time",
        _shares_subtracted: "subtract the squares, and take the root: variances add up, shares do "
        "not",
        _eta_squared: "eta multiplies the share of fresh noise, not its variance's root twice: "
        "it is not squared",
        _eta_rooted: "eta multiplies the share of fresh noise: take no root of it",
        _no_ratio_of_noise: "sigma has a first factor, the noise at then divided by the noise at "
        "now",
        _ratio_not_squared: "square the ratio of the signals under the root",
        _no_root: "take the root of 1 minus the squared ratio",
        _variance_as_share: "that is the variance of the fresh noise; its share is the root",
        _all_of_it_new: "only a part of the noise is new, even in DDPM: multiply by the root of 1 "
        "minus the squared ratio, and divide by the noise at now",
        _ratio_of_noise_squared: "the ratio of the noises is not squared: the root is taken of "
        "what follows",
        _clip_not_faded: "at now the clip has faded: epsilon is (noisy - signal(now) * clip) / "
        "noise(now)",
        _not_divided: "epsilon has variance 1: divide what is left by the noise at now",
        _noisy_as_noise: "noisy is not yet its noise: subtract the clip's share, and divide by "
        "noise(now)",
        _divided_by_signal: "the shares are crossed: epsilon is (noisy - signal(now) * clip) / "
        "noise(now)",
        _shares_of_now: "at the earlier time there is more of the clip: signal(then)",
        _noise_at_then: "noisy is a mixture as at now: find epsilon with the shares of now",
        _clip_whole: "the clip has a share at the earlier time, too: signal(then)",
        _noises_swapped: "the fresh noise has the share sigma, and the old noise what is left: you "
        "swapped them",
        _clip_alone: "at the earlier time there is noise, too",
        _clip_and_fresh: "you threw away all of the old noise: keep what sigma leaves of it",
        _moved_from_noisy: "noisy still holds the clip: subtract its share first, before you "
        "divide by the noise",
        _subtracted: "add the fresh noise, as the docstring says",
    },
    forbidden=("refimpl.diffusion.samplers.ddim", "refimpl.diffusion.samplers.ddpm"),
)
