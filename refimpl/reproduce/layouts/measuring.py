"""The measures of a layout: bits per second, what was asked for, Fréchet distance, and speed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from refimpl.audio import Clip
from refimpl.conditioning import Metadata
from refimpl.embeddings import Embedding
from refimpl.layouts import Layout
from refimpl.metrics.sets import frechet_distance
from refimpl.reproduce.asked.arms import Arm
from refimpl.reproduce.asked.measuring import write
from refimpl.reproduce.asked.prompts import Prompt
from refimpl.text_to_music import Composer, TextToMusic, training_caption
from refimpl.text_to_music.corpus import TuneCodes
from refimpl.text_to_music.fitting import rows_of
from refimpl.text_to_music.judges import Judges
from refimpl.training.batches import collate

GUIDANCE = 3.0
# What the judges tell right after the codec; the melody's instrument they do not.
JUDGED = ("signature", "mode", "bass", "drums", "level", "tempo")
ROWS = 8  # tunes that are read at once


@dataclass(frozen=True, eq=False)
class Bench:
    """The prompts, judges and held-out tunes that all runs share.

    Attributes:
        prompts: what is asked for.
        judges: of the tunes.
        embedding: in which sounds are compared.
        reference: vectors (n_windows, n_features) of each of some held-out tunes.
        held_out: tunes as codes, of which the bits are measured.
    """

    prompts: Sequence[Prompt]
    judges: Judges
    embedding: Embedding
    reference: Sequence[np.ndarray]
    held_out: TuneCodes


@torch.inference_mode()
def bits_per_second(
    model: TextToMusic, layout: Layout, tunes: TuneCodes, step_rate: float
) -> float:
    """Bits that a second of held-out tunes takes, given its caption and its clock.

    Only codes are counted, which are the same under all layouts. Codes that share a row are
    predicted apart from one another, so that a row's bits are the sum of theirs.

    Args:
        model: in evaluation mode.
        layout: of its tokens.
        tunes: that it did not learn from.
        step_rate: of their codec.
    """
    vocabulary = layout.vocabulary
    known = [
        Metadata(training_caption(one, np.random.default_rng([9, number])), {"tempo": one.tempo})
        for number, one in enumerate(tunes.attributes)
    ]
    nats = 0.0
    for at in range(0, len(tunes), ROWS):
        some = slice(at, at + ROWS)
        batch = collate(
            [vocabulary.frame(rows_of(layout, codes)) for codes in tunes.codes[some]], vocabulary
        )
        labels = batch["label_ids"]
        scores = model(clips=known[some], input_ids=batch["input_ids"]).float()
        is_code = (labels >= 0) & (labels < vocabulary.n_codes)
        nats += float(F.cross_entropy(scores[is_code], labels[is_code], reduction="sum"))
    seconds = sum(len(codes) for codes in tunes.codes) / step_rate
    return nats / log(2) / seconds


def measure_layout(composer: Composer, bench: Bench, *, seed: int = 0) -> dict[str, Any]:
    """Let a model write what the prompts ask for, and measure it.

    Args:
        composer: of the model.
        bench: has prompts and judges.
        seed: of what is drawn.

    Returns:
        Bits per second, processor seconds for a tune with its sound, and `measure_tunes`.
    """
    texts = [prompt.text() for prompt in bench.prompts]
    began = time.process_time()
    clips = composer.write(texts, guidance=GUIDANCE, seed=seed)
    seconds = (time.process_time() - began) / len(clips)
    layout, rate = composer.tokenizer.layout, composer.step_rate
    return {
        "bits": bits_per_second(composer.model, layout, bench.held_out, rate),
        "seconds_a_tune": seconds,
        **measure_tunes(clips, bench),
    }


def measure_reference(name: str, composer: Composer, bench: Bench) -> dict[str, Any]:
    """The same measures of the described test tunes, as they are or through the codec.

    Args:
        name: of an arm of `refimpl.reproduce.asked` that writes nothing.
        composer: has the codec.
        bench: has the tunes.
    """
    return {"name": name, **measure_tunes(write(composer, Arm(name), bench.prompts), bench)}


def measure_tunes(clips: Sequence[Clip], bench: Bench) -> dict[str, Any]:
    """Shares of tunes that have what was asked for, and the Fréchet distance of all.

    Args:
        clips: one for each prompt.
        bench: has prompts and judges.

    Returns:
        "agreed": a share for each of `JUDGED`; "asked": their mean; and "fad".
    """
    found = [
        bench.judges.agree(clip.audio, clip.sample_rate, prompt.asked)
        for clip, prompt in zip(clips, bench.prompts, strict=True)
    ]
    agreed = {name: _share(found, name) for name in JUDGED}
    vectors = embed(bench.embedding, clips)
    return {
        "agreed": agreed,
        "asked": float(np.mean(list(agreed.values()))),
        "fad": frechet_distance(vectors, bench.reference),
    }


def embed(embedding: Embedding, clips: Sequence[Clip]) -> list[np.ndarray]:
    """The windows of each sound in an embedding, (n_windows, n_features)."""
    rate = clips[0].sample_rate
    return embedding.embed([clip.audio for clip in clips], rate, show=False)


def _share(found: Sequence[Mapping[str, bool]], name: str) -> float:
    return float(np.mean([one[name] for one in found]))
