"""Run the whole pipeline: fit, tokenize, train, and write a first tune.

Turns a folder of recordings, or the embedded corpus, into a model and a generated WAV. Finished
stages are skipped: after Ctrl-C or a crash, the same command resumes the run. With --captions, the
model also learns the words beside the recordings, and `refimpl generate --text` asks it for them.
"""

from __future__ import annotations

import argparse

from refimpl.cli.console import next_step, remark, result
from refimpl.cli.folders import add_run_folder, add_scheduler, add_source, n_processes, source_of
from refimpl.cli.settings import add_settings, read_settings
from refimpl.cli.train import INTERRUPTED, add_training_flags

EXAMPLES = """\
examples:
  refimpl run tinytunes --out runs/first
  refimpl run my-recordings/ --out runs/mine --steps 500
  refimpl run my-recordings/ --captions beside --out runs/asked    NAME.txt beside NAME.wav
  refimpl run my-recordings/ --captions table.csv --out runs/asked
  refimpl run tinytunes --codec neural --out runs/neural
  refimpl run scores:fiddle --preset notes --out runs/fiddle
  refimpl run --out runs/mine                        resume after an interruption
  refimpl run tinytunes --out runs/eight --set objectives.mixture=eight
  refimpl run tinytunes --preset report --out runs/report --set training.steps=1000
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_run_folder(parser, force="remove the run's files, and start again")
    add_training_flags(parser)
    add_scheduler(parser)
    add_settings(parser)


def run(args: argparse.Namespace) -> int | None:
    from refimpl import pipeline
    from refimpl.cli.generate import write_files
    from refimpl.corpora import open_corpus
    from refimpl.generation import write_music

    run_folder = pipeline.RunFolder(args.out)
    preset = read_settings(args, run_folder, {"training.steps": args.steps})
    source = source_of(args, run_folder)
    with run_folder.alone():
        if args.force:
            open_corpus(source, preset)  # what is no source shows before this removes it
            run_folder.clear()
        workers = {"n_processes": n_processes(), "scheduler": args.scheduler}
        finished = pipeline.run(source, preset, args.out, **workers, log=remark)
    if finished is None:
        next_step("the same command resumes the run")
        return INTERRUPTED
    seconds = finished.facts["clip_seconds"]
    model, wish = finished.model, ""
    if preset.recordings.captions is not None:
        known = [clip.caption for clip in finished.validation_set.metadata if clip.caption]
        wish = known[0] if known else ""
        model = pipeline.load_captioned(args.out)[0].guided([wish])
    pieces = write_music(
        model,
        finished.tokenizer,
        seconds=seconds,
        min_seconds=min(seconds, 1.0),
        seed=preset.training.seed,
        longest_hold=finished.facts.get("longest_hold"),
        progress=None,
        **vars(preset.sampling),
    )
    tune = run_folder.path / "tune.wav"
    write_files([tune], [pieces[0].audio], finished.tokenizer.sample_rate)
    result(f"{run_folder.model}")
    for sentence in pipeline.judge(finished).sentences():
        remark(sentence)
    asked = f'--text "{wish}"' if wish else "--seed 1"
    next_step(f"listen to {tune}; refimpl generate --model {args.out} {asked} --out another.wav")
    return None
