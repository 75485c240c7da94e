"""`refimpl generate` with a diffusion model, which writes a whole tune at once."""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import next_step, remark
from refimpl.errors import UserError

# Options by the kind of model that understands them; a value means that one was given.
OF_TOKENS = ("seconds", "min_seconds", "temperature", "top_k", "top_p", "no_hold_limit")
ONLY_DIFFUSION = ("key", "fill", "steps")


def find_diffusion(model: str) -> Path | None:
    """Return the folder of a diffusion model; None where a name or folder is not one."""
    from refimpl.diffusion.saved import SHIPPED, is_diffusion
    from refimpl.pipeline.generators import shipped_folder

    folder = shipped_folder(SHIPPED) if model == SHIPPED else Path(model)
    return folder if model == SHIPPED or is_diffusion(folder) else None


def refuse(args: argparse.Namespace, names: tuple[str, ...], why: str) -> None:
    """Raise a `UserError` if one of some options was given."""
    given = [name for name in names if getattr(args, name) not in (None, False)]
    if given:
        raise UserError(f"--{given[0].replace('_', '-')}: {why}")


def write_diffusion(args: argparse.Namespace, folder: Path, paths: list[Path]) -> None:
    """Write tunes with a diffusion model."""
    refuse(args, OF_TOKENS, "a diffusion model has no such option; it has --steps and --guidance")
    refuse(args, ("negative",), "a diffusion model follows only the key of a text")
    if args.key is not None and args.text is not None:
        raise UserError("--key and --text: give one of them; this model reads only a text's key")
    if args.fill and args.prompt is None:
        raise UserError("--fill: give the clip that has the gap, too, with --prompt FILE")

    from refimpl.cli.generate import write_files
    from refimpl.diffusion import load_diffusion
    from refimpl.diffusion.writing import STEPS, write_tunes
    from refimpl.generation import within_range

    saved = load_diffusion(folder)
    wish, beside = _wish(args, saved)
    tunes = write_tunes(
        saved,
        wish,
        count=args.count,
        n_steps=args.steps or STEPS,
        guidance=args.guidance,
        seed=args.seed,
    )
    write_files(
        paths,
        [within_range(tune) for tune in tunes],
        saved.codec.sample_rate,
        label=_label(args),
        beside=beside,
        picture=not args.no_picture,
    )
    next_step("--key G asks for a key, --melody FILE for a melody, --steps 4 for haste")


def _wish(args: argparse.Namespace, saved) -> tuple:
    """Return what is asked for, and the sounds that the picture shows."""
    from refimpl.audio import load_audio, standardise
    from refimpl.diffusion.writing import Wish, tune_seconds

    rate, longest = saved.codec.sample_rate, tune_seconds(saved)
    key = _asked_key(args)
    melody = clip = None
    beside = {}
    if args.melody is not None:
        beside["melody"] = melody = load_audio(args.melody, rate, duration=longest)
    if args.prompt is not None:
        seconds = longest if args.fill else min(args.prompt_seconds, longest)
        clip = load_audio(args.prompt, rate, offset=args.prompt_offset, duration=seconds)
        if peak := saved.facts.get("peak"):
            clip = standardise(clip, rate, level=peak)
        beside["original"] = clip
    gap = None if args.fill is None else tuple(args.fill)
    return Wish(key, melody, clip, gap), beside


def _asked_key(args: argparse.Namespace) -> int | None:
    """Return the key of --key or of --text, and name what else the text asks for."""
    from refimpl.diffusion.writing import key_in_text, parse_key

    if args.text is None:
        return None if args.key is None else parse_key(args.key)
    key, rest = key_in_text(args.text)
    if rest:
        remark(f'this model follows the key, and not "{rest}"; without --model, a text is followed')
    return key


def _label(args: argparse.Namespace) -> str:
    if args.fill:
        return f"filled, from {args.fill[0]:g} to {args.fill[1]:g} s"
    return (
        "generated" if args.prompt is None else f"continuation, from {args.prompt_seconds:g} s on"
    )
