"""Turn a sound into tokens, written as text: [123, 45, 511].

The tokens are numbers of the codec's codes; `refimpl decode` turns them back into sound.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refimpl.cli.console import check_free, next_step, remark, result
from refimpl.cli.numbers import duration, moment

EXAMPLES = """\
examples:
  refimpl encode clip.wav --out tokens.txt
  refimpl encode clip.mp3 --model runs/mine --seconds 2
"""
DEFAULT_MODEL = "course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a sound, at any rate")
    parser.add_argument(
        "--out", metavar="TEXT", help="file for the tokens (default: standard output)"
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="RUN_OR_NAME",
        help=f"the codec: of a run, a codec's file, or a name (default: {DEFAULT_MODEL})",
    )
    parser.add_argument("--offset", type=moment, default=0.0, metavar="S", help="begin at second S")
    parser.add_argument(
        "--seconds", type=duration, metavar="S", help="the most seconds to encode (default: all)"
    )
    parser.add_argument(
        "--start-end",
        action="store_true",
        help="put <|START|> before the tokens and <|END|> after them",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def run(args: argparse.Namespace) -> None:
    if args.out:
        check_free([args.out], args.force)

    from refimpl.audio import load_audio
    from refimpl.codecs import warning_of_distance
    from refimpl.files import write_atomically
    from refimpl.pipeline import load_tokenizer

    tokenizer = load_tokenizer(args.model).in_one_column()
    audio = load_audio(args.file, tokenizer.sample_rate, offset=args.offset, duration=args.seconds)
    if (warning := warning_of_distance(tokenizer.codec, audio)) is not None:
        remark(warning)
    ids = tokenizer.encode(audio, start_end=args.start_end)
    literal = tokenizer.to_literal(ids)
    seconds = len(audio) / tokenizer.sample_rate
    remark(
        f"{len(ids)} tokens for {seconds:.2f} s, {tokenizer.bits_per_second:.0f} bits per second"
    )
    if not args.out:
        result(literal)
        return
    path = write_atomically(
        Path(args.out), lambda p: p.write_text(literal + "\n", encoding="utf-8")
    )
    result(f"{path} ({len(ids)} tokens)")
    model = "" if args.model == DEFAULT_MODEL else f" --model {args.model}"
    next_step(f"refimpl decode {path}{model} --out back.wav")
