"""Training a joint embedding on tunes and their captions, with the course's loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import nn

from refimpl.audio import Clip
from refimpl.audio_text.examples import Example, PairBatches
from refimpl.audio_text.model import JointEmbedding
from refimpl.audio_text.tag_loss import TAGGED, TaggedEmbedding
from refimpl.audio_text.text_encoder import TextEncoder
from refimpl.audio_text.words import WordList
from refimpl.corpora.tinytunes import clip_of
from refimpl.display import progress_bar
from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.tinytunes.config import LEVELS
from refimpl.training import TrainingConfig, train

STEPS = 450
N_TUNES = 700  # of each level
UNREACHED = 9000  # the number of a batch that no training gets to


def tune_clips(split: str, n: int, levels: Sequence[int] = LEVELS) -> list[Clip]:
    """The first n tunes of a split at each level, as clips that are not yet rendered."""
    return [
        clip_of(tune) for level in levels for tune in Tunes(split, TuneConfig(level=level)).take(n)
    ]


def analyse(clips: Iterable[Clip], *, show: bool | None = None) -> list[Example]:
    """Render clips and make examples of them: about 15 ms per tune."""
    clips = list(clips)
    with progress_bar(total=len(clips), description="listening", unit="clip", show=show) as bar:
        examples = []
        for clip in clips:
            examples.append(Example.of(clip))
            bar.update()
    return examples


def fit_embedding(
    examples: list[Example],
    *,
    text: nn.Module | None = None,
    steps: int = STEPS,
    group_size: int = 96,
    n_groups: int = 1,
    n_changed: int = 2,
    learning_rate: float = 4e-3,
    seed: int = 0,
    folder: str | Path | None = None,
    show: bool | None = None,
) -> JointEmbedding:
    """Train a joint embedding, by the contrastive loss and by telling attributes.

    Args:
        examples: of `analyse`, at least half as many as pairs in a group.
        text: encodes captions; by default a new `TextEncoder` with the words of all phrasings that
            are for training.
        steps: optimizer steps.
        group_size: pairs that are compared with each other.
        n_groups: groups a step.
        n_changed: captions for each pair that differ from its own in one attribute.
        learning_rate: the highest; it rises for 30 steps and falls by a cosine.
        seed: for weights, pairs, captions and hidden words.
        folder: for checkpoints, from which a stopped fit goes on. None: nothing is saved.
        show: False for no progress bar.

    Returns:
        The embedding, in evaluation mode.

    Raises:
        TrainingError: the loss is no longer a number, or a wrong option.
        UserError: too few examples.
        KeyboardInterrupt: Ctrl-C.

    Taught in lesson 11.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = JointEmbedding(text or TextEncoder(WordList.of_phrasings().with_keys()))
        taught = TaggedEmbedding(model)
    batches = PairBatches(
        examples,
        model.text.read,
        group_size=group_size,
        n_groups=n_groups,
        n_changed=n_changed,
        seed=seed,
    )
    far = range(UNREACHED, UNREACHED + max(1, 512 // group_size))
    model.sound.standardise(torch.cat([batches.batch(k)["frames"][0] for k in far]))
    options = TrainingConfig(
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=min(30, steps // 4),
        final_learning_rate=0.02,
        weight_decay=0.02,
        betas=(0.9, 0.98),
        device="cpu",
        seed=seed,
        validate_every=None,
        checkpoint_every=None,
        progress=show is not False,
    )
    result = train(taught, batches, options, loss=TAGGED, folder=folder)
    if result.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return model.eval()
