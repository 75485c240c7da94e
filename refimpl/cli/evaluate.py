"""Measure music: is it in a key, on a beat, made of notes, and new?

Measures the given files, or tunes that --model writes, beside references, because no single measure
says much alone: the same sounds through the codec, their frames shuffled, and noise; for a model
also held-out tunes, a bigram, and blocks of tunes.

With --against, the files or the model's tunes are compared as a set with all sounds of another
folder, by measures of sets such as Fréchet audio distance, by a classifier's labels, and, where the
sounds have captions, by CLAP score; --report writes a page that plays the best and the worst of
them.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from refimpl.cli.console import check_free, remark, result
from refimpl.cli.folders import add_scheduler
from refimpl.cli.numbers import duration, seed, tempo, whole

EXAMPLES = """\
examples:
  refimpl evaluate tune.wav
  refimpl evaluate my-recordings/ --no-references
  refimpl evaluate --model runs/mine --count 50 --json > measures.json
  refimpl evaluate --model course --filling --count 48
  refimpl evaluate generated/ --against recordings/ --report out/
  refimpl evaluate generated/ --against recordings/ --embedding clap --embedding encodec
  refimpl evaluate generated/ --against recordings/ --captions prompts.csv
"""
DEFAULT_MODEL = "course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE_OR_FOLDER", help="sounds to measure")
    parser.add_argument(
        "--model",
        metavar="RUN_OR_NAME",
        help="measure the tunes of this model; with files, use its codec for the references",
    )
    parser.add_argument(
        "--count",
        type=whole,
        metavar="N",
        help="number of tunes for each model, and the most for each reference (default: 20); with "
        "--against, the most sounds of each set (default: 100)",
    )
    parser.add_argument(
        "--seconds",
        type=duration,
        metavar="S",
        help="seconds of each sound to measure, from its beginning (default: 30); with --against, "
        "the length of the clips into which files are cut (default: 8)",
    )
    parser.add_argument("--tempo", type=tempo, metavar="BPM", help="where known (default: fitted)")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--filling",
        action="store_true",
        help="measure how --model fills a gap of a second in each of COUNT held-out tunes",
    )
    parser.add_argument(
        "--against",
        metavar="FOLDER",
        action="append",
        help="real sounds to compare with, as a set; can be repeated",
    )
    parser.add_argument(
        "--report",
        metavar="FOLDER",
        help="with --against: for a page with sounds, and the figures as CSV",
    )
    parser.add_argument(
        "--embedding",
        metavar="NAME",
        action="append",
        help='with --against: what hears the sounds: joint, "turned chroma", "mel statistics" '
        "(default: these three), basic-pitch, clap, encodec, ast, or such a model in a folder; can "
        "be repeated",
    )
    parser.add_argument(
        "--captions",
        metavar="FILE",
        help="with --against: a CSV file with the columns file and caption, for the CLAP score of "
        "the given folder (default: NAME.txt beside NAME.wav, where there is one, in both folders)",
    )
    add_scheduler(parser)
    parser.add_argument("--no-references", action="store_true", help="only what is asked for")
    parser.add_argument("--no-intervals", action="store_true", help="means without 95 %% intervals")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument(
        "--out", metavar="FILE", help="file for the result (default: standard output)"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def run(args: argparse.Namespace) -> None:
    from refimpl.errors import UserError

    if not args.files and args.model is None:
        raise UserError("nothing to evaluate; give files or a folder, or --model RUN_OR_NAME")
    if args.filling and (args.files or args.model is None):
        raise UserError("--filling needs --model RUN_OR_NAME, and no files: it cuts its own gaps")
    if args.filling and args.scheduler:
        raise UserError("--filling works on this machine alone; leave --scheduler out")
    _check_against(args)
    if args.out:
        check_free([args.out], args.force)
    if args.against:
        from refimpl.cli.evaluate_against import evaluate_against

        evaluate_against(args)
        return
    args.count = 20 if args.count is None else args.count

    from refimpl.pipeline.evaluating import RECITING

    what = _of_filling if args.filling else _of_files if args.files else _of_model
    rows = what(args)
    if RECITING in rows:
        remark("the model recites: its measures are those of the clips that it was trained on")
    if args.json:
        text = json.dumps(
            {name: {m: asdict(e) for m, e in row.items()} for name, row in rows.items()}, indent=1
        ).replace("NaN", "null")
    else:
        from refimpl.metrics import table

        # Of a single sound there is no interval.
        several = all(any(e.n > 1 for e in row.values()) for row in rows.values())
        text = table(rows, intervals=several and not args.no_intervals)
    if args.out:
        from refimpl.files import replace_file

        replace_file(Path(args.out), f"{text}\n".encode())
        result(args.out)
    else:
        result(text)


def _check_against(args: argparse.Namespace) -> None:
    """Refuse options that do not go together, before any work is done."""
    from refimpl.errors import UserError

    if not args.against:
        for option in ("report", "embedding", "captions"):
            if getattr(args, option):
                raise UserError(f"--{option} needs --against FOLDER: the sounds to compare with")
        return
    if args.filling or args.scheduler or args.tempo:
        raise UserError("--against compares sets; leave out --filling, --scheduler and --tempo")
    if args.files and args.model is not None:
        raise UserError("--against compares one set: give files or a folder, or --model, not both")
    if args.captions and args.model is not None:
        raise UserError("--captions names the sounds of a folder; --model writes from no captions")
    if args.report:
        paths = [Path(args.report) / name for name in ("index.html", "measures.csv", "sounds.csv")]
        check_free(paths, args.force)


def _of_files(args: argparse.Namespace) -> dict:
    from refimpl.errors import UserError
    from refimpl.pipeline import evaluate_sounds, load_tokenizer, read_sounds

    tokenizer = None
    if not args.no_references:
        try:
            tokenizer = load_tokenizer(args.model or DEFAULT_MODEL)
        except UserError as error:
            if args.model is not None:
                raise
            remark(f"note: without references through a codec: {error}")
    rate = tokenizer.sample_rate if tokenizer else 22050
    sounds, skipped = read_sounds(args.files, rate, seconds=args.seconds or 30.0)
    for path, reason in skipped:
        remark(f"left out: {path}: {reason}")
    return evaluate_sounds(
        sounds,
        rate,
        tokenizer,
        n_references=0 if args.no_references else args.count,
        beat_period=60 / args.tempo if args.tempo else None,
        seed=args.seed,
        scheduler=args.scheduler,
    )


def _of_model(args: argparse.Namespace) -> dict:
    from refimpl.pipeline import evaluate_model

    return evaluate_model(
        args.model,
        args.count,
        seconds=args.seconds,
        beat_period=60 / args.tempo if args.tempo else None,
        references=not args.no_references,
        seed=args.seed,
        scheduler=args.scheduler,
    )


def _of_filling(args: argparse.Namespace) -> dict:
    from refimpl.reproduce.filling import evaluate_filling

    return evaluate_filling(args.model, args.count)
