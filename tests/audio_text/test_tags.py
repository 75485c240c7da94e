"""Tags, the loss of telling them, and captions with words that say nothing."""

import math
import re

import numpy as np
import pytest
import torch

from refimpl.audio_text import JointEmbedding, TextEncoder, WordList
from refimpl.audio_text.fillers import forget_fillers, telling_words
from refimpl.audio_text.tag_loss import TaggedEmbedding, told
from refimpl.audio_text.tags import NUMBERS, TAGS, change_one, classes_of, numbers_of
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.phrasings import write_phrase

BAND = Attributes(
    tonic=9,
    mode="minor",
    tempo=117.45,
    instruments={"melody": "flute", "chords": "harp", "bass": "double bass", "drums": "drums"},
    style="folk",
    rate=1.3,
    pitch=74.0,
)


def test_classes_are_what_a_caption_says():
    found = {
        name: tag.values[number]
        for (name, tag), number in zip(TAGS.items(), classes_of(BAND), strict=True)
    }
    assert found == {
        "key": (9, "minor"),
        "melody": "flute",
        "chords": "harp",
        "bass": "double bass",
        "tempo": 116,
        "size": "band",
        "style": "folk",
        "mood": "dark",
        "register": "high",
    }
    assert numbers_of(BAND) == pytest.approx([-1, 2.5 / 2.2])


def test_what_is_not_known_has_no_class_and_costs_nothing():
    assert set(classes_of(Attributes())) == {-1}
    assert np.isnan(numbers_of(Attributes())).all()
    model = TaggedEmbedding(JointEmbedding(TextEncoder(WordList.of(["a"]), 8, width=8), dim=8))
    vectors = torch.randn(3, 8, requires_grad=True)
    classes = torch.tensor([classes_of(Attributes())] * 3)
    loss = model.sound_loss(vectors, classes, torch.full((3, len(NUMBERS)), torch.nan))
    loss.backward()
    assert float(loss.detach()) == 0 and not vectors.grad.any()


def test_the_loss_of_a_tag_by_hand():
    scores = torch.tensor([[0.0, 0.0], [math.log(3), 0.0], [9.0, 9.0]])
    found = told(scores, torch.tensor([1, 0, -1]))
    assert float(found) == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)


def test_little_that_is_known_can_change_too():
    rng = np.random.default_rng(0)
    for known in (Attributes(tempo=100.0), Attributes(instruments={"melody": "flute"})):
        assert change_one(known, rng) != known


def test_forgotten_words_are_those_that_say_nothing():
    rng = np.random.default_rng(1)
    seen = set()
    for seed in range(40):
        caption = write_phrase(BAND, np.random.default_rng(seed))
        words = re.findall(r"[^\W_]+#?", caption)
        left = re.findall(r"[^\W_]+#?", forget_fillers(caption, rng))
        assert len(left) == len(words)
        changed = {w.lower() for w, other in zip(words, left, strict=True) if w != other}
        assert not changed & telling_words()
        seen |= changed
    assert {"tune", "with", "in", "tempo"} <= seen
