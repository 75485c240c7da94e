"""A frozen sentence encoder, tried with a tiny one that the test makes."""

import numpy as np
import pytest
import torch

from refimpl.audio_text import JointEmbedding, SentenceEncoder, save_embedding
from refimpl.audio_text import sentence_encoder as module
from refimpl.errors import UserError

transformers = pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "tune", "flute", "slow"]
    (where / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizer(str(where / "vocab.txt")).save_pretrained(where)
    torch.manual_seed(0)
    shape = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    transformers.BertModel(shape).save_pretrained(where, safe_serialization=True)
    return where


def test_a_frozen_encoder_gives_vectors_that_no_neighbour_changes(folder):
    model = JointEmbedding(SentenceEncoder(folder, 8), dim=8, channels=4).eval()
    both = model.embed_captions(["a slow tune", "a flute"])
    assert np.allclose(model.embed_captions(["a slow tune"])[0], both[0], atol=1e-5)
    assert np.linalg.norm(both, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert not np.allclose(both[0], both[1])


def test_only_the_map_is_trained_and_saved(folder, tmp_path):
    encoder = SentenceEncoder(folder, 8)
    assert {name.split(".")[0] for name in encoder.state_dict()} == {"map"}
    vectors, _ = encoder.read(["a flute"] * 2)
    assert not vectors.requires_grad
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)
    with pytest.raises(UserError, match="TextEncoder"):
        save_embedding(tmp_path, JointEmbedding(encoder, dim=8, channels=4))


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="holds no model"):
        SentenceEncoder(tmp_path)
    monkeypatch.setattr(module, "PACKAGE", "no_such_package_anywhere")
    with pytest.raises(UserError, match="refimpl\\[sentences\\]"):
        SentenceEncoder()
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match="holds no sentence encoder"):
        SentenceEncoder(tmp_path)
