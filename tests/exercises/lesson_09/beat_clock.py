"""Answers to exercise 9.6, as learners give them."""

import math

import numpy as np

TURN = 2 * math.pi


def hands(angles, n_periods):
    """The sines and then the cosines of rows of angles."""
    rows = [[math.sin(a) for a in row] + [math.cos(a) for a in row] for row in angles]
    return np.array(rows).reshape(-1, 2 * n_periods)


def clock(beats, periods, turn=TURN):
    return hands([[turn * b / p for p in periods] for b in beats], len(periods))


def beats_of(tempo, n_steps, step_rate):
    return [t / step_rate * tempo / 60 for t in range(n_steps)]


def forgets_the_minute(tempo, n_steps, step_rate, periods):
    return clock([t / step_rate * tempo for t in range(n_steps)], periods)


def multiplies_by_the_beats_length(tempo, n_steps, step_rate, periods):
    return clock([t / step_rate * (60 / tempo) for t in range(n_steps)], periods)


def forgets_the_tempo(tempo, n_steps, step_rate, periods):
    return clock([t / step_rate for t in range(n_steps)], periods)


def takes_steps_for_seconds(tempo, n_steps, step_rate, periods):
    return clock([t * tempo / 60 for t in range(n_steps)], periods)


def multiplies_by_the_rate(tempo, n_steps, step_rate, periods):
    return clock([t * step_rate * tempo / 60 for t in range(n_steps)], periods)


def rounds_the_beat_to_steps(tempo, n_steps, step_rate, periods):
    steps_in_a_beat = max(1, round(60 / tempo * step_rate))
    return clock([t / steps_in_a_beat for t in range(n_steps)], periods)


def begins_at_one(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps + 1, step_rate)[1:], periods)


def reads_in_the_middle(tempo, n_steps, step_rate, periods):
    return clock([(t + 0.5) / step_rate * tempo / 60 for t in range(n_steps)], periods)


def turns_half(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods, math.pi)


def turns_not_at_all(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods, 1.0)


def takes_degrees(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods, 360.0)


def multiplies_by_the_period(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), [1 / p for p in periods])


def takes_one_hand(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods[:1])


def moves_once_a_beat(tempo, n_steps, step_rate, periods):
    return clock([b // 1 for b in beats_of(tempo, n_steps, step_rate)], periods)


def puts_cosines_first(tempo, n_steps, step_rate, periods):
    out, n = clock(beats_of(tempo, n_steps, step_rate), periods), len(periods)
    return np.concatenate([out[:, n:], out[:, :n]], axis=1)


def goes_period_by_period(tempo, n_steps, step_rate, periods):
    beats = beats_of(tempo, n_steps, step_rate)
    return np.concatenate([clock(beats, [p]) for p in periods], axis=1)


def turns_the_table(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods).transpose()


def returns_shares(tempo, n_steps, step_rate, periods):
    beats = np.array(beats_of(tempo, n_steps, step_rate))
    return np.modf(beats[:, None] / periods)[0]


def returns_angles(tempo, n_steps, step_rate, periods):
    return TURN * np.divide.outer(np.array(beats_of(tempo, n_steps, step_rate)), periods)


def forgets_the_cosines(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods)[:, : len(periods)]


def sorts_periods(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), sorted(periods))


def turns_backwards(tempo, n_steps, step_rate, periods):
    return clock([-b for b in beats_of(tempo, n_steps, step_rate)], periods)


def stretches_to_the_end(tempo, n_steps, step_rate, periods):
    return clock(np.linspace(0, n_steps / step_rate, n_steps) * tempo / 60, periods)


def ticks_once_a_beat(tempo, n_steps, step_rate, periods):
    beats = beats_of(tempo, n_steps, step_rate)
    out, last = clock(beats, periods), -1
    for t, b in enumerate(beats):
        if math.floor(b) == last:
            out[t] = 0
        last = math.floor(b)
    return out


WRONG = {
    forgets_the_minute: "divide by 60",
    multiplies_by_the_beats_length: "is how long a beat lasts",
    forgets_the_tempo: "the tempo has to come in",
    takes_steps_for_seconds: "a step is no second",
    multiplies_by_the_rate: "divided by the rate",
    rounds_the_beat_to_steps: "the clock runs away",
    begins_at_one: "step 0 is at the beginning",
    reads_in_the_middle: "not its middle",
    turns_half: "2 pi, not pi",
    turns_not_at_all: "a whole period is a whole turn",
    takes_degrees: "not degrees",
    multiplies_by_the_period: "divide by the period",
    takes_one_hand: "not only for the first",
    moves_once_a_beat: "do not round the beats",
    puts_cosines_first: "the sines come first, then the cosines",
    goes_period_by_period: "then all cosines",
    turns_the_table: "yours are the other way round",
    returns_shares: "a share jumps",
    returns_angles: "an angle grows without end",
    forgets_the_cosines: "tell the two places apart",
    sorts_periods: "keep the order",
    turns_backwards: "the hands turn the other way",
    stretches_to_the_end: "linspace puts the last step at the end",
    ticks_once_a_beat: "not only where a beat begins",
}


def goes_step_by_step(tempo, n_steps, step_rate, periods):
    return clock(beats_of(tempo, n_steps, step_rate), periods)


def wraps_first(tempo, n_steps, step_rate, periods):
    beats = np.arange(n_steps) * (tempo / (60 * step_rate))
    turns = [TURN * np.mod(beats, p) / p for p in periods]
    return np.column_stack([*map(np.sin, turns), *map(np.cos, turns)])


def turns_complex_hands(tempo, n_steps, step_rate, periods):
    seconds = np.arange(n_steps)[:, None] / step_rate
    hand = np.exp(1j * TURN * seconds / (np.array(periods) * 60 / tempo))
    return np.hstack([hand.imag, hand.real])


RIGHT = [goes_step_by_step, wraps_first, turns_complex_hands]
