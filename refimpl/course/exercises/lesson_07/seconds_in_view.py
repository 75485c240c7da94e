"""Exercise 7.6: how much music a model has in view."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def seconds_in_view(
    context_length: int, n_special: int, tokens_per_frame: int, sample_rate: int, hop_length: int
) -> float:
    """Whole frames of sound that fit the context, in seconds."""
    n_frames = (context_length - n_special) // tokens_per_frame
    return n_frames * hop_length / sample_rate


def _settings(rng: np.random.Generator) -> Inputs:
    tokens_per_frame = int(rng.integers(2, 6))
    n_frames = int(rng.integers(40, 300))
    n_special = int(rng.integers(2 * tokens_per_frame, 40))  # leaving them out changes the frames
    begun = int(rng.integers(1, tokens_per_frame))  # tokens of a frame that does not fit
    return {
        "context_length": n_special + n_frames * tokens_per_frame + begun,
        "n_special": n_special,
        "tokens_per_frame": tokens_per_frame,
        "sample_rate": int(rng.choice([16_000, 22_050, 44_100])),
        "hop_length": int(rng.integers(30, 900)),
    }


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    names = "context_length", "n_special", "tokens_per_frame", "sample_rate", "hop_length"
    hop = int(rng.integers(30, 900))
    cases = {
        "no special tokens": (264, 0, 4, 22_050, hop),
        "one token per frame": (264, 2, 1, 22_050, hop),
        "the context is exactly full": (263, 3, 4, 16_000, hop),
        "one token short of another frame": (262, 3, 4, 16_000, hop),
        "less than a frame fits": (9, 6, 4, 44_100, hop),
        "exactly one frame fits": (10, 6, 4, 44_100, hop),
        "special tokens only": (7, 7, 3, 22_050, hop),
        "a hop of one sample": (100, 2, 3, 8_000, 1),
    }
    return {edge: dict(zip(names, case, strict=True)) for edge, case in cases.items()}


def _part_of_a_frame(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) / tokens_per_frame * hop_length / sample_rate


def _special_are_sound(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return seconds_in_view(context_length, 0, tokens_per_frame, sample_rate, hop_length)


def _one_token_a_frame(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return seconds_in_view(context_length, n_special, 1, sample_rate, hop_length)


def _multiplied(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) * tokens_per_frame * hop_length / sample_rate


def _upside_down(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) // tokens_per_frame * sample_rate / hop_length


def _milliseconds(*settings, **named):
    return 1000 * seconds_in_view(*settings, **named)


def _a_frame_is_a_sample(context_length, n_special, tokens_per_frame, sample_rate, hop_length):
    return (context_length - n_special) // tokens_per_frame / sample_rate


EXERCISE = Exercise(
    id="7.6",
    title="How much is in view?",
    function="seconds_in_view",
    points=3,
    minutes=5,
    difficulty=1,
    inputs=_settings,
    edges=_edges,
    reference=seconds_in_view,
    misconceptions={
        _part_of_a_frame: "only whole frames sound: round down before you turn them into seconds",
        _special_are_sound: "special tokens have no sound: subtract them from the context first",
        _one_token_a_frame: "a frame takes tokens_per_frame tokens: divide by that number",
        _multiplied: "more tokens per frame mean fewer frames: divide, do not multiply",
        _upside_down: "a frame lasts hop_length / sample_rate seconds, not the other way round",
        _milliseconds: "seconds, not milliseconds",
        _a_frame_is_a_sample: "frames are hop_length samples apart, not one",
    },
)
