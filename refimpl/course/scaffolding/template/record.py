"""Exercise 0.1: how loud a sound is, frame by frame."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def frame_levels(audio: np.ndarray, frame_length: int) -> np.ndarray:
    """RMS of each whole frame of audio `(n_samples,)`, as `(n_frames,)`."""
    n_frames = len(audio) // frame_length
    frames = audio[: n_frames * frame_length].reshape(n_frames, frame_length)
    return np.sqrt(np.mean(frames**2, axis=1))


# Draw what tells wrong answers from right ones: here frames of different levels, around something
# else than 0, and samples left over at the end.
def _audio_and_length(rng: np.random.Generator) -> Inputs:
    frame_length, n_frames = int(rng.integers(5, 9)), int(rng.integers(10, 14))
    n_samples = n_frames * frame_length + int(rng.integers(1, frame_length))
    audio = rng.uniform(-0.5, 0.9, size=n_samples) * np.linspace(0.2, 1, n_samples)
    return {"audio": audio, "frame_length": frame_length}


# All that the docstring allows and that is out of the ordinary: every check visits all of it.
def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    audio = rng.uniform(-0.5, 0.9, size=6)
    return {
        "a sound shorter than a frame": {"audio": audio, "frame_length": 7},
        "exactly one frame": {"audio": audio, "frame_length": 6},
        "frames of one sample": {"audio": audio, "frame_length": 1},
        "silence": {"audio": np.zeros(6), "frame_length": 3},
    }


def _forget_the_root(audio: np.ndarray, frame_length: int) -> np.ndarray:
    return frame_levels(audio, frame_length) ** 2


def _forget_the_mean(audio: np.ndarray, frame_length: int) -> np.ndarray:
    return frame_levels(audio, frame_length) * np.sqrt(frame_length)


def _mean_of_absolute_values(audio: np.ndarray, frame_length: int) -> np.ndarray:
    n_frames = len(audio) // frame_length
    frames = audio[: n_frames * frame_length].reshape(n_frames, frame_length)
    return np.abs(frames).mean(axis=1)


def _take_the_peak(audio: np.ndarray, frame_length: int) -> np.ndarray:
    n_frames = len(audio) // frame_length
    return np.abs(audio[: n_frames * frame_length].reshape(n_frames, frame_length)).max(axis=1)


def _keep_the_rest(audio: np.ndarray, frame_length: int) -> np.ndarray:
    missing = -len(audio) % frame_length
    return frame_levels(np.append(audio, np.zeros(missing)), frame_length)


def _frames_as_columns(audio: np.ndarray, frame_length: int) -> np.ndarray:
    n_frames = len(audio) // frame_length
    frames = audio[: n_frames * frame_length].reshape(frame_length, n_frames)
    return np.sqrt(np.mean(frames**2, axis=0))


EXERCISE = Exercise(
    id="0.1",
    title="Levels of frames",
    function="frame_levels",
    points=4,
    minutes=10,
    difficulty=2,
    inputs=_audio_and_length,
    edges=_edges,
    reference=frame_levels,
    misconceptions={
        _forget_the_root: "RMS is the *root* of the mean square",
        _forget_the_mean: "divide the sum of the squares by how many there are",
        _mean_of_absolute_values: "square the samples; their absolute values make another mean",
        _take_the_peak: "the largest sample is the peak; all samples of a frame count for its RMS",
        _keep_the_rest: "leave the samples out that do not fill a frame",
        _frames_as_columns: "the samples of a frame lie side by side: reshape to rows of them",
    },
)
