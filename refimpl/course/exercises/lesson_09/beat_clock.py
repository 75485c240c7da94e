"""Exercise 9.6: a clock that says at each step where in the beat and in the bar it is."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def beat_clock(n_steps: int, step_rate: float, tempo: float, beats_per_bar: int) -> np.ndarray:
    """Give sine and cosine of the place in the beat, and of that in the bar, `(n_steps, 4)`.

    There may be no steps. Rate and tempo are above 0, and a bar has at least one beat.
    """
    beats = np.arange(n_steps) / step_rate * tempo / 60
    angles = 2 * np.pi * np.stack([beats, beats / beats_per_bar], axis=1)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(n_steps, 4)


def _draw(rng: np.random.Generator, n_steps: int, beats_per_bar: int = 4) -> Inputs:
    return {
        "n_steps": n_steps,
        "step_rate": float(rng.uniform(7, 32)),
        "tempo": float(rng.uniform(70, 150)),
        "beats_per_bar": beats_per_bar,
    }


def _usual(rng: np.random.Generator) -> Inputs:
    return _draw(rng, int(rng.integers(50, 70)), int(rng.choice([3, 5, 6])))


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "one step": _draw(rng, 1),
        "no steps": _draw(rng, 0),
        "as many steps as columns": _draw(rng, 4),
        "bars of one beat": _draw(rng, 20, 1),
        "bars of four": _draw(rng, 60, 4),
        "whole numbers": {"n_steps": 30, "step_rate": 8, "tempo": 120, "beats_per_bar": 4},
        "many steps": _draw(rng, 1500, 3),
        "more than one beat in a step": {
            "n_steps": 20, "step_rate": 1.5, "tempo": 130.0, "beats_per_bar": 3,
        },
    }  # fmt: skip


def _columns(beats, bars) -> np.ndarray:
    angles = 2 * np.pi * np.stack([beats, bars], axis=1)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(beats), 4)


def _beats(n_steps, step_rate, tempo) -> np.ndarray:
    return np.arange(n_steps) / step_rate * tempo / 60


def _in_seconds(n_steps, step_rate, tempo, beats_per_bar):
    beats = 60 * _beats(n_steps, step_rate, tempo)
    return _columns(beats, beats / beats_per_bar)


def _upside_down(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) / step_rate * 60 / tempo
    return _columns(beats, beats / beats_per_bar)


def _steps_as_seconds(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) * tempo / 60
    return _columns(beats, beats / beats_per_bar)


def _rate_multiplied(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) * step_rate * tempo / 60
    return _columns(beats, beats / beats_per_bar)


def _whole_steps(n_steps, step_rate, tempo, beats_per_bar):
    beats = np.arange(n_steps) / max(1, round(step_rate * 60 / tempo))
    return _columns(beats, beats / beats_per_bar)


def _from_one(n_steps, step_rate, tempo, beats_per_bar):
    beats = (np.arange(n_steps) + 1) / step_rate * tempo / 60
    return _columns(beats, beats / beats_per_bar)


def _middles(n_steps, step_rate, tempo, beats_per_bar):
    beats = (np.arange(n_steps) + 0.5) / step_rate * tempo / 60
    return _columns(beats, beats / beats_per_bar)


def _half_turn(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo) / 2
    return _columns(beats, beats / beats_per_bar)


def _no_turn(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo) / (2 * np.pi)
    return _columns(beats, beats / beats_per_bar)


def _degrees(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo) * 360 / (2 * np.pi)
    return _columns(beats, beats / beats_per_bar)


def _bars_faster(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    return _columns(beats, beats * beats_per_bar)


def _always_four(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    return _columns(beats, beats / 4)


def _bar_by_beat(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    return _columns(beats, np.floor(beats) / beats_per_bar)


def _bar_first(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    return _columns(beats / beats_per_bar, beats)


def _cosine_first(n_steps, step_rate, tempo, beats_per_bar):
    return beat_clock(n_steps, step_rate, tempo, beats_per_bar)[:, [1, 0, 3, 2]]


def _sines_first(n_steps, step_rate, tempo, beats_per_bar):
    return beat_clock(n_steps, step_rate, tempo, beats_per_bar)[:, [0, 2, 1, 3]]


def _turned(n_steps, step_rate, tempo, beats_per_bar):
    return beat_clock(n_steps, step_rate, tempo, beats_per_bar).T


def _shares(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    return np.stack([beats % 1, beats / beats_per_bar % 1], axis=1)


def _only_the_beat(n_steps, step_rate, tempo, beats_per_bar):
    return beat_clock(n_steps, step_rate, tempo, beats_per_bar)[:, :2]


def _backwards(n_steps, step_rate, tempo, beats_per_bar):
    beats = -_beats(n_steps, step_rate, tempo)
    return _columns(beats, beats / beats_per_bar)


def _stretched(n_steps, step_rate, tempo, beats_per_bar):
    seconds = np.linspace(0, n_steps / step_rate, n_steps)
    return _columns(seconds * tempo / 60, seconds * tempo / 60 / beats_per_bar)


def _clicks(n_steps, step_rate, tempo, beats_per_bar):
    beats = _beats(n_steps, step_rate, tempo)
    clicks = np.diff(np.floor(beats), prepend=-1.0) > 0
    clock = beat_clock(n_steps, step_rate, tempo, beats_per_bar)
    return clock * clicks[:, None]


EXERCISE = Exercise(
    id="9.6",
    title="A clock for the beat",
    function="beat_clock",
    points=4,
    minutes=15,
    difficulty=3,
    inputs=_usual,
    edges=_edges,
    reference=beat_clock,
    misconceptions={
        _in_seconds: "a tempo counts beats in a minute: divide by 60 for those in a second",
        _upside_down: "60 / tempo is how long a beat lasts: seconds are divided by that, not "
        "multiplied",
        _steps_as_seconds: "a step is no second: divide it by the steps per second",
        _rate_multiplied: "the seconds at a step are the step divided by the rate, not multiplied",
        _whole_steps: "a beat need not last a whole number of steps: rounded, the clock runs away "
        "from the tune",
        _from_one: "step 0 is at the beginning: nothing has passed there",
        _middles: "the clock shows the beginning of each step, not its middle",
        _half_turn: "a beat is a whole turn of the hand: 2 pi, not pi",
        _no_turn: "multiply the beats by 2 pi: a whole beat is a whole turn",
        _degrees: "sine and cosine take radians, not degrees",
        _bars_faster: "a bar is longer than a beat: divide the beats by those in a bar",
        _always_four: "bars have as many beats as beats_per_bar says, not always four",
        _bar_by_beat: "the bar's hand moves on within a beat as well: do not round the beats",
        _bar_first: "the beat's two columns come first, then the bar's",
        _cosine_first: "the sine comes first, then the cosine",
        _sines_first: "sine and cosine of the beat come first, then those of the bar",
        _turned: "a row for each step: yours are the other way round",
        _shares: "return sine and cosine of the angles: shares jump back from 1 to 0, where the "
        "music goes on without a jump",
        _only_the_beat: "two more columns: the place in the bar",
        _backwards: "the hands turn the other way: angles grow with time",
        _stretched: "step t is at t / step_rate seconds: linspace puts the last step at the end",
        _clicks: "the clock shows the time at every step, not only where a beat begins",
    },
)
