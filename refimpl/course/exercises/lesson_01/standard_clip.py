"""Exercise 1.5: bringing every clip into one form, the first step of the pipeline."""

from collections.abc import Callable

import numpy as np

from refimpl.course.comparing import Results
from refimpl.course.exercise import Exercise, Inputs


def standard_clip(audio: np.ndarray, n_samples: int) -> np.ndarray:
    """Cut or pad audio at its end to a length, and scale its largest sample to 1 or -1."""
    clip = np.zeros(n_samples)
    n_kept = min(n_samples, len(audio))
    clip[:n_kept] = audio[:n_kept]
    peak = np.abs(clip).max()
    return clip / peak if peak > 0 else clip


def _clips(rng: np.random.Generator) -> Inputs:
    n_samples = int(rng.integers(20, 40))
    longer = rng.uniform(-0.5, 0.4, size=2 * n_samples)
    longer[1] = -0.6  # the largest of what is kept is negative,
    longer[-1] = 0.9  # and the largest of all is cut off
    return {
        "longer": longer,
        "shorter": rng.uniform(-0.6, 0.3, size=n_samples - int(rng.integers(5, 15))),
        "silent": np.zeros(n_samples + 3),
        "n_samples": n_samples,
    }


def _run(function: Callable, inputs: Inputs) -> Results:
    n_samples = inputs["n_samples"]
    return {f"the {name} clip": function(inputs[name], n_samples) for name in _KINDS}


_KINDS = ("longer", "shorter", "silent")


def _no_guard_for_silence(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = standard_clip(audio, n_samples)
    return clip if np.any(clip) else clip * np.nan


def _largest_positive(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = _never_scale(audio, n_samples)
    return clip / clip.max() if clip.max() > 0 else clip


def _scale_before_cutting(audio: np.ndarray, n_samples: int) -> np.ndarray:
    peak = np.abs(audio).max()
    n_kept = min(n_samples, len(audio))
    clip = np.zeros(n_samples)
    clip[:n_kept] = audio[:n_kept] / (peak or 1)
    return clip


def _pad_in_front(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = standard_clip(audio, n_samples)
    return np.roll(clip, max(0, n_samples - len(audio)))


def _keep_the_end(audio: np.ndarray, n_samples: int) -> np.ndarray:
    return standard_clip(audio[-n_samples:], n_samples)


def _repeat_instead_of_padding(audio: np.ndarray, n_samples: int) -> np.ndarray:
    return standard_clip(np.resize(audio, max(len(audio), n_samples)), n_samples)


def _never_scale(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = np.zeros(n_samples)
    n_kept = min(n_samples, len(audio))
    clip[:n_kept] = audio[:n_kept]
    return clip


def _leave_headroom(audio: np.ndarray, n_samples: int) -> np.ndarray:
    return 0.95 * standard_clip(audio, n_samples)


EXERCISE = Exercise(
    id="1.5",
    title="One form for every clip",
    function="standard_clip",
    points=5,
    minutes=15,
    difficulty=2,
    inputs=_clips,
    run=_run,
    reference=standard_clip,
    misconceptions={
        _no_guard_for_silence: "silence has a peak of 0: leave it as it is",
        _largest_positive: "the largest sample may be negative: take the absolute value first",
        _scale_before_cutting: "cut first: the peak may lie in what is cut off",
        _pad_in_front: "the zeros go to the end",
        _keep_the_end: "keep the beginning of a longer clip",
        _repeat_instead_of_padding: "pad with zeros, do not repeat the sound",
        _leave_headroom: "here the farthest sample becomes 1 or -1; 0.95 is what standardise takes",
        _never_scale: "the peak is to be 1 in the end",
    },
    forbidden=("refimpl.audio.standardise", "librosa.util.fix_length", "librosa.util.normalize"),
)
