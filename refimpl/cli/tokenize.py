"""Turn sounds into tokens, once, so that training never has to.

Encodes the clips of SOURCE with the codebook of RUN into RUN/tokens. A run that was stopped goes
on where it was.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import add_run_folder, add_source, n_processes, open_run, source_of
from refimpl.cli.settings import add_settings, read_settings

EXAMPLES = """\
examples:
  refimpl tokenize --out runs/first              after `refimpl fit tinytunes --out runs/first`
  refimpl tokenize --out runs/first --set data.n_train=500
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_run_folder(parser)
    add_settings(parser)


def run(args: argparse.Namespace) -> None:
    import shutil

    from refimpl.codebook import Codebook
    from refimpl.pipeline import ensure_tokens, open_source
    from refimpl.tokenizer import AudioTokenizer

    place = open_run(args)
    if not place.codebook.exists():
        from refimpl.errors import UserError

        raise UserError(f"{place.codebook} is not there; begin with `refimpl fit SOURCE`")
    preset, source = read_settings(args, place), source_of(args, place)
    if args.force:
        for folder in (place.path / "tokens", place.training, place.model):
            shutil.rmtree(folder, ignore_errors=True)
    place.begin(preset, source)
    tokenizer = AudioTokenizer(Codebook.load(place.codebook), preset.vocabulary_of_codes())
    opened = open_source(source, preset)
    ensure_tokens(place, opened, preset, tokenizer, n_processes=n_processes(), tell=remark)
    result(f"{place.path / 'tokens'}")
    next_step(f"refimpl train --out {args.out}")
