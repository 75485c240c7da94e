"""Answers to exercise 10.1, as learners give them."""

import numpy as np


def windows(notes, length):
    return [notes[i : i + length] for i in range(len(notes) - length + 1)]


def heard(run, earlier):
    return any(np.array_equal(run, one) for one in earlier)


def mean_of(found):
    return sum(found) / len(found) if found else 0.0


def over(runs, length, later=0):
    found = []
    for i, run in enumerate(runs):
        found.append(heard(run, runs[: max(0, i - length + 1 - later)]))
    return mean_of(found)


def compares_pitches(notes, length):
    return over(windows(notes[:, 0], length), length)


def compares_rhythms(notes, length):
    return over(windows(notes[:, 1], length), length)


def compares_melodic_steps(notes, length):
    runs = windows(notes, length)
    return over([run - np.array([run[0, 0], 0]) for run in runs], length)


def counts_the_first_time_too(notes, length):
    runs = windows(notes, length)
    return mean_of([sum(np.array_equal(run, one) for one in runs) >= 2 for run in runs])


def finds_each_run_in_itself(notes, length):
    runs = windows(notes, length)
    return mean_of([heard(run, runs) for run in runs])


def counts_kinds_of_runs(notes, length):
    counts = {}
    for run in windows(notes, length):
        key = run.tobytes()
        counts[key] = counts.get(key, 0) + 1
    return mean_of([n > 1 for n in counts.values()])


def counts_every_match(notes, length):
    runs = windows(notes, length)
    matches = 0
    for i in range(len(runs)):
        for j in range(i - length + 1):
            matches += np.array_equal(runs[i], runs[j])
    return matches / len(runs) if runs else 0.0


def divides_by_notes(notes, length):
    runs = windows(notes, length)
    found = over(runs, length) * len(runs)
    return found / len(notes) if len(notes) else 0.0


def stops_one_run_early(notes, length):
    return over([notes[i : i + length] for i in range(len(notes) - length)], length)


def cuts_into_blocks(notes, length):
    runs = windows(notes, length)[::length]
    return mean_of([heard(run, runs[:i]) for i, run in enumerate(runs)])


def counts_a_run_that_still_sounds(notes, length):
    runs = windows(notes, length)
    return mean_of([heard(run, runs[:i]) for i, run in enumerate(runs)])


def slices_up_to_a_negative_end(notes, length):
    runs = [run.tolist() for run in windows(notes, length)]
    return mean_of([runs[i] in runs[: i - length + 1] for i in range(len(runs))])


def looks_at_what_comes_later(notes, length):
    runs = windows(notes, length)
    return mean_of([heard(run, runs[i + length :]) for i, run in enumerate(runs)])


def leaves_a_note_between(notes, length):
    return over(windows(notes, length), length, later=1)


def looks_one_run_back(notes, length):
    runs = windows(notes, length)
    found = [i >= length and np.array_equal(runs[i], runs[i - length]) for i in range(len(runs))]
    return mean_of(found)


def sorts_the_notes(notes, length):
    return over([np.array(sorted(run.tolist())) for run in windows(notes, length)], length)


def takes_runs_of_one_more(notes, length):
    return over([notes[i : i + length + 1] for i in range(len(notes) - length)], length)


def counts_what_is_new(notes, length):
    return 1.0 - over(windows(notes, length), length)


def gives_percent(notes, length):
    return 100 * over(windows(notes, length), length)


def divides_by_nothing(notes, length):
    runs = windows(notes, length)
    found = over(runs, length) * len(runs)
    return np.float64(found) / max(len(runs), 1) if len(notes) > 0 else None


WRONG = {
    compares_pitches: "the durations have to be the same",
    compares_rhythms: "the pitches have to be the same",
    compares_melodic_steps: "a phrase in another key is no return",
    counts_the_first_time_too: "nothing has returned yet",
    finds_each_run_in_itself: "not a return of itself",
    counts_kinds_of_runs: "not every different run once",
    counts_every_match: "ask whether, not how often",
    divides_by_notes: "divide by the number of runs",
    stops_one_run_early: "the last run is missing",
    cuts_into_blocks: "a run begins at every note",
    counts_a_run_that_still_sounds: "the earlier run has to be over",
    slices_up_to_a_negative_end: "go no lower than 0",
    looks_at_what_comes_later: "not whether it comes again later",
    leaves_a_note_between: "the very note that follows",
    looks_one_run_back: "not only with the one just before",
    sorts_the_notes: "in another order",
    takes_runs_of_one_more: "one note too long",
    counts_what_is_new: "has not been heard before",
    gives_percent: "not percent",
    divides_by_nothing: "at an edge that the docstring allows: no notes",
}


def remembers_the_first_time(notes, length):
    first, n_returns, n_runs = {}, 0, 0
    for i in range(len(notes) - length + 1):
        key = notes[i : i + length].tobytes()
        n_returns += i - first.setdefault(key, i) >= length
        n_runs += 1
    return n_returns / n_runs if n_runs else 0.0


def compares_all_with_all(notes, length):
    n_runs = len(notes) - length + 1
    if n_runs < 1:
        return 0
    places = np.arange(n_runs)[:, None] + np.arange(length)
    runs = notes[places].reshape(n_runs, -1)
    same = (runs[:, None] == runs).all(axis=-1)
    return np.tril(same, -length).any(axis=1).mean()


def looks_at_each_earlier_run(notes, length):
    return over(windows(notes, length), length)


RIGHT = [remembers_the_first_time, compares_all_with_all, looks_at_each_earlier_run]

ACCEPTED = {"return -0.0": "0 and -0 are the same share"}
