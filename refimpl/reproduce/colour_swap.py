"""Two melodies whose colours are exchanged, to be heard.

    python -m refimpl.reproduce.colour_swap book/results

Trains the codec of `codec_questions` that keeps colour and notes apart, for longer than a trial,
and sends two held-out melodies of different instruments through it: each with its own colour, and
with the other's. Writes their sounds, and swap.json with the instruments.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.display.levelling import levelled_mp3
from refimpl.files import replace_file, replace_json
from refimpl.mel import mel_spectrogram, mel_to_audio
from refimpl.reproduce.codec_questions import FACTORISED, all_arms
from refimpl.reproduce.codec_trials import Sample, Sizes, samples, train_arm, with_colour

STEPS = 2400


def swap_colours(results: str | Path, *, sizes: Sizes | None = None, seed: int = 0) -> dict:
    """Train the codec, and write the sounds.

    Args:
        results: folder; the sounds are in its folder sounds.
        sizes: how much to train on; of the test tunes, the first two of different instruments are
            taken.
        seed: of the training.

    Returns:
        What swap.json holds: steps, seed, and by sound its tune's instrument, the one whose colour
        it was given (None where it did not pass through the codec), and how far its mean frame is
        from those of the two melodies, in dB.

    Taught in lesson 8.
    """
    results, sizes = Path(results), sizes or Sizes(STEPS)
    (results / "sounds").mkdir(parents=True, exist_ok=True)
    arm = all_arms()[FACTORISED]
    codec = train_arm(arm, seed, sizes)
    one, other = _pair(samples(arm.sounds, "test", sizes.n_test))
    sounds: dict[str, Any] = {}
    for name, notes, colour in (
        ("one", one, None),
        ("one-own", one, one),
        ("one-swapped", one, other),
        ("other", other, None),
        ("other-own", other, other),
        ("other-swapped", other, one),
    ):
        audio = notes.audio
        if colour is not None:
            audio = mel_to_audio(with_colour(codec, notes.frames, colour.frames), codec.mel)
        place = results / "sounds" / f"results-swap-{name}.mp3"
        replace_file(place, levelled_mp3(audio, codec.sample_rate))
        mean = mel_spectrogram(audio, codec.mel).mean(axis=0)
        sounds[name] = {
            "notes": _instrument(notes),
            "colour": None if colour is None else _instrument(colour),
            "distances": {
                _instrument(melody): float(np.abs(mean - melody.frames.mean(axis=0)).mean())
                for melody in (one, other)
            },
        }
    found = {"steps": sizes.steps, "seed": seed, "sounds": sounds}
    replace_json(results / "swap.json", found)
    return found


def _pair(tests: Sequence[Sample]) -> tuple[Sample, Sample]:
    one = tests[0]
    return one, next(test for test in tests[1:] if _instrument(test) != _instrument(one))


def _instrument(sample: Sample) -> str:
    return sample.tune.instruments["melody"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path, help="folder for swap.json and sounds")
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args(arguments)
    swap_colours(given.results, sizes=Sizes(given.steps))


if __name__ == "__main__":
    main()
