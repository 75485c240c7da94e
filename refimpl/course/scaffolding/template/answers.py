"""Answers to exercise 0.1, as learners give them."""

import numpy as np


def cut(audio, frame_length):
    n_frames = len(audio) // frame_length
    return audio[: n_frames * frame_length].reshape(n_frames, frame_length)


def takes_no_root(audio, frame_length):
    return (cut(audio, frame_length) ** 2).mean(axis=1)


def takes_no_mean(audio, frame_length):
    return np.sqrt((cut(audio, frame_length) ** 2).sum(axis=1))


def averages_absolute_values(audio, frame_length):
    return np.abs(cut(audio, frame_length)).mean(axis=1)


def takes_the_loudest_sample(audio, frame_length):
    return np.abs(cut(audio, frame_length)).max(axis=1)


def pads_the_last_frame(audio, frame_length):
    padded = np.pad(audio, (0, -len(audio) % frame_length))
    return np.sqrt((cut(padded, frame_length) ** 2).mean(axis=1))


def reads_frames_down_the_columns(audio, frame_length):
    n_frames = len(audio) // frame_length
    frames = audio[: n_frames * frame_length].reshape(-1, n_frames)
    return np.sqrt((frames**2).mean(axis=0))


def squares_in_place(audio, frame_length):
    audio *= audio
    return np.sqrt(cut(audio, frame_length).mean(axis=1))


# Each with words of the message that it gets.
WRONG = {
    takes_no_root: "*root* of the mean square",
    takes_no_mean: "by how many there are",
    averages_absolute_values: "make another mean",
    takes_the_loudest_sample: "is the peak",
    pads_the_last_frame: "do not fill a frame",
    reads_frames_down_the_columns: "lie side by side",
    squares_in_place: "changed its argument in place",
}


def goes_frame_by_frame(audio, frame_length):
    starts = range(0, len(audio) - frame_length + 1, frame_length)
    frames = [audio[start : start + frame_length] for start in starts]
    return [float(np.sqrt(np.mean(np.square(frame)))) for frame in frames]


def measures_lengths(audio, frame_length):
    return np.linalg.norm(cut(audio, frame_length), axis=1) / np.sqrt(frame_length)


# Written differently from the reference, and from each other.
RIGHT = [goes_frame_by_frame, measures_lengths]
