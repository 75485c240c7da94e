"""`refimpl generate --text … --melody …`: a tune that has what was asked for."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from refimpl.cli.console import next_step, remark
from refimpl.cli.generate_diffusion import refuse
from refimpl.errors import UserError

ASKING = ("text", "melody", "negative", "guidance")
# Options that make no sense for a model of whole tunes of four bars.
OTHER = ("prompt", "seconds", "min_seconds", "top_k")


def asks_for_something(args: argparse.Namespace) -> bool:
    """Whether the model of texts and melodies is asked, after a look at what does not fit that.

    Raises:
        UserError: an option of asking without a text or a melody, or beside one that does not fit.
    """
    given = [name for name in ASKING if getattr(args, name) is not None]
    if not given:
        return False
    from refimpl.pipeline import architecture_of
    from refimpl.pipeline.generators import SHIPPED
    from refimpl.text_to_music import TextToMusic

    if args.model in SHIPPED:
        refuse(args, ASKING, "this model has no such option; leave --model out for one that has")
    kind = None if args.model is None else architecture_of(args.model)
    is_run = kind not in (None, TextToMusic.__name__)
    if is_run:
        refuse(
            args, ("melody",), "this model follows no melody; leave --model out for one that does"
        )
    if args.text is None and args.melody is None:
        raise UserError(
            f"{_option(given[0])} says how to follow a text or a melody; give --text or --melody"
        )
    if is_run:
        return False  # it writes as all runs do, and `follow_text` makes it read
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
    tell_unknown(composer.unknown_words(f"{text} {args.negative or ''}"))
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


def follow_text(args: argparse.Namespace, name: str):
    """Return the model of captioned recordings as it writes what --text asks for; its tokenizer."""
    from refimpl.pipeline import load_captioned
    from refimpl.pipeline.captioned import GUIDANCE

    model, tokenizer = load_captioned(name)
    negative = args.negative or ""
    tell_unknown(model.words.nearest_to_unknown(f"{args.text} {negative}"))
    scale = GUIDANCE if args.guidance is None else args.guidance
    return model.guided([args.text] * args.count, scale=scale, negative=negative), tokenizer


def tell_unknown(words: Mapping[str, Sequence[str]]) -> None:
    """Name the words that a model does not know, each with the nearest that it does."""
    for word, near in words.items():
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
