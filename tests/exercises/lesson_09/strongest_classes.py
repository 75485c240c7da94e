"""Answers to exercise 9.5, as learners give them."""

import numpy as np


def class_of(hertz, base=2.0, semitones=12, offset=9):
    """The class of a frequency, counted from C: A is 9."""
    octaves = np.log(hertz / 440) / np.log(base)
    return round(semitones * octaves + offset) % 12


def chroma_of(power, hertz, lowest, find=class_of):
    out = np.zeros((len(power), 12))
    for b in range(len(hertz)):
        if hertz[b] >= lowest:
            out[:, find(hertz[b])] += power[:, b]
    return out


def loud_enough(level, quiet_db):
    loudest = level.max()
    if loudest == 0:
        return np.zeros(len(level), dtype=bool)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(level / loudest) >= -quiet_db


def with_rests(chroma, quiet_db, level=None, rest=-1):
    level = chroma.sum(axis=1) if level is None else level
    out = np.argmax(chroma, axis=1)
    out[~loud_enough(level, quiet_db)] = rest
    return out


def right(power, hertz, lowest, quiet_db):
    return with_rests(chroma_of(power, hertz, lowest), quiet_db)


def keeps_the_bass(power, hertz, lowest, quiet_db):
    return right(power, hertz, 1e-6, quiet_db)


def wants_more_than_the_lowest(power, hertz, lowest, quiet_db):
    return right(power[:, hertz > lowest], hertz[hertz > lowest], lowest, quiet_db)


def keeps_what_is_low(power, hertz, lowest, quiet_db):
    low = (hertz <= lowest) & (hertz > 0)
    return right(power[:, low], hertz[low], 0, quiet_db)


def finds_the_strongest_bin(power, hertz, lowest, quiet_db):
    rests = right(power, hertz, lowest, quiet_db) == -1
    masked = np.where(hertz >= lowest, power, -1)
    out = np.array([class_of(hertz[np.argmax(frame)]) for frame in masked])
    return np.where(rests, -1, out)


def never_rests(power, hertz, lowest, quiet_db):
    return np.argmax(chroma_of(power, hertz, lowest), axis=1)


def calls_rests_twelve(power, hertz, lowest, quiet_db):
    return with_rests(chroma_of(power, hertz, lowest), quiet_db, rest=12)


def calls_rests_zero(power, hertz, lowest, quiet_db):
    return with_rests(chroma_of(power, hertz, lowest), quiet_db, rest=0)


def counts_from_a(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest, lambda f: class_of(f, offset=0))
    return with_rests(chroma, quiet_db)


def counts_from_one(power, hertz, lowest, quiet_db):
    out = right(power, hertz, lowest, quiet_db)
    return out + (out >= 0)


def rounds_down(power, hertz, lowest, quiet_db):
    chroma = chroma_of(
        power, hertz, lowest, lambda f: int(np.floor(9 + 12 * np.log2(f / 440))) % 12
    )
    return with_rests(chroma, quiet_db)


def takes_log_10(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest, lambda f: class_of(f, base=10.0))
    return with_rests(chroma, quiet_db)


def takes_the_natural_log(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest, lambda f: class_of(f, base=np.e))
    return with_rests(chroma, quiet_db)


def divides_hertz(power, hertz, lowest, quiet_db):
    return with_rests(chroma_of(power, hertz, lowest, lambda f: round(12 * f / 440) % 12), quiet_db)


def counts_seven_notes(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest, lambda f: class_of(f, semitones=7))
    return with_rests(chroma, quiet_db)


def takes_twenty_logs(power, hertz, lowest, quiet_db):
    return right(power, hertz, lowest, quiet_db / 2)


def squares_again(power, hertz, lowest, quiet_db):
    return right(power**2, hertz, lowest, quiet_db)


def takes_roots(power, hertz, lowest, quiet_db):
    return right(power**0.5, hertz, lowest, quiet_db)


def measures_the_strongest(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest)
    return with_rests(chroma, quiet_db, np.max(chroma, axis=1))


def measures_the_bass_too(power, hertz, lowest, quiet_db):
    return with_rests(chroma_of(power, hertz, lowest), quiet_db, np.sum(power, axis=1))


def averages_bins(power, hertz, lowest, quiet_db):
    rests = right(power, hertz, lowest, quiet_db) == -1
    n_bins = chroma_of(np.ones_like(power), hertz, lowest)
    means = chroma_of(power, hertz, lowest) / np.where(n_bins == 0, 1, n_bins)
    return np.where(rests, -1, np.argmax(means, axis=1))


def compares_with_the_mean(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest)
    level = chroma.sum(axis=1)
    quiet = (level == 0) | (level < level.mean() / 10 ** (quiet_db / 10))
    return np.where(quiet, -1, np.argmax(chroma, axis=1))


def rests_when_it_is_loud(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest)
    level = chroma.sum(axis=1)
    quiet = level < level.max() / 10 ** (quiet_db / 10)
    return np.where(quiet, np.argmax(chroma, axis=1), -1)


def finds_the_weakest(power, hertz, lowest, quiet_db):
    rests = right(power, hertz, lowest, quiet_db) == -1
    return np.where(rests, -1, np.argmin(chroma_of(power, hertz, lowest), axis=1))


def keeps_all_classes(power, hertz, lowest, quiet_db):
    return chroma_of(power, hertz, lowest)


def keeps_the_octave(power, hertz, lowest, quiet_db):
    rests = right(power, hertz, lowest, quiet_db) == -1
    strongest = np.argmax(np.where(hertz >= lowest, power, -1), axis=1)
    notes = np.round(69 + 12 * np.log2(np.maximum(hertz, 1e-9) / 440)).astype(int)
    return np.where(rests, -1, notes[strongest])


def finds_one_for_the_tune(power, hertz, lowest, quiet_db):
    return [int(np.argmax(np.sum(chroma_of(power, hertz, lowest), axis=0)))] * len(power)


def hears_silence(power, hertz, lowest, quiet_db):
    chroma = chroma_of(power, hertz, lowest)
    level = chroma.sum(axis=1)
    quiet = level < level.max() / 10 ** (quiet_db / 10)
    return np.where(quiet, -1, np.argmax(chroma, axis=1))


WRONG = {
    keeps_the_bass: "a bass would drown the melody",
    wants_more_than_the_lowest: "at the lowest frequency itself counts",
    keeps_what_is_low: "not those below it",
    finds_the_strongest_bin: "add up all bins of a class first",
    never_rests: "it gets -1",
    calls_rests_twelve: "not 12",
    calls_rests_zero: "0 is a C",
    counts_from_a: "yours counts from A",
    counts_from_one: "count the classes from 0",
    rounds_down: "round, do not cut",
    takes_log_10: "an octave is a factor of 2: take the logarithm to the base of 2",
    takes_the_natural_log: "not the natural one",
    divides_hertz: "not equal differences",
    counts_seven_notes: "an octave has 12 semitones",
    takes_twenty_logs: "not 20 times",
    squares_again: "square nothing",
    takes_roots: "not their roots",
    measures_the_strongest: "not the strongest of them",
    measures_the_bass_too: "without the bass",
    averages_bins: "no mean over them",
    compares_with_the_mean: "not with the mean",
    rests_when_it_is_loud: "it is the quiet frames",
    finds_the_weakest: "not the weakest",
    keeps_all_classes: "that is the bottleneck",
    keeps_the_octave: "without the octave",
    finds_one_for_the_tune: "each frame has its own class",
    hears_silence: "power 0 is always a rest",
}


def goes_bin_by_bin(power, hertz, lowest, quiet_db):
    return right(power, hertz, lowest, quiet_db)


def adds_at(power, hertz, lowest, quiet_db):
    kept = hertz >= lowest
    notes = np.rint(12 * np.log2(hertz[kept] / 440) + 57).astype(int)
    chroma = np.zeros((12, len(power)))
    np.add.at(chroma, np.mod(notes, 12), power[:, kept].T)
    level = chroma.sum(0)
    quiet = level < level.max() * 0.1 ** (quiet_db / 10)
    return np.where(quiet | (level == 0), -1, chroma.argmax(0))


def goes_frame_by_frame(power, hertz, lowest, quiet_db):
    totals = [frame[hertz >= lowest].sum() for frame in power]
    out = []
    for frame, total in zip(power, totals, strict=True):
        sums = [0.0] * 12
        for value, f in zip(frame, hertz, strict=True):
            if f >= lowest:
                sums[class_of(f)] += value
        quiet = total == 0 or total < max(totals) / 10 ** (quiet_db / 10)
        out.append(-1 if quiet else sums.index(max(sums)))
    return out


ACCEPTED = {"level = chroma.mean(axis=1)": "both levels that are compared are divided by twelve"}
RIGHT = [goes_bin_by_bin, adds_at, goes_frame_by_frame]
