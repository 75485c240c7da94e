"""Turn tokens, written as text, back into a sound.

Special tokens are ignored; the waveform is reconstructed from the codes' mel frames.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from refimpl.cli.console import check_free, check_sounds, result
from refimpl.cli.numbers import integer

EXAMPLES = """\
examples:
  refimpl decode tokens.txt --out back.wav
  refimpl encode clip.wav | refimpl decode - --out back.wav
"""
DEFAULT_MODEL = "course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TEXT", help="file with tokens; - is standard input")
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="sound, .wav, .flac, .ogg or .mp3"
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="RUN_OR_NAME",
        help=f"the codec: of a run, a codec's file, or a name (default: {DEFAULT_MODEL})",
    )
    parser.add_argument(
        "--iterations",
        type=integer(1, 10_000),
        default=32,
        metavar="N",
        help="iterations of phase reconstruction (default: 32)",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def run(args: argparse.Namespace) -> None:
    check_sounds([Path(args.out)])
    check_free([args.out], args.force)

    from refimpl.audio import save_audio
    from refimpl.errors import UserError
    from refimpl.generation import within_range
    from refimpl.pipeline import load_tokenizer

    try:
        text = sys.stdin.read() if args.file == "-" else Path(args.file).read_text("utf-8")
    except UnicodeDecodeError:
        raise UserError(
            f"{args.file} is not text; give the output of `refimpl encode`, like [123, 45, 511]"
        ) from None
    tokenizer = load_tokenizer(args.model).in_one_column()
    ids = tokenizer.from_literal(text)
    audio = within_range(tokenizer.decode(ids, n_iter=args.iterations))
    path = save_audio(args.out, audio, tokenizer.sample_rate)
    result(f"{path} ({len(audio) / tokenizer.sample_rate:.2f} s from {len(ids)} tokens)")
