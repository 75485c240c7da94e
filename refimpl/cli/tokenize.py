"""Turn sounds into tokens once, before training.

Encodes the clips of SOURCE with the codec of RUN into RUN/tokens. A stopped run resumes where it
was.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import add_run_folder, add_scheduler, add_source, n_processes, source_of
from refimpl.cli.settings import add_settings, read_settings

EXAMPLES = """\
examples:
  refimpl tokenize --out runs/first              after `refimpl fit tinytunes --out runs/first`
  refimpl tokenize --out runs/first --set data.n_train=500
  refimpl tokenize --out runs/first --scheduler tcp://head-node:8786
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_run_folder(parser, force="remove tokens and model, and tokenize again")
    add_scheduler(parser)
    add_settings(parser)


def run(args: argparse.Namespace) -> None:
    from refimpl.corpora import open_corpus
    from refimpl.pipeline import RunFolder, ensure_tokens, load_run_tokenizer

    place = RunFolder(args.out)
    preset = read_settings(args, place)
    tokenizer = load_run_tokenizer(place, preset)
    source = source_of(args, place)
    corpus = open_corpus(source, preset)
    with place.alone():
        if args.force:
            place.clear("tokens")
        place.begin(preset, source)
        workers = {"n_processes": n_processes(), "scheduler": args.scheduler}
        ensure_tokens(place, corpus, preset, tokenizer, **workers, tell=remark)
    result(f"{place.path / 'tokens'}")
    next_step(f"refimpl train --out {args.out}")
