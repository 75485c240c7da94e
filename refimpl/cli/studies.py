"""What `refimpl reproduce` can compare: each study hands its options to one function."""

from __future__ import annotations

import argparse
from typing import Any

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import n_processes


def reproduce_presets(args: argparse.Namespace) -> None:
    """Train the report's preset and the course's, and compare them."""
    from refimpl.reproduce import reproduce

    reproduce(
        args.out,
        with_ladder=args.ladder,
        n_tunes=args.tunes,
        n_ladder_tunes=args.ladder_tunes,
        again=args.again,
        **_of_runs(args),
    )
    result(f"{args.out}")
    next_step(f"open {args.out}/index.html")


def _mixtures(args: argparse.Namespace) -> None:
    from refimpl.reproduce import compare_mixtures

    tunes = {"n_seeds": args.seeds, "n_tunes": args.mixture_tunes}
    compare_mixtures(args.out, **tunes, **_of_runs(args))
    result(f"{args.out}/mixtures.md")
    next_step(f"read {args.out}/mixtures.md; its pictures are in {args.out}/figures")


def _of_runs(args: argparse.Namespace) -> dict[str, Any]:
    """Options of all studies that train by presets."""
    from refimpl.presets import parse_assignment

    changes = dict(parse_assignment(text) for text in args.set)
    return {"work": args.work, "n_processes": n_processes(), "changes": changes, "log": remark}


def _codecs(args: argparse.Namespace) -> None:
    from refimpl.reproduce import compare_codecs

    extra = dict(_named(text) for text in args.codec)
    tunes = {"n_tunes": args.codec_tunes}
    compare_codecs(args.out, **tunes, work=args.work, neural=extra, log=remark)
    result(f"{args.out}/codecs.md")
    next_step(f"read {args.out}/codecs.md; its picture is {args.out}/figures/codecs.png")


def _memory(args: argparse.Namespace) -> None:
    from refimpl.reproduce import compare_memory

    runs = {"seconds": args.memory_seconds, "n_seeds": args.memory_seeds}
    compare_memory(args.out, arms=args.memory_model, **runs, work=args.work, log=remark)
    result(f"{args.out}/memory.md")
    next_step(f"read {args.out}/memory.md")


def _diffusion(args: argparse.Namespace) -> None:
    from refimpl.reproduce import compare_diffusion

    tunes = {"n_tunes": args.diffusion_tunes, "groups": args.diffusion_rows}
    compare_diffusion(args.out, **tunes, work=args.work, log=remark)
    result(f"{args.out}/diffusion.md")
    next_step(f"read {args.out}/diffusion.md")


def _judges(args: argparse.Namespace) -> None:
    from refimpl.reproduce import judge_judges

    tunes = {"n_tunes": args.judge_tunes, "n_processes": n_processes()}
    judge_judges(args.out, **tunes, work=args.work, log=remark)
    result(f"{args.out}/judges.md")
    next_step(f"read {args.out}/judges.md")


def _asked(args: argparse.Namespace) -> None:
    from refimpl.reproduce import measure_asked

    tunes = {"n_prompts": args.asked_tunes, "n_processes": n_processes()}
    measure_asked(args.out, **tunes, work=args.work, log=remark)
    result(f"{args.out}/asked.md")
    next_step(f"read {args.out}/asked.md; its sounds are in {args.out}/sounds")


def _layouts(args: argparse.Namespace) -> None:
    from refimpl.reproduce import compare_layouts

    runs = {"seconds": args.layout_seconds, "n_seeds": args.layout_seeds}
    runs |= {"arms": args.layout, "n_prompts": args.layout_tunes}
    compare_layouts(args.out, **runs, work=args.work, log=remark)
    result(f"{args.out}/layouts.md")
    next_step(f"read {args.out}/layouts.md")


def _whole_sets(args: argparse.Namespace) -> None:
    from refimpl.reproduce import complete_whole_sets

    tunes = {"n_tunes": args.judge_tunes, "n_processes": n_processes()}
    complete_whole_sets(args.out, **tunes, log=remark)
    result(f"{args.out}/tables.md")
    next_step(f"read {args.out}/tables.md")


def _claims(args: argparse.Namespace) -> None:
    from refimpl.reproduce import measure_claims

    measure_claims(args.out, n_seeds=args.seeds, again=args.again or (), log=remark)
    result(f"{args.out}/claims.md")
    next_step(f"read {args.out}/claims.md")


def _named(text: str) -> tuple[str, str]:
    """Split NAME=FILE."""
    from refimpl.errors import UserError

    name, equals, file = text.partition("=")
    if not (name and equals and file):
        raise UserError(f"--codec {text}: give a name and a codec's file, as in --codec mine=FILE")
    return name, file


# What else than the presets can be compared: in words, and the function that does it.
STUDIES = {
    "mixtures": ("compare mixtures of objectives, and nothing else", _mixtures),
    "codecs": ("compare codecs by rate and distortion, nothing else", _codecs),
    "memory": ("compare what models of fiddle tunes remember, nothing else", _memory),
    "diffusion": ("measure the diffusion model by steps, guidance and control", _diffusion),
    "judges": (
        "measure real tunes, a model's and impostors by every measure, nothing else",
        _judges,
    ),
    "whole-sets": (
        "add diversity and Fréchet distance to the results in OUT, without training anything",
        _whole_sets,
    ),
    "asked": ("ask the text-to-music model for tunes, and judge them, nothing else", _asked),
    "layouts": ("train text-to-music models under each layout of codes, nothing else", _layouts),
    "claims": (
        "test the claims of papers, and nothing else; --again names one to measure again",
        _claims,
    ),
}
