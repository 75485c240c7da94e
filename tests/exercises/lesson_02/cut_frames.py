"""Answers to exercise 2.2, as learners give them."""

import numpy as np


def stack(audio, starts, n_fft):
    longer = np.pad(audio, (0, n_fft))
    return np.stack([longer[start : start + n_fft] for start in starts])


def takes_whole_frames_only(audio, n_fft, hop_length):
    return stack(audio, range(0, len(audio) - n_fft + 1, hop_length), n_fft)


def begins_frames_at_the_hop(audio, n_fft, hop_length):
    return stack(audio, range(0, len(audio) + 1, hop_length), n_fft)


def lets_nothing_overlap(audio, n_fft, hop_length):
    return stack(np.pad(audio, n_fft // 2), range(0, len(audio) + 1, n_fft), n_fft)


def mirrors_the_ends(audio, n_fft, hop_length):
    padded = np.pad(audio, n_fft // 2, mode="reflect")
    return stack(padded, range(0, len(audio) + 1, hop_length), n_fft)


def pads_a_whole_frame(audio, n_fft, hop_length):
    return stack(np.pad(audio, n_fft), range(0, len(audio) + 1, hop_length), n_fft)


def drops_the_last_frame(audio, n_fft, hop_length):
    n_frames = len(audio) // hop_length
    starts = [i * hop_length for i in range(n_frames)]
    return stack(np.pad(audio, n_fft // 2), starts, n_fft)


def puts_frames_into_columns(audio, n_fft, hop_length):
    return stack(np.pad(audio, n_fft // 2), range(0, len(audio) + 1, hop_length), n_fft).T


def pads_with_the_last_sample(audio, n_fft, hop_length):
    padded = np.pad(audio, n_fft // 2, mode="edge")
    return stack(padded, range(0, len(audio) + 1, hop_length), n_fft)


def rounds_the_number_of_frames_up(audio, n_fft, hop_length):
    n_frames = -(-len(audio) // hop_length)
    return stack(np.pad(audio, n_fft // 2), [i * hop_length for i in range(n_frames)], n_fft)


def takes_two_frames_at_least(audio, n_fft, hop_length):
    n_frames = max(2, 1 + len(audio) // hop_length)
    return stack(np.pad(audio, n_fft // 2), [i * hop_length for i in range(n_frames)], n_fft)


def lets_no_hop_be_longer_than_a_frame(audio, n_fft, hop_length):
    starts = range(0, len(audio) + 1, min(hop_length, n_fft))
    return stack(np.pad(audio, n_fft // 2), starts, n_fft)


WRONG = {
    takes_whole_frames_only: "before you cut",
    begins_frames_at_the_hop: "the centre of frame i",
    lets_nothing_overlap: "so they overlap",
    mirrors_the_ends: "nobody played",
    pads_a_whole_frame: "not a whole one",
    drops_the_last_frame: "the first is number 0",
    puts_frames_into_columns: "transpose it",
    rounds_the_number_of_frames_up: "expected the shape",
    takes_two_frames_at_least: "one sample",
    lets_no_hop_be_longer_than_a_frame: "a hop longer than a frame",
    pads_with_the_last_sample: "largest difference",
}


def slides_a_window(audio, n_fft, hop_length):
    padded = np.pad(audio, n_fft // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]


def goes_sample_by_sample(audio, n_fft, hop_length):
    frames = []
    for i in range(1 + len(audio) // hop_length):
        places = range(i * hop_length - n_fft // 2, i * hop_length + n_fft - n_fft // 2)
        frames.append([audio[n] if 0 <= n < len(audio) else 0.0 for n in places])
    return np.array(frames)


def copies_what_there_is_into_zeros(audio, n_fft, hop_length):
    frames = np.zeros((1 + len(audio) // hop_length, n_fft))
    for i, frame in enumerate(frames):
        first = i * hop_length - n_fft // 2
        part = audio[max(0, first) : first + n_fft]
        start = max(0, -first)
        frame[start : start + len(part)] = part
    return frames


RIGHT = [slides_a_window, goes_sample_by_sample, copies_what_there_is_into_zeros]
