"""Answers to exercise 12.3, as learners give them."""

import numpy as np


def one_by_one(noisy, prediction, signal, noise, kind):
    if kind == "noise":
        epsilon = prediction
        return (noisy - noise * epsilon) / signal, epsilon
    if kind == "velocity":
        both = signal**2 + noise**2
        clip = (signal * noisy - noise * prediction) / both
        return clip, (noise * noisy + signal * prediction) / both
    clip = (noisy - noise * prediction) / (signal + noise)
    return clip, clip + prediction


def _but(wrong_kind):
    """A right answer but for a kind, which a function of its own takes."""

    def decorate(function):
        def answer(noisy, prediction, signal, noise, kind):
            if kind == wrong_kind:
                return function(noisy, prediction, signal, noise)
            return one_by_one(noisy, prediction, signal, noise, kind)

        answer.__name__ = function.__name__
        return answer

    return decorate


@_but("noise")
def leaves_the_clip_faded(noisy, prediction, signal, noise):
    return noisy - noise * prediction, prediction


@_but("noise")
def subtracts_the_prediction(noisy, prediction, signal, noise):
    return noisy - prediction, prediction


@_but("noise")
def divides_by_the_square(noisy, prediction, signal, noise):
    return (noisy - noise * prediction) / (signal * signal), prediction


@_but("noise")
def divides_by_the_noise(noisy, prediction, signal, noise):
    return (noisy - signal * prediction) / noise, prediction


@_but("noise")
def takes_the_noise_for_the_clip(noisy, prediction, signal, noise):
    return prediction, (noisy - signal * prediction) / noise


@_but("velocity")
def trusts_the_circle(noisy, prediction, signal, noise):
    clip = signal * noisy - noise * prediction
    return clip, noise * noisy + signal * prediction


@_but("velocity")
def turns_the_velocity_round(noisy, prediction, signal, noise):
    return one_by_one(noisy, -prediction, signal, noise, "velocity")


@_but("velocity")
def crosses_the_velocitys_shares(noisy, prediction, signal, noise):
    # as if prediction = noise * epsilon - signal * clip
    epsilon = (noisy + prediction) / (2 * noise)
    return (noisy - noise * epsilon) / signal, epsilon


@_but("velocity")
def takes_the_velocity_for_a_flow(noisy, prediction, signal, noise):
    return one_by_one(noisy, prediction, signal, noise, "flow")


@_but("flow")
def takes_the_flow_for_a_velocity(noisy, prediction, signal, noise):
    return one_by_one(noisy, prediction, signal, noise, "velocity")


@_but("flow")
def trusts_the_line(noisy, prediction, signal, noise):
    return noisy - noise * prediction, noisy + signal * prediction


@_but("flow")
def turns_the_flow_round(noisy, prediction, signal, noise):
    return one_by_one(noisy, -prediction, signal, noise, "flow")


@_but("flow")
def subtracts_the_whole_clip(noisy, prediction, signal, noise):
    clip = (noisy - noise * prediction) / (signal + noise)
    return clip, (noisy - clip) / noise


def does_not_look_at_kind(noisy, prediction, signal, noise, kind):
    return one_by_one(noisy, prediction, signal, noise, "noise")


def takes_all_for_velocities(noisy, prediction, signal, noise, kind):
    return one_by_one(noisy, prediction, signal, noise, "velocity")


def returns_the_prediction_as_noise(noisy, prediction, signal, noise, kind):
    return one_by_one(noisy, prediction, signal, noise, kind)[0], prediction


def returns_the_noise_first(noisy, prediction, signal, noise, kind):
    clip, epsilon = one_by_one(noisy, prediction, signal, noise, kind)
    return epsilon, clip


def returns_the_clip(noisy, prediction, signal, noise, kind):
    clip, _ = one_by_one(noisy, prediction, signal, noise, kind)
    return clip


def swaps_the_shares(noisy, prediction, signal, noise, kind):
    return one_by_one(noisy, prediction, noise, signal, kind)


def leaves_the_shares_on(noisy, prediction, signal, noise, kind):
    clip, epsilon = one_by_one(noisy, prediction, signal, noise, kind)
    return clip * signal, epsilon * noise


def takes_roots(noisy, prediction, signal, noise, kind):
    return one_by_one(noisy, prediction, signal**0.5, noise**0.5, kind)


def forgets_the_clip_in_the_flow(noisy, prediction, signal, noise, kind):
    if kind == "noise":
        clip = (noisy - noise * prediction) / signal
        return clip, prediction
    if kind == "flow":
        clip = noisy - noise * prediction
        return clip, prediction + clip
    power = signal**2 + noise**2
    clip = (signal * noisy - noise * prediction) / power
    return clip, (noise * noisy + signal * prediction) / power


WRONG = {
    forgets_the_clip_in_the_flow: "divide by their sum",
    leaves_the_clip_faded: "divide by signal",
    subtracts_the_prediction: "the noise has a share too",
    divides_by_the_square: "not by its square",
    divides_by_the_noise: "you swapped the shares",
    takes_the_noise_for_the_clip: "the prediction is the noise, not the clip",
    trusts_the_circle: "only where the squares of signal and noise add up to 1",
    turns_the_velocity_round: "the velocity is signal * epsilon - noise * clip",
    crosses_the_velocitys_shares: "the shares are crossed",
    takes_the_velocity_for_a_flow: "you took it for a flow",
    takes_the_flow_for_a_velocity: "you took it for a velocity",
    trusts_the_line: "only where signal and noise add up to 1",
    turns_the_flow_round: "the flow leads from the clip to the noise",
    subtracts_the_whole_clip: "what is left after signal times the clip",
    does_not_look_at_kind: "you took every prediction for noise",
    takes_all_for_velocities: "you took every prediction for a velocity",
    returns_the_prediction_as_noise: "for one of the kinds only",
    returns_the_noise_first: "return the clip first",
    returns_the_clip: "return both",
    swaps_the_shares: "signal is the clip's share",
    leaves_the_shares_on: "without their shares",
    takes_roots: "shares already",
}


def asks_a_library(noisy, prediction, signal, noise, kind):
    rows = {"noise": [0, 1], "velocity": [-noise, signal], "flow": [-1, 1]}
    equations = np.array([[signal, noise], rows[kind]])
    known = np.stack([noisy.ravel(), prediction.ravel()])
    clip, epsilon = np.linalg.solve(equations, known)
    return clip.reshape(noisy.shape), epsilon.reshape(noisy.shape)


def finds_the_noise_first(noisy, prediction, signal, noise, kind):
    match kind:
        case "noise":
            epsilon = prediction
        case "velocity":
            epsilon = (noise * noisy + signal * prediction) / (signal**2 + noise**2)
        case "flow":
            epsilon = (noisy + signal * prediction) / (signal + noise)
    return np.stack([(noisy - noise * epsilon) / signal, epsilon])


RIGHT = [one_by_one, asks_a_library, finds_the_noise_first]

ACCEPTED = {"(-0.0, 1.0)": "no share is no share, whatever its sign"}
