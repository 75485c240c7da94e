"""Answers to exercise 7.6, as learners give them."""

import math

import numpy as np


def counts_part_of_a_frame(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    tokens_per_second = sample_rate / hop_length * tokens_per_frame
    return (context_length - n_special) / tokens_per_second


def takes_special_tokens_for_sound(
    context_length, n_special, tokens_per_frame, sample_rate, hop_length
):
    return (context_length // tokens_per_frame) * hop_length / sample_rate


def takes_a_token_for_a_frame(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) * hop_length / sample_rate


def multiplies_by_tokens(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    n_frames = (context_length - n_special) * tokens_per_frame
    return n_frames * hop_length / sample_rate


def turns_the_hop_over(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    n_frames = (context_length - n_special) // tokens_per_frame
    return n_frames * sample_rate / hop_length


def answers_in_milliseconds(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    n_frames = (context_length - n_special) // tokens_per_frame
    return 1000 * n_frames * hop_length / sample_rate


def takes_a_frame_for_a_sample(
    context_length, n_special, tokens_per_frame, sample_rate, hop_length
):
    return (context_length - n_special) // tokens_per_frame / sample_rate


def rounds_to_the_nearest_frame(
    context_length, n_special, tokens_per_frame, sample_rate, hop_length
):
    return round((context_length - n_special) / tokens_per_frame) * hop_length / sample_rate


def shows_one_frame_at_least(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    n_frames = max(1, (context_length - n_special) // tokens_per_frame)
    return n_frames * hop_length / sample_rate


def gives_whole_seconds(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) // tokens_per_frame * hop_length // sample_rate


WRONG = {
    counts_part_of_a_frame: "only whole frames sound",
    rounds_to_the_nearest_frame: "largest difference",
    shows_one_frame_at_least: "less than a frame fits",
    gives_whole_seconds: "expected",
    takes_special_tokens_for_sound: "special tokens have no sound",
    takes_a_token_for_a_frame: "divide by that number",
    multiplies_by_tokens: "divide, do not multiply",
    turns_the_hop_over: "not the other way round",
    answers_in_milliseconds: "not milliseconds",
    takes_a_frame_for_a_sample: "samples apart, not one",
}


def by_the_duration_of_a_frame(
    context_length, n_special, tokens_per_frame, sample_rate, hop_length
):
    frame = hop_length / sample_rate
    return math.floor((context_length - n_special) / tokens_per_frame) * frame


def by_taking_away(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    left, n_samples = context_length - n_special, 0
    while left >= tokens_per_frame:
        left -= tokens_per_frame
        n_samples += hop_length
    return n_samples / sample_rate


def in_an_array(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    n_frames = np.array([context_length - n_special]) // tokens_per_frame
    return n_frames * hop_length / sample_rate


RIGHT = [by_the_duration_of_a_frame, by_taking_away, in_an_array]
