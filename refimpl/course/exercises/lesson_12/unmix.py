"""Exercise 12.3: clip and noise from a noisy clip and a prediction of any kind."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

KINDS = ("noise", "velocity", "flow")


def unmix(
    noisy: np.ndarray, prediction: np.ndarray, signal: float, noise: float, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Solve two equations for the clip and its noise.

    At least one number; signal and noise are above 0, and their squares need not add up to 1.
    """
    a, b = _mixture(signal, noise, kind)
    determinant = signal * b - noise * a
    clip = (b * noisy - noise * prediction) / determinant
    epsilon = (signal * prediction - a * noisy) / determinant
    return clip, epsilon


def _mixture(signal, noise, kind):
    """The shares of the clip and of the noise in the prediction."""
    return {"noise": (0.0, 1.0), "velocity": (-noise, signal), "flow": (-1.0, 1.0)}[kind]


def _case(rng, shape=(4, 3), kind=None, signal=None, noise=None) -> Inputs:
    time = rng.uniform(0.2, 0.8) * np.pi / 2
    return {
        "noisy": rng.normal(size=shape),
        "prediction": rng.normal(size=shape),
        "signal": float(np.cos(time)) if signal is None else signal,
        "noise": float(np.sin(time)) if noise is None else noise,
        "kind": KINDS[rng.integers(3)] if kind is None else kind,
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        **{f"kind {kind!r}": _case(rng, kind=kind) for kind in KINDS},
        **{
            f"kind {kind!r} on the straight line, whose shares add up to 1": _case(
                rng, kind=kind, signal=0.7, noise=0.3
            )
            for kind in KINDS
        },
        "hardly anything left of the clip": _case(rng, signal=0.01, noise=1.0),
        "hardly any noise": _case(rng, signal=1.0, noise=0.01),
        "several clips": _case(rng, (2, 3, 4)),
        "one number": _case(rng, (1,)),
    }


def _with(of_noise=None, of_velocity=None, of_flow=None):
    """An answer that is right but for one kind, whose function gives clip and noise."""
    own = {"noise": of_noise, "velocity": of_velocity, "flow": of_flow}

    def answer(noisy, prediction, signal, noise, kind):
        if own[kind] is None:
            return unmix(noisy, prediction, signal, noise, kind)
        return own[kind](noisy, prediction, signal, noise)

    return answer


_flow_and_noise = _with(of_flow=lambda z, p, s, n: (z - n * p, p + z - n * p))
_not_divided = _with(of_noise=lambda z, p, s, n: (z - n * p, p))
_plain_difference = _with(of_noise=lambda z, p, s, n: (z - p, p))
_divided_by_the_square = _with(of_noise=lambda z, p, s, n: ((z - n * p) / s**2, p))
_divided_by_the_noise = _with(of_noise=lambda z, p, s, n: ((z - s * p) / n, p))
_noise_is_the_clip = _with(of_noise=lambda z, p, s, n: (p, (z - s * p) / n))
_squares_add_up = _with(of_velocity=lambda z, p, s, n: (s * z - n * p, n * z + s * p))
_velocity_sign = _with(
    of_velocity=lambda z, p, s, n: (
        (s * z + n * p) / (s**2 + n**2),
        (n * z - s * p) / (s**2 + n**2),
    )
)
_velocity_shares_swapped = _with(
    of_velocity=lambda z, p, s, n: ((z - p) / (2 * s), (z + p) / (2 * n))
)
_velocity_as_flow = _with(of_velocity=lambda z, p, s, n: unmix(z, p, s, n, "flow"))
_flow_as_velocity = _with(of_flow=lambda z, p, s, n: unmix(z, p, s, n, "velocity"))
_shares_add_up = _with(of_flow=lambda z, p, s, n: (z - n * p, z + s * p))
_flow_sign = _with(of_flow=lambda z, p, s, n: unmix(z, -p, s, n, "flow"))


def _flow_noise_left(z, p, s, n):
    clip = (z - n * p) / (s + n)
    return clip, (z - clip) / n


_forgets_the_fading = _with(of_flow=_flow_noise_left)


def _all_noise(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, signal, noise, "noise")


def _all_velocity(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, signal, noise, "velocity")


def _prediction_as_noise(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, signal, noise, kind)[0], prediction


def _other_order(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, signal, noise, kind)[::-1]


def _only_the_clip(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, signal, noise, kind)[0]


def _shares_swapped(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, noise, signal, kind)


def _with_their_shares(noisy, prediction, signal, noise, kind):
    clip, epsilon = unmix(noisy, prediction, signal, noise, kind)
    return signal * clip, noise * epsilon


def _rooted(noisy, prediction, signal, noise, kind):
    return unmix(noisy, prediction, np.sqrt(signal), np.sqrt(noise), kind)


EXERCISE = Exercise(
    id="12.3",
    title="Three things to predict",
    function="unmix",
    points=4,
    minutes=18,
    difficulty=3,
    inputs=_case,
    edges=_edges,
    reference=unmix,
    misconceptions={
        _flow_and_noise: 'kind "flow": the clip is in epsilon, too, so its share is signal plus '
        "noise: divide by their sum",
        _not_divided: 'kind "noise": what is left after the noise is signal times the clip: '
        "divide by signal",
        _plain_difference: 'kind "noise": the noise has a share too: subtract noise times epsilon, '
        "and divide by signal",
        _divided_by_the_square: 'kind "noise": divide by signal, not by its square',
        _divided_by_the_noise: 'kind "noise": you swapped the shares: subtract noise times '
        "epsilon, and divide by signal",
        _noise_is_the_clip: 'kind "noise": the prediction is the noise, not the clip',
        _squares_add_up: 'kind "velocity": that is right only where the squares of signal and '
        "noise add up to 1: divide by their sum",
        _velocity_sign: 'kind "velocity": a sign: the velocity is signal * epsilon - noise * clip',
        _velocity_shares_swapped: 'kind "velocity": the shares are crossed: it is signal * '
        "epsilon - noise * clip",
        _velocity_as_flow: 'kind "velocity": you took it for a flow: its parts have shares, '
        "signal * epsilon - noise * clip",
        _flow_as_velocity: 'kind "flow": you took it for a velocity: a flow is epsilon - clip, '
        "without shares",
        _shares_add_up: 'kind "flow": that is right only where signal and noise add up to 1: '
        "divide by their sum",
        _flow_sign: 'kind "flow": a sign: the flow leads from the clip to the noise, epsilon - '
        "clip",
        _forgets_the_fading: 'kind "flow": the noise is what is left after signal times the clip, '
        "not after the clip itself",
        _all_noise: "you took every prediction for noise: look at kind",
        _all_velocity: "you took every prediction for a velocity: look at kind",
        _prediction_as_noise: "the prediction is the noise for one of the kinds only",
        _other_order: "return the clip first, then the noise",
        _only_the_clip: "return both: the clip and the noise",
        _shares_swapped: "signal is the clip's share, and noise that of the noise: you swapped "
        "them",
        _with_their_shares: "return the clip and the noise themselves, without their shares",
        _rooted: "signal and noise are shares already: take no root",
    },
    forbidden=("refimpl.diffusion.parametrisations.Parametrisation.parts",),
)
