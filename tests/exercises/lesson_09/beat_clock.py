"""Answers to exercise 9.6, as learners give them."""

import math

import numpy as np

TURN = 2 * math.pi


def hands(angles):
    """Sine and cosine of two angles, for each step."""
    rows = [[math.sin(a), math.cos(a), math.sin(b), math.cos(b)] for a, b in angles]
    return np.array(rows).reshape(-1, 4)


def clock(beats, beats_per_bar, turn=TURN):
    return hands([(turn * b, turn * b / beats_per_bar) for b in beats])


def beats_of(n_steps, step_rate, tempo):
    return [t / step_rate * tempo / 60 for t in range(n_steps)]


def forgets_the_minute(n_steps, step_rate, tempo, beats_per_bar):
    return clock([t / step_rate * tempo for t in range(n_steps)], beats_per_bar)


def multiplies_by_the_beats_length(n_steps, step_rate, tempo, beats_per_bar):
    return clock([t / step_rate * (60 / tempo) for t in range(n_steps)], beats_per_bar)


def takes_steps_for_seconds(n_steps, step_rate, tempo, beats_per_bar):
    return clock([t * tempo / 60 for t in range(n_steps)], beats_per_bar)


def multiplies_by_the_rate(n_steps, step_rate, tempo, beats_per_bar):
    return clock([t * step_rate * tempo / 60 for t in range(n_steps)], beats_per_bar)


def rounds_the_beat_to_steps(n_steps, step_rate, tempo, beats_per_bar):
    steps_in_a_beat = max(1, round(60 / tempo * step_rate))
    return clock([t / steps_in_a_beat for t in range(n_steps)], beats_per_bar)


def begins_at_one(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps + 1, step_rate, tempo)[1:], beats_per_bar)


def reads_in_the_middle(n_steps, step_rate, tempo, beats_per_bar):
    return clock([(t + 0.5) / step_rate * tempo / 60 for t in range(n_steps)], beats_per_bar)


def turns_half(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar, math.pi)


def turns_not_at_all(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar, 1.0)


def takes_degrees(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar, 360.0)


def multiplies_by_the_bar(n_steps, step_rate, tempo, beats_per_bar):
    beats = beats_of(n_steps, step_rate, tempo)
    return hands([(TURN * b, TURN * b * beats_per_bar) for b in beats])


def believes_in_four(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), 4)


def moves_the_bar_by_beats(n_steps, step_rate, tempo, beats_per_bar):
    beats = beats_of(n_steps, step_rate, tempo)
    return hands([(TURN * b, TURN * (b // 1) / beats_per_bar) for b in beats])


def puts_the_bar_first(n_steps, step_rate, tempo, beats_per_bar):
    beats = beats_of(n_steps, step_rate, tempo)
    return hands([(TURN * b / beats_per_bar, TURN * b) for b in beats])


def puts_cosines_first(n_steps, step_rate, tempo, beats_per_bar):
    out = clock(beats_of(n_steps, step_rate, tempo), beats_per_bar)
    return np.stack([out[:, 1], out[:, 0], out[:, 3], out[:, 2]], axis=1)


def puts_sines_together(n_steps, step_rate, tempo, beats_per_bar):
    out = clock(beats_of(n_steps, step_rate, tempo), beats_per_bar)
    return np.concatenate([out[:, ::2], out[:, 1::2]], axis=1)


def turns_the_table(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar).transpose()


def returns_shares(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.array(beats_of(n_steps, step_rate, tempo))
    return np.stack([np.modf(beats)[0], np.modf(beats / beats_per_bar)[0]], axis=1)


def forgets_the_bar(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar)[:, 0:2]


def turns_backwards(n_steps, step_rate, tempo, beats_per_bar):
    return clock([-b for b in beats_of(n_steps, step_rate, tempo)], beats_per_bar)


def stretches_to_the_end(n_steps, step_rate, tempo, beats_per_bar):
    seconds = np.linspace(0, n_steps / step_rate, n_steps)
    return clock(seconds * tempo / 60, beats_per_bar)


def ticks_once_a_beat(n_steps, step_rate, tempo, beats_per_bar):
    beats = beats_of(n_steps, step_rate, tempo)
    out, last = clock(beats, beats_per_bar), -1
    for t, b in enumerate(beats):
        if math.floor(b) == last:
            out[t] = 0
        last = math.floor(b)
    return out


WRONG = {
    forgets_the_minute: "divide by 60",
    multiplies_by_the_beats_length: "is how long a beat lasts",
    takes_steps_for_seconds: "a step is no second",
    multiplies_by_the_rate: "divided by the rate",
    rounds_the_beat_to_steps: "the clock runs away",
    begins_at_one: "step 0 is at the beginning",
    reads_in_the_middle: "not its middle",
    turns_half: "2 pi, not pi",
    turns_not_at_all: "a whole beat is a whole turn",
    takes_degrees: "not degrees",
    multiplies_by_the_bar: "a bar is longer than a beat",
    believes_in_four: "not always four",
    moves_the_bar_by_beats: "do not round the beats",
    puts_the_bar_first: "then the bar's",
    puts_cosines_first: "the sine comes first",
    puts_sines_together: "then those of the bar",
    turns_the_table: "yours are the other way round",
    returns_shares: "shares jump back",
    forgets_the_bar: "two more columns",
    turns_backwards: "the hands turn the other way",
    stretches_to_the_end: "linspace puts the last step at the end",
    ticks_once_a_beat: "not only where a beat begins",
}


def goes_step_by_step(n_steps, step_rate, tempo, beats_per_bar):
    return clock(beats_of(n_steps, step_rate, tempo), beats_per_bar)


def wraps_first(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) * (tempo / (60 * step_rate))
    beat, bar = TURN * np.mod(beats, 1), TURN * np.mod(beats, beats_per_bar) / beats_per_bar
    return np.column_stack([np.sin(beat), np.cos(beat), np.sin(bar), np.cos(bar)])


def turns_a_complex_hand(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) / step_rate / (60 / tempo)
    beat, bar = np.exp(1j * TURN * beats), np.exp(1j * TURN * beats / beats_per_bar)
    return np.stack([beat.imag, beat.real, bar.imag, bar.real], axis=-1)


RIGHT = [goes_step_by_step, wraps_first, turns_a_complex_hand]
