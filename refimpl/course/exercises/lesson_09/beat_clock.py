"""Exercise 9.6: a clock that says at each step where in the beat, and in the bar, it is."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def beat_clock(tempo: float, n_steps: int, step_rate: float, periods: np.ndarray) -> np.ndarray:
    """Give the sines and then the cosines of a hand for each period, `(n_steps, 2 n_periods)`.

    There may be no steps. Tempo, rate and periods are above 0, and there is at least one period.
    """
    beats = np.arange(n_steps) / step_rate * tempo / 60
    angles = 2 * np.pi * beats[:, None] / np.asarray(periods)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def _draw(rng: np.random.Generator, n_steps: int, periods) -> Inputs:
    return {
        "tempo": float(rng.uniform(70, 150)),
        "n_steps": n_steps,
        "step_rate": float(rng.uniform(7, 32)),
        "periods": np.array(periods),
    }


def _usual(rng: np.random.Generator) -> Inputs:
    lengths = rng.permutation([0.5, 1.5, 3.0, 6.0])[: int(rng.integers(2, 5))]
    return _draw(rng, int(rng.integers(50, 70)), lengths)


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    return {
        "the package's periods": _draw(rng, 60, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]),
        "one period": _draw(rng, 20, [1.0]),
        "one step": _draw(rng, 1, [1.0, 4.0]),
        "no steps": _draw(rng, 0, [1.0, 4.0]),
        "as many steps as periods": _draw(rng, 3, [4.0, 1.0, 2.0]),
        "the same period twice": _draw(rng, 20, [3.0, 3.0]),
        "whole numbers": {"tempo": 120, "n_steps": 30, "step_rate": 8, "periods": np.array([1, 4])},
        "many steps": _draw(rng, 1500, [1.0, 3.0]),
        "more than one beat in a step": {
            "tempo": 130.0,
            "n_steps": 20,
            "step_rate": 1.5,
            "periods": np.array([1.0, 3.0]),
        },
    }


def _hands(beats, periods, turn=2 * np.pi) -> np.ndarray:
    angles = turn * np.asarray(beats)[:, None] / np.asarray(periods)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


def _beats(tempo, n_steps, step_rate) -> np.ndarray:
    return np.arange(n_steps) / step_rate * tempo / 60


def _per_minute(tempo, n_steps, step_rate, periods):
    return _hands(60 * _beats(tempo, n_steps, step_rate), periods)


def _upside_down(tempo, n_steps, step_rate, periods):
    return _hands(np.arange(n_steps) / step_rate * 60 / tempo, periods)


def _without_tempo(tempo, n_steps, step_rate, periods):
    return _hands(np.arange(n_steps) / step_rate, periods)


def _steps_as_seconds(tempo, n_steps, step_rate, periods):
    return _hands(np.arange(n_steps) * tempo / 60, periods)


def _rate_multiplied(tempo, n_steps, step_rate, periods):
    return _hands(np.arange(n_steps) * step_rate * tempo / 60, periods)


def _whole_steps(tempo, n_steps, step_rate, periods):
    return _hands(np.arange(n_steps) / max(1, round(step_rate * 60 / tempo)), periods)


def _from_one(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps + 1, step_rate)[1:], periods)


def _middles(tempo, n_steps, step_rate, periods):
    return _hands((np.arange(n_steps) + 0.5) / step_rate * tempo / 60, periods)


def _half_turn(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps, step_rate), periods, np.pi)


def _no_turn(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps, step_rate), periods, 1.0)


def _degrees(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps, step_rate), periods, 360.0)


def _periods_multiplied(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps, step_rate), 1 / np.asarray(periods))


def _first_period(tempo, n_steps, step_rate, periods):
    return _hands(_beats(tempo, n_steps, step_rate), periods[:1])


def _beat_by_beat(tempo, n_steps, step_rate, periods):
    return _hands(np.floor(_beats(tempo, n_steps, step_rate)), periods)


def _cosines_first(tempo, n_steps, step_rate, periods):
    hands = beat_clock(tempo, n_steps, step_rate, periods)
    return np.roll(hands, len(periods), axis=1)


def _by_period(tempo, n_steps, step_rate, periods):
    hands = beat_clock(tempo, n_steps, step_rate, periods)
    return hands.reshape(n_steps, 2, len(periods)).swapaxes(1, 2).reshape(n_steps, -1)


def _turned(tempo, n_steps, step_rate, periods):
    return beat_clock(tempo, n_steps, step_rate, periods).T


def _shares(tempo, n_steps, step_rate, periods):
    return _beats(tempo, n_steps, step_rate)[:, None] / np.asarray(periods) % 1


def _angles(tempo, n_steps, step_rate, periods):
    return 2 * np.pi * _beats(tempo, n_steps, step_rate)[:, None] / np.asarray(periods)


def _only_sines(tempo, n_steps, step_rate, periods):
    return beat_clock(tempo, n_steps, step_rate, periods)[:, : len(periods)]


def _sorted(tempo, n_steps, step_rate, periods):
    return beat_clock(tempo, n_steps, step_rate, np.sort(periods))


def _backwards(tempo, n_steps, step_rate, periods):
    return _hands(-_beats(tempo, n_steps, step_rate), periods)


def _stretched(tempo, n_steps, step_rate, periods):
    seconds = np.linspace(0, n_steps / step_rate, n_steps)
    return _hands(seconds * tempo / 60, periods)


def _ticks(tempo, n_steps, step_rate, periods):
    begins = np.diff(np.floor(_beats(tempo, n_steps, step_rate)), prepend=-1.0) > 0
    return beat_clock(tempo, n_steps, step_rate, periods) * begins[:, None]


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
        _per_minute: "a tempo counts beats in a minute: divide by 60 for those in a second",
        _upside_down: "60 / tempo is how long a beat lasts: divide the seconds by it, do not "
        "multiply",
        _without_tempo: "the periods are in beats, not in seconds: the tempo has to come in",
        _steps_as_seconds: "a step is no second: divide it by the steps per second",
        _rate_multiplied: "the seconds at a step are the step divided by the rate, not multiplied",
        _whole_steps: "a beat need not last a whole number of steps: rounded, the clock runs away "
        "from the tune",
        _from_one: "step 0 is at the beginning: nothing has passed there",
        _middles: "the clock shows the beginning of each step, not its middle",
        _half_turn: "a period is a whole turn of its hand: 2 pi, not pi",
        _no_turn: "multiply by 2 pi: a whole period is a whole turn",
        _degrees: "sine and cosine take radians, not degrees",
        _periods_multiplied: "a hand with a longer period turns more slowly: divide by the period",
        _first_period: "there is a hand for each period, not only for the first",
        _beat_by_beat: "the hands move on within a beat as well: do not round the beats",
        _cosines_first: "the sines come first, then the cosines",
        _by_period: "the sines of all periods come first, then all cosines",
        _turned: "a row for each step: yours are the other way round",
        _shares: "return sine and cosine of the angles: a share jumps from 1 back to 0, where the "
        "music goes on without a jump",
        _angles: "return sine and cosine of the angles: an angle grows without end, and a model "
        "meets numbers that it has never seen",
        _only_sines: "a sine is the same twice in a turn: the cosines tell the two places apart",
        _sorted: "keep the order of the periods",
        _backwards: "the hands turn the other way: angles grow with time",
        _stretched: "step t is at t / step_rate seconds: linspace puts the last step at the end",
        _ticks: "the clock shows the time at every step, not only where a beat begins",
    },
    forbidden=("refimpl.text_to_music.beat_clock.beat_phases",),
)
