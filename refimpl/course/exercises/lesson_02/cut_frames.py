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
    reference=cut_frames,
    misconceptions={
        _whole_frames_only: "pad with n_fft // 2 zeros before and after, and then cut",
        _begins_there: "sample i * hop_length is to be the middle of frame i, not its beginning",
        _no_overlap: "frames begin hop_length samples apart, and so overlap",
        _mirrored_ends: "pad with zeros: mirrored sound was never played",
        _too_many_zeros: "n_fft // 2 zeros on each side: half a frame, not a whole one",
        _one_frame_short: "there are 1 + n_samples // hop_length frames: the first is number 0",
        _frames_in_columns: "one row a frame: transpose it",
    },
    forbidden=("librosa.util.frame", "refimpl.metrics.salience.frame"),
)
