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

    run_folder = RunFolder(args.out)
    preset = read_settings(args, run_folder)
    tokenizer = load_run_tokenizer(run_folder, preset)
    source = source_of(args, run_folder)
    corpus = open_corpus(source, preset)
    with run_folder.alone():
        if args.force:
            run_folder.clear("tokens")
        run_folder.begin(preset, source)
        workers = {"n_processes": n_processes(), "scheduler": args.scheduler}
        ensure_tokens(run_folder, corpus, preset, tokenizer, **workers, log=remark)
    result(f"{run_folder.path / 'tokens'}")
    next_step(f"refimpl train --out {args.out}")
