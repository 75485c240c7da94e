"""Exercise 9.5: what is left of a sound as its melody, one pitch class a frame."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs

N_CLASSES = 12
REST = -1


def strongest_classes(
    power: np.ndarray, hertz: np.ndarray, lowest: float, quiet_db: float
) -> np.ndarray:
    """Give each frame's strongest pitch class, 0 for C, and -1 for a frame that is too quiet.

    There is at least one frame and one bin from the lowest frequency on, which is above 0. No
    two classes of a frame that sounds are equally strong, and no bin lies between two semitones.
    """
    heard = hertz >= lowest
    classes = np.round(69 + 12 * np.log2(hertz[heard] / 440)).astype(int) % N_CLASSES
    chroma = power[:, heard] @ np.eye(N_CLASSES)[classes]
    level = chroma.sum(axis=1)
    sounds = (level > 0) & (level >= level.max() * 10 ** (-quiet_db / 10))
    return np.where(sounds, chroma.argmax(axis=1), REST)


def _bins(rng: np.random.Generator, n_bins: int = 48) -> np.ndarray:
    """The frequencies of bins, evenly spread from 0 on, none of them between two semitones."""
    while True:
        hertz = np.arange(n_bins) * rng.uniform(25, 45)
        places = 12 * np.log2(hertz[1:] / 440)
        if np.abs(places - np.floor(places) - 0.5).min() > 0.01:
            return hertz


def _power(rng: np.random.Generator, n_frames: int, hertz: np.ndarray) -> np.ndarray:
    """Some noise in all bins, and in each frame one that is strong and one that is less so."""
    n_bins = len(hertz)
    power = rng.exponential(0.3, size=(n_frames, n_bins))
    for frame in power:
        strong = rng.choice(np.arange(5, n_bins), 3, replace=False)
        frame[strong] += rng.uniform([4, 3, 2], [5, 4, 3])
    power[:, 1:4] += rng.uniform(5, 8, size=(n_frames, 3))  # a bass, louder than the melody
    quiet = rng.choice(n_frames, max(1, n_frames // 3), replace=False)
    power[quiet] *= 10.0 ** -rng.uniform(2.4, 3.2)
    return power


def _usual(rng: np.random.Generator) -> Inputs:
    hertz = _bins(rng)
    lowest = float((hertz[4] + hertz[5]) / 2)
    power = _power(rng, int(rng.integers(12, 18)), hertz)
    # Levels from -18 to 0 dB in the other frames, and a threshold among them.
    power *= 10.0 ** -rng.uniform(0, 1.8, size=(len(power), 1))
    return {"power": power, "hertz": hertz, "lowest": lowest, "quiet_db": float(rng.uniform(9, 14))}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    hertz = _bins(rng)
    power = _power(rng, 8, hertz)
    usual = {"power": power, "hertz": hertz, "lowest": float(hertz[5]), "quiet_db": 20.0}
    only_bass = power.copy()
    only_bass[2, 5:] = 0.0
    on_the_bound = np.zeros((3, len(hertz)))
    on_the_bound[:, 5], on_the_bound[:, 6:] = 3.0, 0.01
    loudest = power[power[:, 5:].sum(axis=1).argmax()]
    below = np.array([0.0, 11.9, 12.1])  # dB
    near_the_bound = loudest * 10.0 ** (-below[:, None] / 10)
    silent = power.copy()
    silent[[0, 3]] = 0.0
    return {
        "a bin at the lowest frequency": usual | {"power": on_the_bound},
        "a little above and below the bound": usual | {"power": near_the_bound, "quiet_db": 12.0},
        "one frame": usual | {"power": power[:1]},
        "one bin": {
            "power": np.array([[1.0], [0.5]]),
            "hertz": np.array([440.0]),
            "lowest": 100.0,
            "quiet_db": 20.0,
        },
        "a frame with nothing but bass": usual | {"power": only_bass},
        "silent frames": usual | {"power": silent},
        "nothing but silence": usual | {"power": np.zeros_like(power)},
        "as loud as the loudest, or a rest": usual | {"quiet_db": 0.0},
        "a lowest frequency that leaves nothing out but 0 Hz": usual | {"lowest": float(hertz[1])},
        "as many frames as bins": usual | {"power": _power(rng, len(hertz), hertz)},
        "the same, very softly": usual | {"power": 1e-9 * power},
        "the twelve notes from middle C up": {
            "power": np.eye(12),
            "hertz": 440 * 2 ** (np.arange(-9, 3) / 12),
            "lowest": 200.0,
            "quiet_db": 20.0,
        },
    }


def _chroma(power, hertz, lowest, number=None):
    heard = hertz >= lowest
    numbers = 69 + 12 * np.log2(hertz[heard] / 440) if number is None else number(hertz[heard])
    return power[:, heard] @ np.eye(N_CLASSES)[np.round(numbers).astype(int) % N_CLASSES]


def _chosen(chroma, quiet_db, level=None, rest=REST):
    level = chroma.sum(axis=1) if level is None else level
    sounds = (level > 0) & (level >= level.max() * 10 ** (-quiet_db / 10))
    return np.where(sounds, chroma.argmax(axis=1), rest)


def _with_the_bass(power, hertz, lowest, quiet_db):
    return strongest_classes(power, hertz, float(hertz[hertz > 0].min()), quiet_db)


def _above_the_lowest(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, np.nextafter(lowest, np.inf))
    return _chosen(chroma, quiet_db)


def _below_the_lowest(power, hertz, lowest, quiet_db):
    low = (hertz > 0) & (hertz <= lowest)
    return _chosen(_chroma(power[:, low], hertz[low], 0.0), quiet_db)


def _strongest_bin(power, hertz, lowest, quiet_db):
    heard = hertz >= lowest
    classes = np.round(69 + 12 * np.log2(hertz[heard] / 440)).astype(int) % N_CLASSES
    right = strongest_classes(power, hertz, lowest, quiet_db)
    return np.where(right == REST, REST, classes[power[:, heard].argmax(axis=1)])


def _never_rests(power, hertz, lowest, quiet_db):
    return _chroma(power, hertz, lowest).argmax(axis=1)


def _rest_is_12(power, hertz, lowest, quiet_db):
    return _chosen(_chroma(power, hertz, lowest), quiet_db, rest=12)


def _rest_is_0(power, hertz, lowest, quiet_db):
    return _chosen(_chroma(power, hertz, lowest), quiet_db, rest=0)


def _counted_from_a(power, hertz, lowest, quiet_db):
    return _chosen(_chroma(power, hertz, lowest, lambda f: 12 * np.log2(f / 440)), quiet_db)


def _from_one(power, hertz, lowest, quiet_db):
    right = strongest_classes(power, hertz, lowest, quiet_db)
    return np.where(right == REST, REST, right + 1)


def _rounded_down(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest, lambda f: np.floor(69 + 12 * np.log2(f / 440)))
    return _chosen(chroma, quiet_db)


def _log_10(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest, lambda f: 69 + 12 * np.log10(f / 440))
    return _chosen(chroma, quiet_db)


def _natural_log(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest, lambda f: 69 + 12 * np.log(f / 440))
    return _chosen(chroma, quiet_db)


def _seven_notes(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest, lambda f: 69 + 7 * np.log2(f / 440))
    return _chosen(chroma, quiet_db)


def _evenly_in_hertz(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest, lambda f: 12 * f / 440)
    return _chosen(chroma, quiet_db)


def _twenty(power, hertz, lowest, quiet_db):
    return strongest_classes(power, hertz, lowest, quiet_db / 2)


def _squared(power, hertz, lowest, quiet_db):
    return strongest_classes(np.square(power), hertz, lowest, quiet_db)


def _rooted(power, hertz, lowest, quiet_db):
    return strongest_classes(np.sqrt(power), hertz, lowest, quiet_db)


def _loudest_class(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    return _chosen(chroma, quiet_db, chroma.max(axis=1))


def _level_of_all(power, hertz, lowest, quiet_db):
    return _chosen(_chroma(power, hertz, lowest), quiet_db, power.sum(axis=1))


def _averaged(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    n_bins = _chroma(np.ones((1, len(hertz))), hertz, lowest)[0]
    right = strongest_classes(power, hertz, lowest, quiet_db)
    return np.where(right == REST, REST, (chroma / np.maximum(n_bins, 1)).argmax(axis=1))


def _against_the_mean(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    level = chroma.sum(axis=1)
    sounds = (level > 0) & (level >= level.mean() * 10 ** (-quiet_db / 10))
    return np.where(sounds, chroma.argmax(axis=1), REST)


def _turned_round(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    level = chroma.sum(axis=1)
    loud = level >= level.max() * 10 ** (-quiet_db / 10)
    return np.where(loud, REST, chroma.argmax(axis=1))


def _weakest(power, hertz, lowest, quiet_db):
    right = strongest_classes(power, hertz, lowest, quiet_db)
    return np.where(right == REST, REST, _chroma(power, hertz, lowest).argmin(axis=1))


def _keeps_the_chroma(power, hertz, lowest, quiet_db):
    return _chroma(power, hertz, lowest)


def _note_numbers(power, hertz, lowest, quiet_db):
    heard = hertz >= lowest
    numbers = np.round(69 + 12 * np.log2(hertz[heard] / 440)).astype(int)
    right = strongest_classes(power, hertz, lowest, quiet_db)
    return np.where(right == REST, REST, numbers[power[:, heard].argmax(axis=1)])


def _one_for_all(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    return np.full(len(power), chroma.sum(axis=0).argmax())


def _silence_sounds(power, hertz, lowest, quiet_db):
    chroma = _chroma(power, hertz, lowest)
    level = chroma.sum(axis=1)
    return np.where(level >= level.max() * 10 ** (-quiet_db / 10), chroma.argmax(axis=1), REST)


EXERCISE = Exercise(
    id="9.5",
    title="A melody's bottleneck",
    function="strongest_classes",
    points=5,
    minutes=22,
    difficulty=4,
    inputs=_usual,
    edges=_edges,
    reference=strongest_classes,
    misconceptions={
        _with_the_bass: "leave out the bins below the lowest frequency: a bass would drown the "
        "melody",
        _above_the_lowest: "a bin at the lowest frequency itself counts",
        _below_the_lowest: "keep the bins from the lowest frequency on, not those below it",
        _strongest_bin: "add up all bins of a class first: the strongest bin may belong to another "
        "class than the strongest sum",
        _never_rests: "a frame that is too quiet is a rest: it gets -1",
        _rest_is_12: "a rest is -1 here, not 12",
        _rest_is_0: "0 is a C: a rest is -1",
        _counted_from_a: "class 0 is C: yours counts from A, which is 9",
        _from_one: "count the classes from 0, C, to 11, B",
        _rounded_down: "take the nearest semitone: round, do not cut",
        _log_10: "an octave is a factor of 2: take the logarithm to the base of 2",
        _natural_log: "an octave is a factor of 2: take the logarithm to the base of 2, not the "
        "natural one",
        _seven_notes: "an octave has 12 semitones",
        _evenly_in_hertz: "semitones are equal ratios of frequencies, not equal differences: take "
        "a logarithm",
        _twenty: "these are powers already: decibels are 10 times their logarithm, not 20 times",
        _squared: "these are powers already: square nothing",
        _rooted: "add up powers, not their roots",
        _loudest_class: "a frame's level is the sum of all its classes, not the strongest of them",
        _level_of_all: "a frame's level counts the bins from the lowest frequency on, without the "
        "bass",
        _averaged: "add up the bins of a class: no mean over them",
        _against_the_mean: "compare a frame's level with that of the loudest frame, not with the "
        "mean or a fixed number",
        _turned_round: "it is the quiet frames that are rests",
        _weakest: "the strongest class, not the weakest",
        _keeps_the_chroma: "one class a frame: all other numbers have to go, that is the "
        "bottleneck",
        _note_numbers: "return the class from 0 to 11, without the octave",
        _one_for_all: "each frame has its own class",
        _silence_sounds: "where nothing sounds at all, the loudest frame is silent as well: power "
        "0 is always a rest",
    },
    forbidden=("refimpl.conditioning.melody_classes",),
)
