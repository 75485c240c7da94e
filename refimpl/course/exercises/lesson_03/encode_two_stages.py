"""Exercise 3.6: residual quantization, as the tokenizer does it."""

import numpy as np

from refimpl.codecs import nearest
from refimpl.course.exercise import Exercise, Inputs


def encode_two_stages(frames: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Write each frame as a code of the first stage and a code for its residual.

    There is at least one frame; stages have one centroid or more; arrays are floats.
    """
    coarse = nearest(frames, first)
    fine = nearest(frames - first[coarse], second)
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


def _frames_and_stages(rng: np.random.Generator) -> Inputs:
    n_bands, n_first = int(rng.integers(3, 6)), int(rng.integers(5, 8))
    first = rng.normal(0.5, 2.0, size=(n_first, n_bands))
    # Wide enough to reach to either side, and never as many as in the first stage.
    second = rng.normal(0.2, 0.8, size=(n_first + int(rng.integers(2, 5)), n_bands))
    frames = first[rng.integers(0, n_first, size=30)] + rng.normal(0, 0.9, size=(30, n_bands))
    return {"frames": frames, "first": first, "second": second}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    def case(n_frames: int, n_bands: int, n_first: int, n_second: int) -> Inputs:
        return {
            "frames": rng.normal(0, 2, size=(n_frames, n_bands)),
            "first": rng.normal(0, 2, size=(n_first, n_bands)),
            "second": rng.normal(0.2, 0.8, size=(n_second, n_bands)),
        }

    usual = case(12, 4, 5, 7)
    far = usual["first"].copy()
    far[-1] = 50.0
    return {
        "one frame": case(1, 4, 5, 7),
        "one band": case(12, 1, 5, 7),
        "a first stage with one centroid": case(12, 4, 1, 7),
        "a second stage with one centroid": case(12, 4, 5, 1),
        "a second stage smaller than the first": case(12, 4, 7, 3),
        "a last code of the first stage that no frame chooses": usual | {"first": far},
        "frames that are centroids, so that nothing is left over": usual
        | {"frames": usual["first"][rng.integers(0, 5, 12)]},
        "float32": {name: array.astype(np.float32) for name, array in usual.items()},
    }


def _stages(frames: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2) - [0, len(first)]


def _with(frames, first, second, fine: np.ndarray) -> np.ndarray:
    coarse = nearest(frames, first)
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


def _frames_twice(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(frames, second))


def _residual_upside_down(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(first[nearest(frames, first)] - frames, second))


def _centroids_again(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(first[nearest(frames, first)], second))


def _no_offset(frames, first, second) -> np.ndarray:
    return _stages(frames, first, second).reshape(-1)


def _offset_by_the_second(frames, first, second) -> np.ndarray:
    return (_stages(frames, first, second) + [0, len(second)]).reshape(-1)


def _stage_after_stage(frames, first, second) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2).T.reshape(-1)


def _rows_of_two(frames, first, second) -> np.ndarray:
    return encode_two_stages(frames, first, second).reshape(-1, 2)


def _residual_added(frames, first, second) -> np.ndarray:
    return _with(frames, first, second, nearest(frames + first[nearest(frames, first)], second))


def _largest_first_id(frames, first, second) -> np.ndarray:
    offset = nearest(frames, first).max() + 1
    return (_stages(frames, first, second) + [0, offset]).reshape(-1)


def _best_pair(frames, first, second) -> np.ndarray:
    sums = (first[:, None] + second).reshape(-1, first.shape[1])
    coarse, fine = np.divmod(nearest(frames, sums), len(second))
    return np.stack([coarse, len(first) + fine], axis=1).reshape(-1)


EXERCISE = Exercise(
    id="3.6",
    title="Two residual stages",
    function="encode_two_stages",
    points=5,
    minutes=15,
    difficulty=4,
    inputs=_frames_and_stages,
    edges=_edges,
    reference=encode_two_stages,
    misconceptions={
        _frames_twice: "the second stage quantizes the residual: what the first stage left over",
        _residual_upside_down: "the residual is the frame minus its centroid, in that order",
        _centroids_again: "the residual is the frame minus its centroid, not the centroid",
        _residual_added: "subtract the centroid of the first stage from the frame, do not add it",
        _no_offset: "second-stage ids start at len(first), so that each id shows its stage",
        _offset_by_the_second: "the first stage has len(first) ids: the second starts after them",
        _largest_first_id: "the offset is len(first), whether or not the last code was chosen",
        _stage_after_stage: "the two ids of a frame come one after the other, frame after frame",
        _rows_of_two: "return one flat row of ids, frame after frame: reshape(-1)",
        _best_pair: "the first stage takes its nearest centroid; it does not look ahead",
    },
    forbidden=("refimpl.codecs.Codebook",),
)
