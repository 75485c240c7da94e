"""The learning rate: a linear warm-up, then half a cosine down to a floor."""

import math

from refimpl.training.configuration import TrainingConfig


def share_done(step: int, seconds: float, config: TrainingConfig) -> float:
    """How much of a run is over, from 0 to 1, by its steps or by its clock, whichever is further.

    Args:
        step: updates made so far.
        seconds: time spent in them.
        config: gives the limits, `steps` and `max_seconds`.

    Returns:
        0 before the first update; 1 at the last one, so that it uses the floor of the schedule.
    """
    by_steps = step / max(1, config.steps - 1) if config.steps else 0.0
    by_clock = seconds / config.max_seconds if config.max_seconds else 0.0
    return min(1.0, max(by_steps, by_clock))


def learning_rate(step: int, config: TrainingConfig, *, seconds: float = 0.0) -> float:
    """The learning rate of the update that follows `step` updates.

    The cosine runs over the whole run and the warm-up multiplies it, so that one formula serves a
    run that is limited by steps and one that is limited by the clock.

    Args:
        step: updates made so far, from 0.
        config: the run's options.
        seconds: time spent in training so far; matters only where `max_seconds` is set.

    Returns:
        The rate, between 0 and `config.learning_rate`.

    Source: Loshchilov and Hutter, SGDR (2017), section 3, with one period and no restarts.
    Taught in lesson 5.
    """
    warmup = min(1.0, (step + 1) / config.warmup_steps) if config.warmup_steps else 1.0
    cosine = 0.5 * (1.0 + math.cos(math.pi * share_done(step, seconds, config)))
    floor = config.final_learning_rate
    return config.learning_rate * warmup * (floor + (1.0 - floor) * cosine)
