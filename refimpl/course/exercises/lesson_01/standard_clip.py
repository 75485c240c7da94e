"""Exercise 1.5: bringing every clip into one form, the first step of the pipeline."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def standard_clip(audio: np.ndarray, n_samples: int) -> np.ndarray:
    """Cut or pad audio at its end to a length, and scale its largest sample to 1 or -1."""
    clip = np.zeros(n_samples)
    n_kept = min(n_samples, len(audio))
    clip[:n_kept] = audio[:n_kept]
    peak = np.abs(clip).max()
    return clip / peak if peak > 0 else clip


def _a_clip(rng: np.random.Generator) -> Inputs:
    n_samples = int(rng.integers(20, 40))
    if rng.random() < 0.5:
        audio = rng.uniform(-0.6, 0.3, size=n_samples - int(rng.integers(5, 15)))
    else:
        audio = rng.uniform(-0.5, 0.4, size=2 * n_samples)
        audio[-1] = 0.9  # the largest of all is cut off
    audio[1] = -0.6  # the largest of what is kept is negative
    return {"audio": audio, "n_samples": n_samples}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    n = int(rng.integers(10, 20))
    audio = rng.uniform(-0.5, 0.4, size=n)
    audio[2] = -0.6
    late = np.concatenate([np.zeros(n), audio])
    pcm = np.round(30_000 * audio).astype(np.int16)
    pcm[3] = -32_768  # whose absolute value no 16-bit integer can hold
    return {
        "a clip that is longer than wanted": {
            "audio": np.append(audio, rng.uniform(0.7, 0.9, size=5)),
            "n_samples": n,
        },
        "a clip that is shorter than wanted": {"audio": audio, "n_samples": n + 7},
        "a clip of just the right length": {"audio": audio, "n_samples": n},
        "silence": {"audio": np.zeros(n), "n_samples": n - 2},
        "a clip that begins with silence longer than what is kept": {
            "audio": late,
            "n_samples": n - 1,
        },
        "a clip that begins with silence": {"audio": late, "n_samples": n + 4},
        "an empty clip": {"audio": np.zeros(0), "n_samples": n},
        "one sample wanted": {"audio": audio, "n_samples": 1},
        "a clip that is very soft": {"audio": 1e-6 * audio, "n_samples": n},
        "a clip that goes beyond full scale": {"audio": 5 * audio, "n_samples": n + 1},
        "a clip that is at full scale already": {"audio": audio / 0.6, "n_samples": n},
        "samples that are integers": {"audio": pcm, "n_samples": n - 1},
        "samples of type float32": {"audio": audio.astype(np.float32), "n_samples": n + 2},
    }


def _no_guard_for_silence(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = standard_clip(audio, n_samples)
    return clip if np.any(clip) else clip * np.nan


def _guard_before_cutting(audio: np.ndarray, n_samples: int) -> np.ndarray:
    return _no_guard_for_silence(audio, n_samples) if np.any(audio) else np.zeros(n_samples)


def _integers_kept(audio: np.ndarray, n_samples: int) -> np.ndarray:
    return standard_clip(audio, n_samples).astype(audio.dtype)


def _largest_positive(audio: np.ndarray, n_samples: int) -> np.ndarray:
    clip = _never_scale(audio, n_samples)
    return clip / clip.max() if clip.max() > 0 else clip


def _scale_before_cutting(audio: np.ndarray, n_samples: int) -> np.ndarray:
    peak = np.abs(audio.astype(float)).max(initial=0)
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
    inputs=_a_clip,
    edges=_edges,
    reference=standard_clip,
    misconceptions={
        _no_guard_for_silence: "silence has a peak of 0: return it as it is",
        _guard_before_cutting: "test for silence after you cut: "
        "what is kept may be silent where the whole clip is not",
        _integers_kept: "return floating point: between -1 and 1 there is only one whole number",
        _largest_positive: "the largest sample may be negative: take absolute values first",
        _scale_before_cutting: "cut first: the peak may be in the part that is cut off",
        _pad_in_front: "add the zeros at the end",
        _keep_the_end: "keep the beginning of a longer clip",
        _repeat_instead_of_padding: "pad with zeros; do not repeat the sound",
        _leave_headroom: "here the peak becomes 1 or -1; 0.95 is the level of standardise",
        _never_scale: "scale the clip so that its peak is 1",
    },
    forbidden=("refimpl.audio.standardise", "librosa.util.fix_length", "librosa.util.normalize"),
)
