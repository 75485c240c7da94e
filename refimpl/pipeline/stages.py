"""The stages between sounds and a model: fit a codec, tokenize, train."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.backbones import Backbone, find_backbone
from refimpl.codecs import Codec
from refimpl.corpora import Corpus, corpus_class
from refimpl.dataset import TokenDataset, tokenize_corpus
from refimpl.display import progress_bar
from refimpl.errors import UserError
from refimpl.pipeline.batches import mixtures_of, next_token_validation, training_data
from refimpl.pipeline.captioned import Captioned, new_captioned
from refimpl.pipeline.generators import load_generator
from refimpl.presets import Preset
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import (
    Callback,
    KeepBest,
    TrainingResult,
    evaluate_losses,
    measure_baselines,
    train,
)
from refimpl.training.models import load_weights, weights_of
from refimpl.transformer import fast_matmul

# Starting a second process takes seconds: below so many clips it would not pay.
_CLIPS_FOR_PROCESSES = 300


@dataclass(frozen=True)
class TrainedModel:
    """The result of training.

    Attributes:
        model: trained, in evaluation mode; with the reader of its captions, if it has some.
        result: the record of the training run.
        baselines: nats per token of the uniform, unigram and bigram predictors.
        validation_loss: nats per token of next-token prediction on whole held-out tunes, for any
            training objective.
        objectives: held-out losses and shares by objective; empty without a mixture.
    """

    model: Backbone | Captioned
    result: TrainingResult
    baselines: dict[str, float] = field(default_factory=dict)
    validation_loss: float | None = None
    objectives: dict[str, Any] = field(default_factory=dict)


def fit_codec(
    corpus: Corpus, preset: Preset, *, seed: int | None = None, show: bool | None = None
) -> Codec:
    """Fit the preset's codec on training clips of a corpus.

    Args:
        corpus: the sounds.
        preset: says which kind of codec, and its settings.
        seed: of everything random; by default the preset's training seed.
        show: whether to show a progress bar; None decides by where the output goes.

    Raises:
        CodecError: too little sound for that many codes.

    Taught in lesson 3.
    """
    clips = corpus.clips("train")
    n_needed = int(np.ceil(preset.codec.seconds / corpus.clip_seconds))
    n_clips = min(len(clips), preset.codec.n_clips or len(clips))
    chosen = progress_bar(
        islice(clips, 0, n_clips, max(1, n_clips // n_needed)),  # evenly from first to last
        total=min(n_needed, n_clips),
        description="listening",
        unit="clip",
        show=show,
    )
    codec = preset.codec.fit_clips(
        chosen,
        seed=preset.training.seed if seed is None else seed,
        show=show,
    )
    codec.notes["vocabulary"] = preset.vocabulary
    codec.notes["source"] = corpus.describe("train")
    codec.notes["peak"] = corpus.peak  # a clip to continue is brought to this level
    return codec


def tokenize(
    corpus: Corpus,
    preset: Preset,
    tokenizer: AudioTokenizer,
    folder: str | Path,
    split: str,
    *,
    n_processes: int = 1,
    scheduler: str | None = None,
    show: bool | None = None,
) -> TokenDataset:
    """Turn the clips of a split into tokens on disk; finished clips are skipped.

    Args:
        corpus: the sounds.
        preset: says how to cut them; the tokenizer must have its codec.
        tokenizer: with a fitted codec.
        folder: where the tokens go.
        split: "train" or "validation".
        n_processes: more than one renders and encodes many clips in parallel. A script then
            needs the usual `if __name__ == "__main__":`.
        scheduler: the address of a Dask scheduler whose workers do so instead.
        show: whether to show a progress bar; None decides by where the output goes.

    Raises:
        DatasetError: the folder holds other tokens.

    Taught in lesson 3.
    """
    if difference := preset.codec.difference(tokenizer.codec):
        raise UserError(f"the codec does not fit the preset: {difference}; fit it again")
    described = corpus.describe(split)
    done = _finished(folder, tokenizer, described)
    if done is not None:
        return done
    clips = corpus.clips(split)
    return tokenize_corpus(
        clips,
        tokenizer,
        folder,
        source=described,
        total=len(clips),
        n_processes=n_processes if len(clips) >= _CLIPS_FOR_PROCESSES else 1,
        scheduler=scheduler,
        show=show,
    )


def _finished(folder: str | Path, tokenizer: AudioTokenizer, source: dict) -> TokenDataset | None:
    """Return the dataset if it is complete and of this corpus, so that no clip is read again."""
    try:
        dataset = TokenDataset(folder, tokenizer)
    except UserError:
        return None  # whoever writes it says what is wrong
    return dataset if dataset.manifest.source == source else None


def first_model(preset: Preset, captions: Iterable[str]) -> Backbone | Captioned:
    """Return the model before its first step: random weights, or those of `start_from`.

    Args:
        preset: says whether the model reads captions.
        captions: of the training clips.

    Raises:
        UserError: there is no such model, or its shape is another; or captions without words.
    """
    seed = preset.training.seed
    if preset.recordings.captions is None:
        backbone, _ = find_backbone(preset.backbone)
        model = start = backbone(preset.model, seed=seed)
    else:
        model = new_captioned(captions, preset.model, seed)
        start = model.backbone
    if preset.start_from is not None:
        earlier, _ = load_generator(preset.start_from)
        weights = weights_of(earlier)
        if model is not start and not earlier.reads_conditions:
            # It begins as that model, and learns to look at captions.
            weights = weights_of(start) | weights
        load_weights(start, weights, preset.start_from)
    return model


def train_model(
    preset: Preset,
    train_set: TokenDataset,
    validation_set: TokenDataset,
    folder: str | Path | None = None,
    *,
    callbacks: Iterable[Callback] = (),
) -> TrainedModel:
    """Train the preset's model on its objectives, or resume a stopped run.

    Args:
        preset: says model, batches and training; its training seed decides the first weights,
            unless they come from another model (`start_from`), and the order of the batches.
        train_set: tokens to learn from.
        validation_set: tokens to be scored on.
        folder: for checkpoints, metrics and the picture of the losses. None: nothing is saved.
        callbacks: see `refimpl.training.Callback`.

    Raises:
        TrainingError: the folder holds another run, or training cannot go on.

    Taught in lessons 5 and 6.
    """
    made_by = corpus_class(train_set.manifest.source)
    training, best = preset.training, None
    if made_by is not None and not made_by.is_endless:
        training = dataclasses.replace(training, validate_every=preset.recordings.validate_every)
        best = KeepBest(preset.recordings.patience)
    model = first_model(preset, [clip.caption for clip in train_set.metadata])
    data = training_data(preset, train_set, validation_set)
    baselines = measure_baselines(train_set, validation_set)
    with fast_matmul():
        result = train(
            model,
            data.batches,
            training,
            validation=data.validation,
            folder=folder,
            baselines=baselines,
            callbacks=[*data.callbacks, *callbacks, *([best] if best else [])],
        )
    if best and result.stopped_by != "interrupt":
        best.restore(model)
    if data.mixed is None:
        loss = best.loss if best else result.validation_loss
        return TrainedModel(model, result, baselines, loss)
    named = [record["validation"] for record in result.history if "validation" in record]
    found = {"losses": named[-1] if named else {}, "mixtures": mixtures_of(data.mixed)}
    whole_tunes = next_token_validation(preset, validation_set)
    loss = evaluate_losses(model, whole_tunes)["all"]
    return TrainedModel(model, result, baselines, loss, found)
