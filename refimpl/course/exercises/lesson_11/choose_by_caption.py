"""Exercise 11.2: zero-shot classification with several captions for each choice."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def choose_by_caption(sounds: np.ndarray, captions: np.ndarray) -> np.ndarray:
    """Give for each sound the choice whose mean caption is the most similar, `(n_sounds,)`.

    There is at least one sound, choice and caption of a choice; no vector and no mean has length 0,
    and no two choices are equally similar to a sound.
    """
    means = _unit(_unit(captions).mean(axis=1))  # (n_choices, dim)
    return (_unit(sounds) @ means.T).argmax(axis=1)


def _case(rng: np.random.Generator, n=40, n_choices=5, n_captions=4, dim=3) -> Inputs:
    middles = rng.normal(size=(n_choices, 1, dim))
    captions = middles + 1.2 * rng.normal(size=(n_choices, n_captions, dim))
    captions = _unit(captions) * rng.uniform(0.2, 4, size=(n_choices, n_captions, 1))
    sounds = rng.normal(size=(n, dim)) * rng.uniform(0.2, 4, size=(n, 1))
    return {"sounds": sounds, "captions": captions}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    usual = _case(rng)
    return {
        "one sound": _case(rng, n=1),
        "one choice": _case(rng, n_choices=1),
        "two choices": _case(rng, n_choices=2),
        "one caption for each choice": _case(rng, n_captions=1),
        "as many choices as captions of each": _case(rng, n_choices=4, n_captions=4),
        "sounds unlike all captions": usual | {"sounds": -usual["captions"][0].copy()},
        "long vectors": _case(rng, dim=50),
        "very long sounds": usual | {"sounds": 1e6 * usual["sounds"]},
        "float32": {name: one.astype(np.float32) for name, one in usual.items()},
    }


def _captions_not_normalised(sounds, captions):
    return (_unit(sounds) @ _unit(captions.mean(axis=1)).T).argmax(axis=1)


def _mean_not_normalised(sounds, captions):
    return (sounds @ _unit(captions).mean(axis=1).T).argmax(axis=1)


def _nothing_normalised(sounds, captions):
    return (sounds @ captions.mean(axis=1).T).argmax(axis=1)


def _best_single_caption(sounds, captions):
    return np.einsum("nd,kcd->nkc", sounds, _unit(captions)).max(axis=2).argmax(axis=1)


def _first_caption(sounds, captions):
    return choose_by_caption(sounds, captions[:, :1])


def _last_caption(sounds, captions):
    return choose_by_caption(sounds, captions[:, -1:])


def _least_similar(sounds, captions):
    return choose_by_caption(-sounds, captions)


def _best_sound_for_each_choice(sounds, captions):
    return (_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T).argmax(axis=0)


def _similarities(sounds, captions):
    return (_unit(sounds) @ _unit(_unit(captions).mean(axis=1)).T).max(axis=1)


def _index_of_the_caption(sounds, captions):
    flat = _unit(captions).reshape(-1, captions.shape[-1])
    return (_unit(sounds) @ flat.T).argmax(axis=1)


def _mean_over_choices(sounds, captions):
    return (_unit(sounds) @ _unit(_unit(captions).mean(axis=0)).T).argmax(axis=1)


def _distances(sounds, captions):
    means = captions.mean(axis=1)
    return np.linalg.norm(sounds[:, None] - means[None], axis=2).argmin(axis=1)


def _votes(sounds, captions):
    votes = np.einsum("nd,kcd->nkc", sounds, _unit(captions)).argmax(axis=1)  # (n, n_captions)
    return np.array([np.bincount(row, minlength=len(captions)).argmax() for row in votes])


def _sizes(sounds, captions):
    means = _unit(_unit(captions).mean(axis=1))
    return np.abs(_unit(sounds) @ means.T).argmax(axis=1)


EXERCISE = Exercise(
    id="11.2",
    title="A classifier that nobody trained",
    function="choose_by_caption",
    points=3,
    minutes=12,
    difficulty=2,
    inputs=_case,
    edges=_edges,
    reference=choose_by_caption,
    misconceptions={
        _captions_not_normalised: "bring each caption's vector to length 1 before the mean, or a "
        "long one outweighs the others",
        _mean_not_normalised: "a mean of vectors of length 1 is shorter than 1: normalise it too",
        _nothing_normalised: "similarity is the cosine: bring vectors to length 1",
        _best_single_caption: "take the mean of a choice's captions, not the best of them",
        _first_caption: "use all captions of a choice, not only the first",
        _last_caption: "use all captions of a choice, not only the last",
        _least_similar: "the most similar choice has the largest cosine; argsort begins with the "
        "smallest",
        _best_sound_for_each_choice: "look for a choice for each sound: argmax along the choices",
        _similarities: "return which choice it is, not how similar",
        _index_of_the_caption: "that counts all captions: the docstring asks for the choice",
        _mean_over_choices: "axis 0 are the choices: take the mean over the captions of each, "
        "axis 1",
        _distances: "compare directions, not places: a cosine knows no lengths",
        _votes: "do not let captions vote: take their mean, then compare once",
        _sizes: "a cosine of -1 is as unlike as can be: do not take its size",
    },
)
