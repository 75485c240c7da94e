"""CLAP, EnCodec and AST through `transformers`, as tiny random models that the tests save."""

import os
import sys

import numpy as np
import pytest

from refimpl.embeddings import PretrainedEmbedding, load_embedding
from refimpl.errors import UserError

if os.environ.get("REFIMPL_REQUIRE_TRANSFORMERS"):
    import transformers
else:
    transformers = pytest.importorskip("transformers")

RATE = 16000
SOUND = 0.1 * np.random.default_rng(0).standard_normal(RATE).astype(np.float32)


def clap():
    audio = {
        "window_size": 8,
        "num_mel_bins": 64,
        "spec_size": 256,
        "hidden_size": 16,
        "patch_embeds_hidden_size": 8,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "projection_dim": 12,
        "num_hidden_layers": 2,
    }
    text = {
        "vocab_size": 99,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "projection_dim": 12,
    }
    config = transformers.ClapConfig(audio_config=audio, text_config=text, projection_dim=12)
    return transformers.ClapModel(config), transformers.ClapFeatureExtractor(
        truncation="rand_trunc", max_length_s=10
    )


def ast():
    config = transformers.ASTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_length=64,
        num_mel_bins=32,
        num_labels=7,
    )
    return transformers.ASTForAudioClassification(config), transformers.ASTFeatureExtractor(
        num_mel_bins=32, max_length=64
    )


def encodec():
    config = transformers.EncodecConfig(
        num_filters=4,
        hidden_size=16,
        codebook_size=32,
        num_lstm_layers=1,
        upsampling_ratios=[4, 4, 2],
        sampling_rate=8000,
        target_bandwidths=[1.25, 5.0],
    )
    return transformers.EncodecModel(config), None


@pytest.fixture(scope="module", params=[clap, ast, encodec], ids=lambda make: make.__name__)
def folder(request, tmp_path_factory):
    path = tmp_path_factory.mktemp(request.param.__name__)
    model, extractor = request.param()
    model.save_pretrained(path)
    if extractor is not None:
        extractor.save_pretrained(path)
    return path


def test_a_saved_model_embeds_sounds_of_any_length(folder):
    found = load_embedding(str(folder), download=False)
    assert isinstance(found, PretrainedEmbedding)
    short, twice, silent = found.embed([SOUND, np.tile(SOUND, 2), 0 * SOUND], RATE)
    assert short.shape[1] == twice.shape[1] == silent.shape[1]
    assert all(np.isfinite(one).all() and len(one) for one in (short, twice, silent))
    again = load_embedding(str(folder), download=False).embed([SOUND], RATE)[0]
    np.testing.assert_allclose(again, short, rtol=1e-4, atol=1e-5)
    assert np.abs(short[0] - silent[0]).max() > 0


def test_only_ast_gives_labels_and_only_clap_reads(folder):
    found = load_embedding(str(folder), download=False)
    if found.kind == "audio-spectrogram-transformer":
        labels = found.probabilities([SOUND, SOUND[::-1].copy()], RATE)
        assert labels.shape == (2, 7)
        np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-5)
        probabilities = found.labels_of(found.embed([SOUND], RATE))
        np.testing.assert_allclose(probabilities[0], labels[0], atol=1e-6)
        inputs = found.extractor(  # as the model itself gives them, for a sound of one window
            found._prepared(SOUND, RATE, 0), sampling_rate=found.sample_rate, return_tensors="pt"
        )
        own = found.model(**inputs).logits.softmax(dim=-1)[0].detach().numpy()
        np.testing.assert_allclose(labels[0], own, atol=1e-5)
    else:
        with pytest.raises(UserError, match="gives no labels"):
            found.probabilities([SOUND], RATE)
    with pytest.raises(UserError, match="reads no captions"):  # the folder has no tokenizer
        found.embed_captions(["a tune"])


def test_clap_reads_captions_with_a_tokenizer():
    import torch

    def tokenizer(captions, padding, return_tensors):
        numbers = [[3 + ord(caption[0]) % 90, 5, 6] for caption in captions]
        ids = torch.tensor(numbers)
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}

    model, extractor = clap()
    found = PretrainedEmbedding(model, extractor, tokenizer)
    texts = found.embed_captions(["a tune", "noise"])
    assert texts.shape == (2, 12) and np.abs(texts[0] - texts[1]).max() > 0
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)


def test_other_models_folders_and_names_are_refused_in_words(tmp_path):
    with pytest.raises(UserError, match="no folder, and no name on the Hub"):
        PretrainedEmbedding.load(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="not within reach"):
        PretrainedEmbedding.load(tmp_path / "empty", download=False)
    config = transformers.BertConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=9
    )
    transformers.BertModel(config).save_pretrained(tmp_path / "bert")
    with pytest.raises(UserError, match="holds a bert"):
        PretrainedEmbedding.load(tmp_path / "bert", download=False)
    with pytest.raises(UserError, match="of type 'bert'"):
        PretrainedEmbedding(transformers.BertModel(config))


def test_weights_that_are_not_on_this_machine_are_named(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match="laion/clap-htsat-unfused: its weights are not within"):
        load_embedding("clap", download=False)


def test_without_the_library_an_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)  # what makes an import fail
    with pytest.raises(UserError, match=r"pip install 'refimpl\[codecs\]'"):
        load_embedding("ast")
