"""Fit a codec: learn to write sound as codes.

Listens to the training clips of SOURCE and learns the codes that represent them best: the most
typical mel frames (k-means), or those of a VQ-VAE (--set codec.kind=vqvae).
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import add_run_folder, add_source, source_of
from refimpl.cli.settings import add_settings, read_settings

EXAMPLES = """\
examples:
  refimpl fit tinytunes --out runs/first
  refimpl fit my-recordings/ --out runs/mine --set codec.n_clusters=256
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_run_folder(parser, force="remove the codec and everything made with it, and fit again")
    add_settings(parser)


def run(args: argparse.Namespace) -> None:
    from refimpl.corpora import open_corpus
    from refimpl.pipeline import RunFolder, ensure_codec

    run_folder = RunFolder(args.out)
    preset, source = read_settings(args, run_folder), source_of(args, run_folder)
    corpus = open_corpus(source, preset)
    with run_folder.alone():
        if args.force:
            run_folder.clear()
        run_folder.begin(preset, source)
        ensure_codec(run_folder, corpus, preset, log=remark)
    result(f"{run_folder.codec}")
    next_step(f"refimpl tokenize --out {args.out}")
