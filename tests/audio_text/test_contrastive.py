"""The contrastive loss: by hand, and in the limits where it is known."""

import math

import numpy as np
import pytest
import torch

from refimpl.audio_text import clap_scores, contrastive_loss, recall_at, zero_shot
from refimpl.errors import UserError


def test_a_pair_by_hand():
    sounds = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    captions = torch.tensor([[3.0, 0.0], [1.0, 1.0]])
    root = math.sqrt(0.5)  # similarities: [[1, root], [0, root]]
    rows = [math.log(1 + math.exp(root - 1)), math.log(1 + math.exp(-root))]
    columns = [math.log(1 + math.exp(-1)), math.log(2)]
    loss = contrastive_loss(sounds, captions, 1.0)
    assert float(loss) == pytest.approx((sum(rows) / 2 + sum(columns) / 2) / 2)


def test_equal_vectors_cost_the_logarithm_of_their_number():
    same = torch.ones(8, 3)
    assert float(contrastive_loss(same, same, 20.0)) == pytest.approx(math.log(8))


def test_right_pairs_cost_nothing_and_further_captions_make_it_harder():
    vectors = torch.eye(5)
    assert float(contrastive_loss(vectors, vectors, 50.0)) < 1e-6
    assert float(contrastive_loss(vectors, vectors.flip(0), 50.0)) > 10
    more = torch.cat([vectors, vectors[:3]])  # the same captions again, for no sound
    extra = contrastive_loss(vectors, more, 50.0)
    assert float(extra) == pytest.approx(0.5 * 3 / 5 * math.log(2), abs=1e-4)


def test_recall_by_hand():
    similarity = np.array([[0.9, 0.1, 0.2], [0.8, 0.7, 0.1], [0.5, 0.6, 0.4]])
    assert recall_at(similarity) == pytest.approx(1 / 3)
    assert recall_at(similarity, 2) == pytest.approx(2 / 3)
    assert recall_at(similarity, 3) == 1
    assert recall_at(np.ones((10, 10))) == pytest.approx(0.1)
    assert recall_at(np.ones((10, 10)), 4) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("similarity", "k", "message"),
    [(np.ones((2, 3)), 1, r"\(n, n\)"), (np.ones((2, 2)), 3, "1 to 2"), (np.ones((0, 0)), 1, "n")],
)
def test_recall_refuses_what_is_no_square(similarity, k, message):
    with pytest.raises(UserError, match=message):
        recall_at(similarity, k)


def test_scores_are_cosines():
    sounds = np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 0.0]])
    captions = np.array([[2.0, 0.0], [-4.0, 3.0], [1.0, 0.0]])
    assert clap_scores(sounds, captions) == pytest.approx([1, 0, 0])
    with pytest.raises(UserError, match="a caption for each"):
        clap_scores(sounds, captions[:2])


def test_zero_shot_takes_the_choice_whose_caption_fits():
    table = {"on a flute": [1.0, 0.0], "on a violin": [0.6, 0.8]}

    def choose(sound, choices):
        return zero_shot(
            np.array(sound),
            choices,
            lambda c: f"on a {c}",
            lambda cs: np.array([table[c] for c in cs]),
        )

    assert choose([0.0, 1.0], ["flute", "violin"]) == "violin"
    assert choose([1.0, 0.0], ["flute", "violin"]) == "flute"
    assert choose([0.0, 0.0], ["flute", "violin"]) == "flute"
    with pytest.raises(UserError, match="no choices"):
        choose([1.0, 0.0], [])
