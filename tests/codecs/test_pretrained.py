"""EnCodec, DAC and Mimi through `transformers`, as tiny random models that the tests save."""

import os

import numpy as np
import pytest
import torch

from refimpl.codecs import CodecError
from refimpl.codecs.neural import ResidualVectorQuantizer
from refimpl.codecs.pretrained import PretrainedCodec

if os.environ.get("REFIMPL_REQUIRE_TRANSFORMERS"):
    import transformers
else:
    transformers = pytest.importorskip("transformers")

RATE, N_BOOKS, N_CODES = 8000, 4, 32


def encodec(**options):
    given = {
        "num_filters": 4,
        "hidden_size": 16,
        "codebook_size": N_CODES,
        "num_lstm_layers": 1,
        "upsampling_ratios": [4, 4, 2],
        "sampling_rate": RATE,
        "target_bandwidths": [1.25, 5.0],
    }
    return transformers.EncodecModel(transformers.EncodecConfig(**given | options))


def dac():
    config = transformers.DacConfig(
        encoder_hidden_size=4,
        decoder_hidden_size=32,
        downsampling_ratios=[2, 4, 4],
        n_codebooks=N_BOOKS,
        codebook_size=N_CODES,
        codebook_dim=4,
        sampling_rate=RATE,
    )
    return transformers.DacModel(config)


def mimi():
    config = transformers.MimiConfig(
        sampling_rate=RATE,
        hidden_size=16,
        num_filters=4,
        upsampling_ratios=[4, 4, 2],
        codebook_size=N_CODES,
        codebook_dim=8,
        num_quantizers=N_BOOKS,
        vector_quantization_hidden_dimension=8,
        num_hidden_layers=1,
        intermediate_size=16,
        num_attention_heads=2,
        num_key_value_heads=2,
        upsample_groups=16,
    )
    return transformers.MimiModel(config)


def sound(n_samples=4013):
    return (0.1 * np.random.default_rng(0).normal(size=n_samples)).astype(np.float32)


@torch.no_grad()
def made(maker):
    """A random model. Codes are zero in a new one: here they lie as its latents do."""
    torch.manual_seed(0)
    model = maker().eval()
    for name, buffer in model.named_buffers():
        if name.endswith(("codebook.embed", "codebook.embed_sum")):
            buffer.normal_()
    if maker is encodec:
        latents = model.encoder(torch.from_numpy(sound())[None, None])[0].T  # (n_steps, dim)
        for number, layer in enumerate(model.quantizer.layers):
            layer.codebook.embed *= latents.std(dim=0)
            layer.codebook.embed += latents.mean(dim=0) if number == 0 else 0
    return model


MODELS = {"encodec": encodec, "dac": dac, "mimi": mimi}


@pytest.fixture(scope="module", params=MODELS)
def folder(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    made(MODELS[request.param]).save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def codec(folder):
    return PretrainedCodec.load(folder, download=False)


def test_a_folder_says_what_the_codec_is(codec, folder):
    assert codec.kind in folder.name
    assert codec.sample_rate == RATE and codec.stream_sizes == (N_CODES,) * N_BOOKS
    assert codec.step_rate == RATE / (64 if codec.kind == "mimi" else 32)
    assert codec.notes["name"] == str(folder)


def test_sound_becomes_codes_and_sound_again(codec):
    audio = sound()
    codes = codec.encode(audio)
    assert codes.shape == (-(-len(audio) // codec.hop_length), N_BOOKS)
    assert codes.dtype == np.int64 and len(np.unique(codes)) > 8
    again = codec.decode(codes)
    assert again.shape == (len(codes) * codec.hop_length,) and again.dtype == np.float32
    assert np.isfinite(again).all() and again.std() > 0


def test_codes_are_those_of_the_library(codec):
    """On whole steps, where nothing has to be filled up."""
    audio = torch.from_numpy(sound(64 * 50))[None, None]
    with torch.no_grad():
        if codec.kind == "encodec":
            theirs = codec.model.encode(audio, bandwidth=5.0).audio_codes[0, 0]
        else:
            theirs = codec.model.encode(audio).audio_codes[0]
    assert np.array_equal(codec.encode(audio[0, 0].numpy()), theirs.T.numpy())


def test_fewer_codebooks_are_the_first_ones(codec, folder):
    two = PretrainedCodec.load(folder, 2, download=False)
    audio = sound()
    assert two.stream_sizes == (N_CODES,) * 2 and len(two.codebooks()) == 2
    assert np.array_equal(two.encode(audio), codec.encode(audio)[:, :2])
    assert two.decode(two.encode(audio)).shape == codec.decode(codec.encode(audio)).shape
    assert two.fingerprint != codec.fingerprint


def test_no_sound_is_no_steps(codec):
    codes = codec.encode(np.zeros(0, np.float32))
    assert codes.shape == (0, N_BOOKS) and codec.decode(codes).shape == (0,)
    assert codec.encode(sound(1)).shape == (1, N_BOOKS)


def test_the_fingerprint_is_that_of_the_weights(codec, folder):
    again = PretrainedCodec.load(folder, download=False)
    assert again.fingerprint == codec.fingerprint
    with torch.no_grad():
        next(again.model.parameters()).add_(0.1)
    assert again.fingerprint != codec.fingerprint


def ours(codebooks, dim, **options):
    """Our residual quantizer with given codebooks, each (n_codes, code_dim)."""
    quantizer = ResidualVectorQuantizer(len(codebooks), N_CODES, dim, **options).eval()
    for book, codes in zip(quantizer.codebooks(), codebooks, strict=True):
        book.codebook.copy_(torch.from_numpy(codes))
    return quantizer


@torch.no_grad()
def test_our_residual_quantizer_gives_encodecs_codes(tmp_path):
    codec = PretrainedCodec(made(encodec))
    audio = sound(32 * 100)
    latents = codec.model.encoder(torch.from_numpy(audio)[None, None]).transpose(1, 2)
    found = ours(codec.codebooks(), 16)(latents)
    assert np.array_equal(found.codes[0].numpy(), codec.encode(audio))
    theirs = codec.model.quantizer.decode(found.codes.permute(2, 0, 1)).transpose(1, 2)
    assert torch.allclose(found.vectors, theirs, atol=1e-6)


@torch.no_grad()
def test_our_residual_quantizer_gives_dacs_codes():
    """With codes of length 1. DAC compares directions, but looks a code up with its length."""
    model = made(dac)
    for theirs in model.quantizer.quantizers:
        theirs.codebook.weight.copy_(torch.nn.functional.normalize(theirs.codebook.weight))
    codec = PretrainedCodec(model)
    audio = sound(32 * 100)
    latents = model.encoder(torch.from_numpy(audio)[None, None]).transpose(1, 2)
    quantizer = ours(codec.codebooks(), latents.shape[-1], code_dim=4, cosine=True)
    for book, theirs in zip(quantizer.books, model.quantizer.quantizers, strict=True):
        for mine, other in ((book.into, theirs.in_proj), (book.out, theirs.out_proj)):
            mine.weight.copy_(other.weight[..., 0])
            mine.bias.copy_(other.bias)
    assert np.array_equal(quantizer(latents).codes[0].numpy(), codec.encode(audio))


@torch.no_grad()
def test_our_residual_quantizer_gives_mimis_codes():
    """Mimi has two residual quantizers side by side: one semantic book, and the acoustic ones."""
    codec = PretrainedCodec(made(mimi))
    audio = sound(64 * 60)
    latents = codec.model.encoder(torch.from_numpy(audio)[None, None]).latents
    split, codes, books = codec.model.quantizer, codec.encode(audio), codec.codebooks()
    for theirs, columns in (
        (split.semantic_residual_vector_quantizer, slice(0, 1)),
        (split.acoustic_residual_vector_quantizer, slice(1, None)),
    ):
        inside = theirs.input_proj(latents).transpose(1, 2)
        found = ours(books[columns], 8)(inside)
        assert np.array_equal(found.codes[0].numpy(), codes[:, columns])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("descript/dac_none", "not within reach .*connect to the internet, or give a folder"),
        ("/nowhere/at/all", "is no folder.*encodec, dac, mimi"),
        ("dak", "did you mean dac"),
    ],
)
def test_what_cannot_be_loaded_says_what_to_do(name, words):
    with pytest.raises(CodecError, match=words):
        PretrainedCodec.load(name, download=False)


def test_a_folder_with_another_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(CodecError, match="holds a bert"):
        PretrainedCodec.load(tmp_path, download=False)


def test_a_pickle_is_not_loaded(tmp_path):
    model = made(encodec)
    model.config.save_pretrained(tmp_path)
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    with pytest.raises(CodecError, match="model.safetensors"):
        PretrainedCodec.load(tmp_path, download=False)


def test_two_channels_and_a_loudness_beside_the_codes_are_refused():
    with pytest.raises(CodecError, match="two channels.*24 kHz"):
        PretrainedCodec(encodec(audio_channels=2, normalize=True))


def test_bad_input_is_refused(codec):
    with pytest.raises(CodecError, match="1 to 4"):
        PretrainedCodec(codec.model, 5)
    with pytest.raises(CodecError, match=r"\(n_samples,\)"):
        codec.encode(np.zeros((2, 100), np.float32))
    with pytest.raises(CodecError, match="are no codes"):
        codec.decode(np.full((3, N_BOOKS), N_CODES))
