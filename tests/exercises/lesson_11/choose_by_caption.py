"""Answers to exercise 11.2, as learners give them."""

import numpy as np
import torch
import torch.nn.functional as F


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def averages_raw_captions(sounds, captions):
    means = captions.mean(axis=1)
    return np.argmax(_unit(sounds) @ _unit(means).T, axis=1)


def leaves_the_mean_short(sounds, captions):
    means = _unit(captions).mean(axis=1)
    return np.argmax(_unit(sounds) @ means.T, axis=1)


def multiplies_raw_vectors(sounds, captions):
    return np.argmax(sounds @ captions.mean(axis=1).T, axis=1)


def takes_the_best_caption(sounds, captions):
    cosines = np.stack([_unit(sounds) @ _unit(c).T for c in captions], axis=1)
    return cosines.max(axis=2).argmax(axis=1)


def reads_the_first_caption(sounds, captions):
    return np.argmax(_unit(sounds) @ _unit(captions[:, 0]).T, axis=1)


def reads_the_last_caption(sounds, captions):
    return np.argmax(_unit(sounds) @ _unit(captions[:, -1]).T, axis=1)


def takes_the_smallest(sounds, captions):
    return np.argmin(_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T, axis=1)


def finds_a_sound_for_each_choice(sounds, captions):
    return np.argmax(_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T, axis=0)


def returns_the_cosine(sounds, captions):
    return np.max(_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T, axis=1)


def counts_through_all_captions(sounds, captions):
    every = _unit(np.concatenate(list(captions)))
    return np.argmax(_unit(sounds) @ every.T, axis=1)


def averages_over_the_choices(sounds, captions):
    return np.argmax(_unit(sounds) @ _unit(_unit(captions).mean(axis=0)).T, axis=1)


def measures_distances(sounds, captions):
    means = captions.mean(axis=1)
    return np.array([np.argmin(((means - s) ** 2).sum(axis=1)) for s in sounds])


def lets_captions_vote(sounds, captions):
    chosen = [np.argmax(_unit(sounds) @ _unit(c).T, axis=1) for c in captions.swapaxes(0, 1)]
    return np.array([np.bincount(votes).argmax() for votes in np.stack(chosen, axis=1)])


def forgets_the_sign(sounds, captions):
    return np.argmax(np.abs(_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T), axis=1)


def sorts_upwards(sounds, captions):
    return np.argsort(_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T)[:, 0]


def sums_everything(sounds, captions):
    return np.argmax(sounds @ _unit(captions).sum(axis=1).T)


WRONG = {
    averages_raw_captions: "before the mean",
    leaves_the_mean_short: "normalise it too",
    multiplies_raw_vectors: "similarity is the cosine",
    takes_the_best_caption: "not the best of them",
    reads_the_first_caption: "not only the first",
    reads_the_last_caption: "not only the last",
    takes_the_smallest: "has the largest cosine",
    finds_a_sound_for_each_choice: "a choice for each sound",
    returns_the_cosine: "not how similar",
    counts_through_all_captions: "asks for the choice",
    averages_over_the_choices: "axis 1",
    measures_distances: "compare directions",
    lets_captions_vote: "do not let captions vote",
    forgets_the_sign: "do not take its size",
    sorts_upwards: "begins with the smallest",
    sums_everything: "expected",
}


def asks_pytorch(sounds, captions):
    captions = F.normalize(torch.as_tensor(captions), dim=2).sum(dim=1)
    cosines = F.cosine_similarity(torch.as_tensor(sounds)[:, None], captions[None], dim=2)
    return cosines.argmax(dim=1)


def goes_sound_by_sound(sounds, captions):
    chosen = []
    for sound in sounds:
        found = []
        for choice in captions:
            mean = sum(c / np.sqrt(c @ c) for c in choice)
            found.append(sound @ mean / np.sqrt(mean @ mean))
        chosen.append(found.index(max(found)))
    return chosen


RIGHT = [asks_pytorch, goes_sound_by_sound]
