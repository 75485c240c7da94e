"""From sounds to a model in one call, which can be stopped and resumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refimpl.backbones import Backbone
from refimpl.codecs import Codec, load_codec
from refimpl.corpora import SPLITS, Corpus, open_corpus
from refimpl.dataset import TokenDataset
from refimpl.errors import UserError
from refimpl.files import is_main_process
from refimpl.generation import longest_hold
from refimpl.pipeline.folder import RunFolder, preset_from_dict, preset_to_dict
from refimpl.pipeline.generators import (
    load_generator,
    load_tokenizer,
    read_facts,
    save_generator,
)
from refimpl.pipeline.stages import TrainedModel, fit_codec, tokenize, train_model
from refimpl.presets import Preset
from refimpl.tokenizer import AudioTokenizer
from refimpl.training.models import DESCRIPTION

Log = Callable[[str], None]


def _say_nothing(remark: str) -> None:
    pass


@dataclass(frozen=True)
class FinishedRun:
    """The contents of a run's folder.

    Attributes:
        folder: where it is.
        preset: its settings.
        source: "tinytunes", or the path of the recordings.
        model: trained, in evaluation mode.
        tokenizer: of its tokens.
        train_set, validation_set: the tokens.
        facts: about the training: steps, seconds, tokens, losses, baselines.
    """

    folder: RunFolder
    preset: Preset
    source: str | None
    model: Backbone
    tokenizer: AudioTokenizer
    train_set: TokenDataset
    validation_set: TokenDataset
    facts: dict[str, Any]


def run(
    source: str | Path,
    preset: Preset,
    folder: str | Path,
    *,
    n_processes: int = 1,
    scheduler: str | None = None,
    log: Log = _say_nothing,
) -> FinishedRun | None:
    """Fit a codec, tokenize, train, and save the model; finished stages are kept.

    Args:
        source: "tinytunes", or the path of recordings.
        preset: all settings.
        folder: of the run; see `RunFolder`.
        n_processes: for tokenizing; more than one needs `if __name__ == "__main__":` in a script.
        scheduler: the address of a Dask scheduler whose workers tokenize instead.
        log: called with a sentence after each stage.

    Returns:
        The run, or None if the user stopped it: call again to continue.

    Raises:
        UserError: the folder holds a run with other settings, or a stage cannot be done.

    Taught in lesson 7.
    """
    run_folder = RunFolder(folder)
    corpus = open_corpus(source, preset)
    for split in SPLITS:
        corpus.clips(split)  # too little to hold something out shows now, not after the fitting
    for remark in corpus.remarks:
        log(remark)
    with run_folder.alone():
        run_folder.begin(preset, str(source))
        tokenizer = ensure_codec(run_folder, corpus, preset, log=log)
        workers = {"n_processes": n_processes, "scheduler": scheduler}
        ensure_tokens(run_folder, corpus, preset, tokenizer, **workers, log=log)
        result = ensure_model(run_folder, preset, log=log)
    return None if result == "interrupt" else load_run(folder)


def load_run(folder: str | Path) -> FinishedRun:
    """Load everything that a finished run has left in its folder.

    Raises:
        UserError: no run, or one that is not finished.
    """
    run_folder = RunFolder(folder)
    preset, source = run_folder.read()
    model, tokenizer = load_generator(run_folder.model)
    train_set, validation_set = (TokenDataset(run_folder.tokens(s), tokenizer) for s in SPLITS)
    facts = read_facts(run_folder.model)
    return FinishedRun(
        run_folder, preset, source, model, tokenizer, train_set, validation_set, facts
    )


def ensure_codec(
    run_folder: RunFolder, corpus: Corpus, preset: Preset, *, log: Log = _say_nothing
) -> AudioTokenizer:
    """Return the run's tokenizer; fit the codec if there is none yet."""
    if run_folder.codec is not None:
        log(f"codec: {run_folder.codec} is there already")
        return load_run_tokenizer(run_folder, preset)
    if preset.start_from is None:
        codec, origin = fit_codec(corpus, preset), ""
    else:
        codec, origin = borrow_codec(preset), f" from {preset.start_from}"
    path = codec.save(run_folder.path / codec.file_name)
    sizes = codec.stream_sizes
    streams = f" in {len(sizes)} streams" * (len(sizes) > 1)
    log(f"codec: {sum(sizes)} codes{streams}{origin}, {path}")
    return AudioTokenizer(codec, preset.vocabulary_of_codes(), layout=preset.layout)


def borrow_codec(preset: Preset) -> Codec:
    """Return the codec of the model that the run starts from: its weights fit no other tokens.

    Raises:
        UserError: it was made with other settings than the preset's.
    """
    codec = load_tokenizer(preset.start_from).codec
    if difference := preset.codec.difference(codec):
        raise UserError(
            f"start_from: the codec of {preset.start_from} does not fit the preset: {difference}; "
            "use the settings that it was made with"
        )
    return codec


def load_run_tokenizer(run_folder: RunFolder, preset: Preset) -> AudioTokenizer:
    """The run's tokenizer, with the codec that is there.

    Raises:
        UserError: it is not there.
    """
    if run_folder.codec is None:
        raise UserError(f"{run_folder.path} has no codec yet; begin with `refimpl fit SOURCE`")
    codec = load_codec(run_folder.codec)
    return AudioTokenizer(codec, preset.vocabulary_of_codes(), layout=preset.layout)


def ensure_tokens(
    run_folder: RunFolder,
    corpus: Corpus,
    preset: Preset,
    tokenizer: AudioTokenizer,
    *,
    n_processes: int = 1,
    scheduler: str | None = None,
    log: Log = _say_nothing,
) -> None:
    """Return the tokens of both splits; finished clips are not encoded again."""
    for split in SPLITS:
        folder = run_folder.tokens(split)
        workers = {"n_processes": n_processes, "scheduler": scheduler}
        dataset = tokenize(corpus, preset, tokenizer, folder, split, **workers)
        log(
            f"{split}: {len(dataset)} clips, {dataset.seconds:,.0f} s, "
            f"{dataset.n_tokens:,} tokens, {folder}"
        )
        for path, reason in dataset.left_out if split == "train" else []:
            log(f"  left out: {path}: {reason}")


def ensure_model(run_folder: RunFolder, preset: Preset, *, log: Log = _say_nothing) -> str:
    """Train if necessary, and save the model; the result says why training stopped."""
    tokenizer = load_run_tokenizer(run_folder, preset)
    identity = {
        "settings": preset_to_dict(preset),
        "codec": tokenizer.codec.fingerprint,
    }
    if _is_trained(run_folder, identity):
        log(f"model: {run_folder.model} is there already")
        return "done"
    train_set, validation_set = (TokenDataset(run_folder.tokens(s), tokenizer) for s in SPLITS)
    began = time.process_time()  # of all threads: says more than a clock on a machine that is busy
    trained = train_model(preset, train_set, validation_set, run_folder.training)
    core_seconds = round(time.process_time() - began, 1)
    result = trained.result
    if result.stopped_by == "interrupt":
        return "interrupt"
    facts = identity | {
        "source": train_set.manifest.source,
        "clip_seconds": float(train_set.clip_seconds.max()),
        "peak": tokenizer.codec.notes.get("peak"),
        "longest_hold": longest_hold(train_set.all_codes()),
        **_figures(trained, tokenizer),
        "core_seconds": core_seconds,
    }
    if preset.start_from is not None:
        facts["start"] = read_facts(preset.start_from)
    if is_main_process():
        save_generator(run_folder.model, trained.model, tokenizer, facts=facts)
    log(_summary(trained, run_folder))
    return result.stopped_by


def _is_trained(run_folder: RunFolder, identity: dict[str, Any]) -> bool:
    if not (run_folder.model / DESCRIPTION).exists():
        return False
    facts = read_facts(run_folder.model)
    if "settings" in facts:  # an older version may have written down fewer of them
        facts |= {"settings": preset_to_dict(preset_from_dict(facts["settings"]))}
    return all(facts.get(name) == value for name, value in identity.items())


def _figures(trained: TrainedModel, tokenizer: AudioTokenizer) -> dict[str, Any]:
    result, loss = trained.result, trained.validation_loss
    # The loss is a mean over tokens; a row has one in each column.
    per_second = tokenizer.tokens_per_second * tokenizer.layout.n_columns
    return {
        "steps": result.step,
        "tokens": result.weight,
        "seconds": round(result.seconds, 1),
        "first_loss": result.losses[0] if result.losses else None,
        "validation_loss": loss,
        "nats_per_second": None if loss is None else loss * per_second,
        "baselines": trained.baselines,
        "objectives": trained.objectives,
    }


def _summary(trained: TrainedModel, run_folder: RunFolder) -> str:
    result, loss = trained.result, trained.validation_loss
    text = f"model: {result.step} steps in {result.seconds:,.0f} s"
    if loss is not None:
        bigram = trained.baselines["bigram"]
        text += f", validation loss {loss:.3f} nats per token (bigram {bigram:.3f})"
    return f"{text}, {run_folder.model}"
