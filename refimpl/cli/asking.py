"""`refimpl generate --text … --melody …`: a tune that has what was asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from refimpl.cli.console import next_step, remark
from refimpl.cli.generate_diffusion import refuse
from refimpl.errors import UserError

ASKING = ("text", "melody", "negative", "guidance")
# Options that make no sense for a model of whole tunes of four bars.
OTHER = ("prompt", "seconds", "min_seconds", "top_k")


def asks_for_something(args: argparse.Namespace) -> bool:
    """Whether a tune is asked for by text or melody, after a look at what does not fit that.

    Raises:
        UserError: an option of asking without a text or a melody, or beside one that does not fit.
    """
    given = [name for name in ASKING if getattr(args, name) is not None]
    if not given:
        return False
    from refimpl.pipeline.generators import SHIPPED

    if args.model in SHIPPED:
        refuse(args, ASKING, "this model has no such option; leave --model out for one that has")
    if args.text is None and args.melody is None:
        raise UserError(
            f"{_option(given[0])} says how to follow a text or a melody; give --text or --melody"
        )
    asked = _option("text" if args.text is not None else "melody")
    others = [_option(name) for name in OTHER if getattr(args, name) is not None]
    others += ["--no-hold-limit"] if args.no_hold_limit else []
    if others:
        raise UserError(
            f"{others[0]} does not go with {asked}: what is asked for is a whole tune of four "
            f"bars; leave one of them out"
        )
    return True


def write_asked(args: argparse.Namespace, paths: list[Path]) -> None:
    """Write a tune to each of some paths, as text and melody ask for it."""
    from refimpl.cli import generate
    from refimpl.text_to_music import load_composer

    composer = load_composer(args.model)
    text = args.text or ""
    tell_unknown(composer, f"{text} {args.negative or ''}")
    options: dict[str, Any] = {"seed": args.seed, "negative": args.negative or ""}
    given = {name: getattr(args, name) for name in ("guidance", "temperature", "top_p")}
    options |= {name: value for name, value in given.items() if value is not None}
    if args.melody is not None:
        options["melody"] = load_melody(composer, args.melody)
    clips = composer.write([text] * len(paths), **options)
    generate.write_files(
        paths,
        [clip.audio for clip in clips],
        composer.sample_rate,
        label=text or "to the melody",
        picture=not args.no_picture,
    )
    if args.melody is None:
        next_step(
            "--melody FILE lets it play a melody of yours; --guidance 1 follows less strictly"
        )
    else:
        next_step("--seed 1 writes another accompaniment; --text WORDS says how to play it")


def tell_unknown(composer, text: str) -> None:
    """Name the words that the model does not know, each with the nearest that it does."""
    for word, near in composer.unknown_words(text).items():
        nearest = f"; the nearest that it knows: {', '.join(near)}" if near else ""
        remark(f"the model does not know the word {word!r}{nearest}")


def load_melody(composer, file: str):
    """The pitch classes of a sound's melody, one for each step."""
    from refimpl.audio import load_audio

    melody = composer.hear_melody(load_audio(file, composer.sample_rate))
    n_steps = composer.model.config.transformer.context_length
    if len(melody) > n_steps:
        remark(f"only the first {n_steps / composer.step_rate:.0f} s of {file} are heard")
    return melody


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
