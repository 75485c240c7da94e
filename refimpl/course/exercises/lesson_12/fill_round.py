"""Exercise 12.6: a round of filling a gap, forwards with what is known and back."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs
from refimpl.course.exercises.lesson_12 import noise, signal


def fill_round(
    written: np.ndarray,
    known: np.ndarray,
    is_known: np.ndarray,
    now: float,
    then: float,
    epsilon: np.ndarray,
    fresh: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Put what is known into a half-written clip, and make it as noisy as before the step.

    At least one step and number; now is in (0, 1], then in [0, now).
    """
    faded = signal(then) * known + noise(then) * epsilon
    joined = np.where(is_known[:, None], faded, written)
    ratio = signal(now) / signal(then)
    return joined, ratio * joined + np.sqrt(1 - ratio**2) * fresh


def _case(rng, n_steps=4, dim=4, **settings) -> Inputs:
    usual = {
        "written": rng.normal(size=(n_steps, dim)),
        "known": rng.normal(size=(n_steps, dim)),
        "is_known": np.isin(np.arange(n_steps), rng.permutation(n_steps)[: (n_steps + 2) // 3]),
        "now": rng.uniform(0.6, 0.9),
        "then": rng.uniform(0.2, 0.5),
        "epsilon": rng.normal(size=(n_steps, dim)),
        "fresh": rng.normal(size=(n_steps, dim)),
    }
    return usual | settings


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "the last step, without noise": _case(rng, then=0.0),
        "the first step, from noise alone": _case(rng, now=1.0),
        "one step for all": _case(rng, now=1.0, then=0.0),
        "a small step": _case(rng, now=0.31, then=0.3),
        "everything is known": _case(rng, is_known=np.ones(4, dtype=bool)),
        "nothing is known": _case(rng, is_known=np.zeros(4, dtype=bool)),
        "a gap in the middle": _case(rng, 9, is_known=np.abs(np.arange(9) - 4) > 1),
        "one step of the clip": _case(rng, 1),
        "one number in a step": _case(rng, 6, 1),
        "more steps than numbers": _case(rng, 7, 2),
    }


def _joined(written, known, is_known, time, epsilon):
    return np.where(is_known[:, None], signal(time) * known + noise(time) * epsilon, written)


def _back(joined, now, then, fresh):
    ratio = signal(now) / signal(then)
    return ratio * joined + np.sqrt(1 - ratio**2) * fresh


def _with(join=_joined, back=_back):
    """An answer with one half of its own."""

    def answer(written, known, is_known, now, then, epsilon, fresh):
        joined = join(written, known, is_known, then, epsilon)
        return joined, back(joined, now, then, fresh)

    return answer


_known_as_it_is = _with(lambda w, k, m, t, e: np.where(m[:, None], k, w))
_only_faded = _with(lambda w, k, m, t, e: np.where(m[:, None], signal(t) * k, w))
_gap_is_replaced = _with(lambda w, k, m, t, e: _joined(w, k, ~m, t, e))
_faded_everywhere = _with(lambda w, k, m, t, e: signal(t) * np.where(m[:, None], k, w))
_noise_everywhere = _with(
    lambda w, k, m, t, e: np.where(m[:, None], signal(t) * k, w) + noise(t) * e
)
_mixed_half = _with(
    lambda w, k, m, t, e: np.where(m[:, None], (signal(t) * k + noise(t) * e + w) / 2, w)
)
_added = _with(lambda w, k, m, t, e: w + m[:, None] * (signal(t) * k + noise(t) * e))
_shares_swapped = _with(lambda w, k, m, t, e: _joined(w, k, m, 1 - t, e))
_straight = _with(lambda w, k, m, t, e: np.where(m[:, None], (1 - t) * k + t * e, w))
_left_alone = _with(lambda w, k, m, t, e: w)


def _along_numbers_mask(is_known, shape):
    return np.broadcast_to(np.resize(is_known, shape[1]), shape)


_along_numbers = _with(
    lambda w, k, m, t, e: np.where(_along_numbers_mask(m, w.shape), signal(t) * k + noise(t) * e, w)
)

_as_from_a_clip = _with(
    back=lambda j, now, then, fresh: signal(now) * j + noise(now) * fresh,
)
_ratio_not_rooted = _with(
    back=lambda j, now, then, fresh: (
        signal(now) / signal(then) * j + (1 - signal(now) / signal(then)) * fresh
    ),
)
_ratio_not_squared = _with(
    back=lambda j, now, then, fresh: (
        signal(now) / signal(then) * j + np.sqrt(1 - signal(now) / signal(then)) * fresh
    ),
)
_variance_for_share = _with(
    back=lambda j, now, then, fresh: (
        signal(now) / signal(then) * j + (1 - (signal(now) / signal(then)) ** 2) * fresh
    ),
)
_difference_of_shares = _with(
    back=lambda j, now, then, fresh: (
        signal(now) / signal(then) * j + (noise(now) - noise(then)) * fresh
    ),
)
_difference_of_squares = _with(
    back=lambda j, now, then, fresh: (
        signal(now) / signal(then) * j + np.sqrt(noise(now) ** 2 - noise(then) ** 2) * fresh
    ),
)
_not_faded = _with(
    back=lambda j, now, then, fresh: j + np.sqrt(1 - (signal(now) / signal(then)) ** 2) * fresh,
)
_not_noisier = _with(back=lambda j, now, then, fresh: signal(now) / signal(then) * j)
_noise_of_now = _with(
    back=lambda j, now, then, fresh: signal(now) / signal(then) * j + noise(now) * fresh,
)
_time_ratio = _with(
    back=lambda j, now, then, fresh: signal(now - then) * j + noise(now - then) * fresh,
)


def _at_now(written, known, is_known, now, then, epsilon, fresh):
    joined = _joined(written, known, is_known, now, epsilon)
    return joined, _back(joined, now, then, fresh)


def _same_noise(written, known, is_known, now, then, epsilon, fresh):
    joined = _joined(written, known, is_known, then, epsilon)
    return joined, _back(joined, now, then, epsilon)


def _back_from_written(written, known, is_known, now, then, epsilon, fresh):
    joined = _joined(written, known, is_known, then, epsilon)
    return joined, _back(written, now, then, fresh)


def _known_anew(written, known, is_known, now, then, epsilon, fresh):
    joined = _joined(written, known, is_known, then, epsilon)
    return joined, _joined(_back(written, now, then, fresh), known, is_known, now, epsilon)


def _only_joined(written, known, is_known, now, then, epsilon, fresh):
    return _joined(written, known, is_known, then, epsilon)


def _only_back(written, known, is_known, now, then, epsilon, fresh):
    return _back(_joined(written, known, is_known, then, epsilon), now, then, fresh)


def _other_order(written, known, is_known, now, then, epsilon, fresh):
    joined = _joined(written, known, is_known, then, epsilon)
    return _back(joined, now, then, fresh), joined


_BACK = "going back: "

EXERCISE = Exercise(
    id="12.6",
    title="A gap, and its two ends",
    function="fill_round",
    points=4,
    minutes=20,
    difficulty=3,
    inputs=_case,
    edges=_edges,
    reference=fill_round,
    misconceptions={
        _known_as_it_is: "the network expects noise everywhere: what is known needs as much as "
        "then has",
        _only_faded: "what is known needs noise, too: add noise(then) times epsilon",
        _gap_is_replaced: "is_known is True where a step is known: you replaced the gap",
        _faded_everywhere: "written is at then already: fade only what is known, and give it noise",
        _noise_everywhere: "written is noisy already: add noise only to what is known",
        _mixed_half: "what is known replaces what was written there: do not mix them",
        _added: "what is known replaces what was written there: do not add it",
        _shares_swapped: "the known clip has the cosine, and its noise the sine: you swapped them",
        _straight: "use the cosine schedule, not straight lines",
        _left_alone: "put what is known into the clip first",
        _along_numbers: "is_known has one value for each step, not for each number of a step",
        _as_from_a_clip: _BACK + "the joined clip has noise already: it needs only the noise "
        "between then and now",
        _ratio_not_rooted: _BACK + "the squares of both shares add up to 1, not the shares",
        _ratio_not_squared: _BACK + "square the ratio under the root",
        _variance_for_share: _BACK + "that is the variance of what is added: take its root",
        _difference_of_shares: _BACK + "shares of noise do not add up, their squares do",
        _difference_of_squares: _BACK + "the old noise fades with the clip, so more is missing: "
        "the squares of both shares add up to 1",
        _not_faded: _BACK + "there is less of the clip at now: multiply by the ratio",
        _not_noisier: _BACK + "there is more noise at now: add fresh noise",
        _noise_of_now: _BACK + "the old noise is still there, so less is missing than noise(now)",
        _time_ratio: _BACK + "the share is the ratio of both signals, not the signal of the time "
        "between",
        _at_now: "written is at then: what is known needs the noise of then, not of now",
        _same_noise: _BACK + "take fresh noise, not epsilon again",
        _back_from_written: _BACK + "make the joined clip noisier, not the written one",
        _known_anew: _BACK + "make the whole joined clip noisier; do not put what is known in a "
        "second time",
        _only_joined: "return both: the joined clip, and the same as noisy as at now",
        _only_back: "return both: the joined clip, and the same as noisy as at now",
        _other_order: "return the joined clip first, then the noisier one",
    },
    forbidden=("refimpl.diffusion.filling.add_noise_between", "refimpl.diffusion.filling.fill"),
)
