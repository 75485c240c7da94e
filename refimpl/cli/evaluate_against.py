"""`refimpl evaluate --against`: one set of sounds against another."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

from refimpl.cli.console import next_step, remark, result

SECONDS, COUNT, RATE = 8.0, 100, 22050
HEARD_BY = ("joint", "turned chroma", "mel statistics")


def evaluate_against(args: argparse.Namespace) -> None:
    """Compare two sets, print a table or JSON, and write the report where asked."""
    from refimpl.embeddings import load_embedding
    from refimpl.files import replace_file
    from refimpl.judging.comparing import compare_sets
    from refimpl.judging.reading import captions_of, read_clips, written_by
    from refimpl.judging.report import text_table, write_report

    embeddings = [load_embedding(name) for name in args.embedding or HEARD_BY]
    seconds, count = args.seconds or SECONDS, args.count or COUNT
    cut = {"seconds": seconds, "captions": captions_of(args.against)}
    against, skipped = read_clips(args.against, RATE, count=2 * count, **cut)
    if args.model is not None:
        given, rate = written_by(args.model, count, seconds=seconds, seed=args.seed)
        given = _at_the_rate(given, rate)
        what = f"the model {args.model}"
    else:
        cut["captions"] = captions_of(args.files, args.captions)
        given, others = read_clips(args.files, RATE, count=count, **cut)
        skipped += others
        what = _names(args.files)
    for path, reason in skipped:
        remark(f"left out: {path}: {reason}")
    compared = compare_sets(given, against, RATE, embeddings, seed=args.seed)
    for warning in compared.warnings:
        remark(f"warning: {warning}")
    text = _as_json(compared) if args.json else text_table(compared)
    if args.out:
        replace_file(Path(args.out), f"{text}\n".encode())
        result(args.out)
    else:
        result(text)
    if args.report:
        title = f"{what} against {_names(args.against)}"
        command = shlex.join(["refimpl", *sys.argv[1:]]) if len(sys.argv) > 1 else "refimpl"
        page = write_report(args.report, compared, given, RATE, title=title, command=command)
        next_step(f"open {page}")


def _names(paths: list[str]) -> str:
    return ", ".join(Path(path).resolve().name for path in paths)


def _at_the_rate(sounds, rate: int):
    from dataclasses import replace

    from refimpl.audio import resample

    return [replace(sound, audio=resample(sound.audio, rate, RATE)) for sound in sounds]


def _as_json(compared) -> str:
    from refimpl.judging.comparing import MEASURES

    chance = {measure.name: measure.chance for measure in MEASURES}
    found: dict = {"sizes": compared.sizes, "warnings": compared.warnings, "measures": []}
    for (embedding, measure, which), estimate in compared.values.items():
        row = {"embedding": embedding, "measure": measure, "set": which, **asdict(estimate)}
        row["chance"] = chance[measure]
        row["says_nothing"] = (embedding, measure) in compared.mute
        found["measures"].append(row)
    return json.dumps(found, indent=1, ensure_ascii=False).replace("NaN", "null")
