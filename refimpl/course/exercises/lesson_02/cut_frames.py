"""Exercise 2.2: cutting a waveform into the overlapping frames of a spectrogram."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def cut_frames(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Frames of n_fft samples, frame i centred on sample i * hop_length."""
    starts = hop_length * np.arange(1 + len(audio) // hop_length)
    return _cut(np.pad(audio, n_fft // 2), starts, n_fft)


def _cut(audio: np.ndarray, starts: np.ndarray, n_fft: int) -> np.ndarray:
    """The n_fft samples from each start on; beyond the end there are zeros."""
    return np.pad(audio, (0, n_fft))[starts[:, None] + np.arange(n_fft)]


def _audio(rng: np.random.Generator) -> Inputs:
    hop_length = int(rng.integers(4, 8))
    # Sometimes the last frame is centred on the very end, sometimes before it.
    n_samples = hop_length * int(rng.integers(11, 17)) + int(rng.choice([0, 1, 3]))
    audio = rng.normal(size=n_samples)
    return {"audio": audio, "n_fft": int(rng.choice([18, 22, 26])), "hop_length": hop_length}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    hop_length = int(rng.integers(4, 8))
    audio = rng.normal(size=9 * hop_length)
    return {
        "a number of samples that is a multiple of the hop": {
            "audio": audio,
            "n_fft": 18,
            "hop_length": hop_length,
        },
        "one sample less than that": {"audio": audio[1:], "n_fft": 18, "hop_length": hop_length},
        "one sample": {"audio": audio[:1], "n_fft": 8, "hop_length": hop_length},
        "a waveform shorter than half a frame": {
            "audio": audio[: hop_length + 1],
            "n_fft": 40,
            "hop_length": hop_length,
        },
        "a waveform shorter than the hop": {
            "audio": audio[: hop_length - 1],
            "n_fft": 18,
            "hop_length": hop_length,
        },
        "a hop of one sample": {"audio": audio[:12], "n_fft": 6, "hop_length": 1},
        "a hop as long as a frame": {"audio": audio, "n_fft": 10, "hop_length": 10},
        "a hop longer than a frame": {"audio": audio, "n_fft": 4, "hop_length": 7},
    }


def _whole_frames_only(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return _cut(audio, np.arange(0, len(audio) - n_fft + 1, hop_length), n_fft)


def _begins_there(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return _cut(audio, hop_length * np.arange(1 + len(audio) // hop_length), n_fft)


def _no_overlap(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return cut_frames(audio, n_fft, n_fft)


def _mirrored_ends(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    starts = hop_length * np.arange(1 + len(audio) // hop_length)
    return _cut(np.pad(audio, n_fft // 2, mode="reflect"), starts, n_fft)


def _too_many_zeros(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    starts = hop_length * np.arange(1 + len(audio) // hop_length)
    return _cut(np.pad(audio, n_fft), starts, n_fft)


def _one_frame_short(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return cut_frames(audio, n_fft, hop_length)[:-1]


def _frames_in_columns(audio: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return cut_frames(audio, n_fft, hop_length).T


EXERCISE = Exercise(
    id="2.2",
    title="Cut a waveform into frames",
    function="cut_frames",
    points=4,
    minutes=12,
    difficulty=2,
    inputs=_audio,
    edges=_edges,
    reference=cut_frames,
    misconceptions={
        _whole_frames_only: "pad n_fft // 2 zeros on both sides before you cut",
        _begins_there: "sample i * hop_length is the centre of frame i, not its start",
        _no_overlap: "frames start hop_length samples apart, so they overlap",
        _mirrored_ends: "pad with zeros: nobody played the mirrored sound",
        _too_many_zeros: "pad half a frame on each side, n_fft // 2 zeros, not a whole one",
        _one_frame_short: "there are 1 + n_samples // hop_length frames: the first is number 0",
        _frames_in_columns: "one row per frame: transpose it",
    },
    forbidden=("librosa.util.frame", "refimpl.metrics.salience.frame"),
)
