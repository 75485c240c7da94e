"""Telling attributes beside the contrastive loss: a shorter way to what captions say.

The contrastive loss asks for nothing but differences within a group. Whatever already tells tunes
apart satisfies it, and an attribute that is hard to hear gets little gradient. So while it trains,
the embedding also has to tell each attribute from the vector of a sound and from that of a caption,
by one linear classifier for both. The classifiers are thrown away afterwards.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.audio_text.contrastive import contrastive_loss
from refimpl.audio_text.model import JointEmbedding
from refimpl.audio_text.tags import NUMBERS, TAGS, UNKNOWN_CLASS
from refimpl.training import Batch, Loss

WEIGHT = 0.3  # of what each attribute costs, beside the contrastive loss


class TaggedEmbedding(nn.Module):
    """A joint embedding in training, with a linear classifier for each attribute.

    Args:
        joint: the embedding.

    Source: Mu et al. 2022 (SLIP) for another loss beside the contrastive one.
    Taught in lesson 11.
    """

    def __init__(self, joint: JointEmbedding) -> None:
        super().__init__()
        self.joint = joint
        self.classifiers = nn.ModuleDict(
            {name: nn.Linear(joint.dim, len(tag.values)) for name, tag in TAGS.items()}
        )
        self.numbers = nn.Linear(joint.dim, len(NUMBERS))

    def sound_loss(self, sounds: Tensor, classes: Tensor, numbers: Tensor) -> Tensor:
        """What telling all attributes from sounds `(n, dim)` costs: a mean over the sounds.

        Args:
            sounds: vectors, before they are brought to length 1.
            classes: `(n, len(TAGS))` of `classes_of`.
            numbers: `(n, len(NUMBERS))` of `numbers_of`.
        """
        known = ~numbers.isnan()
        missed = (self.numbers(sounds) - numbers.nan_to_num())[known].square()
        return self._told(sounds, classes, tuple(TAGS)) + missed.sum() / known.sum().clamp(min=1)

    def caption_loss(self, captions: Tensor, classes: Tensor) -> Tensor:
        """The same for captions `(m, dim)`, of the attributes that every caption mentions."""
        said = tuple(name for name, tag in TAGS.items() if tag.always_said)
        return self._told(captions, classes, said)

    def _told(self, vectors: Tensor, classes: Tensor, names: tuple[str, ...]) -> Tensor:
        columns = dict(zip(TAGS, classes.T, strict=True))
        losses = [told(self.classifiers[name](vectors), columns[name]) for name in names]
        return torch.stack(losses).sum()


def told(scores: Tensor, classes: Tensor) -> Tensor:
    """The mean cross-entropy of scores `(n, n_classes)` where the class is known; else 0."""
    total = F.cross_entropy(scores, classes, ignore_index=UNKNOWN_CLASS, reduction="sum")
    return total / (classes != UNKNOWN_CLASS).sum().clamp(min=1)


def tagged_sum(model: TaggedEmbedding, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss of a batch of groups, see `contrastive_sum`: its sum over pairs, and their number.

    Args:
        model: in training.
        batch: as `contrastive_sum` takes it, with `classes` (B, m, n_tags) and `measured`
            (B, n, 2) beside.
    """
    total = torch.zeros((), device=batch["frames"].device)
    columns = [batch[name] for name in ("frames", "words", "numbers", "classes", "measured")]
    for frames, words, numbers, classes, measured in zip(*columns, strict=True):
        sounds, keys = model.joint.sound.hear(frames)
        captions = model.joint.text(words, numbers)
        n = len(frames)
        tags = model.sound_loss(sounds, classes[:n], measured)
        tags = tags + model.caption_loss(captions, classes)
        tags = tags + told(keys, classes[:n, list(TAGS).index("key")])
        loss = contrastive_loss(sounds, captions, model.joint.scale) + WEIGHT * tags
        total = total + n * loss
    n_rows, n_pairs = batch["frames"].shape[:2]
    return total, torch.tensor(n_rows * n_pairs, device=total.device)


TAGGED = Loss("contrastive loss and tags", "nats", "pair", tagged_sum)
