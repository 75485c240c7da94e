"""Models, codecs, runs and tokens from strangers: a named error, soon, and without much memory."""

import io
import json
import shutil
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from refimpl.codecs import (
    VQVAE,
    Codebook,
    NeuralCodec,
    NeuralConfig,
    QuantizerConfig,
    VQVAEConfig,
    load_codec,
)
from refimpl.dataset import TokenDataset, tokenize_corpus
from refimpl.errors import UserError
from refimpl.mel import MelConfig
from refimpl.pipeline import RunFolder, load_generator, read_facts, save_generator
from refimpl.presets import get_preset
from refimpl.tokenizer import AudioTokenizer
from refimpl.training import TrainingConfig, load_checkpoint, load_model, train
from refimpl.training.checkpoint import list_checkpoints
from refimpl.training.models import DESCRIPTION, WEIGHTS
from refimpl.transformer import Transformer, TransformerConfig

MEL = MelConfig(n_fft=256, hop_length=128, n_mels=8)
MOST_MEMORY = 64 * 2**20  # bytes, for files of some kilobytes


def sound(seed=0):
    return 0.1 * np.random.default_rng(seed).normal(size=4000)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """One of each kind of file that a stranger may hand over."""
    folder = tmp_path_factory.mktemp("good")
    frames = np.random.default_rng(0).uniform(-60, 0, (200, 8)).astype(np.float32)
    codebook = Codebook.fit(frames, MEL, n_clusters=8, n_stages=2)
    codebook.save(folder / "codebook.npz")
    network = VQVAEConfig(n_codes=4, hidden_size=8, codebook_dim=4, n_layers=1)
    VQVAE.fit(frames, MEL, network, steps=4, show=False).save(folder / "vqvae.safetensors")
    neural = NeuralConfig(width=8, latent_dim=4, quantizer=QuantizerConfig(n_books=2, n_codes=4))
    fitted = NeuralCodec.fit(frames, MEL, neural, window=8, steps=4, show=False)
    fitted.save(folder / "neural.safetensors")
    tokenizer = AudioTokenizer(codebook)
    shape = {"n_layers": 2, "hidden_size": 16, "n_heads": 2, "ffn_hidden_size": 24}
    size = tokenizer.vocabulary.size
    model = Transformer(TransformerConfig(vocabulary_size=size, context_length=32, **shape))
    save_generator(folder / "model", model, tokenizer, facts={"steps": 1})
    ids = torch.randint(0, 16, (2, 9), generator=torch.Generator().manual_seed(0))
    batch = {"input_ids": ids[:, :-1], "label_ids": ids[:, 1:]}
    config = TrainingConfig(steps=2, checkpoint_every=1, validate_every=None, progress=False)
    train(model, [batch], config, folder=folder / "training")
    tokenize_corpus([("a", sound()), ("b", sound(1))], tokenizer, folder / "tokens", show=False)
    RunFolder(folder / "run").begin(get_preset("course"), "tinytunes")
    return folder


READERS = {
    "codebook.npz": lambda folder: load_codec(folder / "codebook.npz"),
    "vqvae.safetensors": lambda folder: load_codec(folder / "vqvae.safetensors"),
    "neural.safetensors": lambda folder: load_codec(folder / "neural.safetensors"),
    f"model/{DESCRIPTION}": lambda folder: (load_generator(folder / "model"), read_facts(folder)),
    f"model/{WEIGHTS}": lambda folder: load_model(folder / "model"),
    "training/checkpoint-000002/state.json": lambda folder: load_checkpoint(
        folder / "training/checkpoint-000002"
    ),
    "training/checkpoint-000002/state.safetensors": lambda folder: load_checkpoint(
        folder / "training/checkpoint-000002"
    ),
    "training/checkpoint-000002/model.safetensors": lambda folder: load_checkpoint(
        folder / "training/checkpoint-000002"
    ),
    "tokens/manifest.json": lambda folder: list(TokenDataset(folder / "tokens")),
    "tokens/tokens-00000.npy": lambda folder: list(TokenDataset(folder / "tokens")),
    "run/preset.json": lambda folder: RunFolder(folder / "run").read(),
}
readers = pytest.mark.parametrize("name", READERS)


def read(good, tmp_path, name, data):
    """Read a file with another content: None, or the error, which has to be a user's."""
    folder = tmp_path / "tried"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, folder)
    (folder / name).write_bytes(data)
    tracemalloc.start()
    try:
        READERS[name](folder)
    except UserError as error:
        assert "\n" not in str(error)
        return str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MEMORY
    return None


@readers
def test_each_file_is_read_as_it_was_written(good, name):
    READERS[name](good)


@readers
@pytest.mark.parametrize("keep", [0, 1, 7, 60, -1])
def test_a_file_that_is_cut_short_is_named(good, tmp_path, name, keep):
    data = (good / name).read_bytes()
    cut = data[:keep]
    if name.endswith(".json") and keep == -1:  # that is the line's end
        return
    assert read(good, tmp_path, name, cut)


def damaged(data, draw):
    """Change a file as accidents and attackers do."""
    kind = draw(st.sampled_from(["bytes", "insert", "swap", "number"]))
    place = draw(st.integers(0, len(data) - 1))
    if draw(st.booleans()):
        place %= 2000  # headers, mostly
    if kind == "bytes":
        return data[:place] + draw(st.binary(min_size=1, max_size=9)) + data[place + 4 :]
    if kind == "insert":
        return data[:place] + draw(st.binary(min_size=1, max_size=50)) + data[place:]
    if kind == "swap":
        other = draw(st.integers(0, len(data) - 1))
        return data[:place] + data[other : other + 20] + data[place + 20 :]
    digits = [i for i, byte in enumerate(data[:20_000]) if chr(byte).isdigit()]
    if not digits:
        return data[::-1]
    digit = draw(st.sampled_from(digits))
    number = draw(st.sampled_from([b"-1", b"999999999999", b"1e400", b"NaN", b"null", b'"x"']))
    return data[:digit] + number + data[digit + 1 :]


def try_damage(good, tmp_path, name, data):
    read(good, tmp_path, name, damaged((good / name).read_bytes(), data.draw))


long_run = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@readers
@settings(max_examples=15, **long_run)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_in_words(good, tmp_path_factory, name, data):
    try_damage(good, tmp_path_factory.getbasetemp(), name, data)


@pytest.mark.soak
@readers
@settings(max_examples=1500, **long_run)
@given(data=st.data())
def test_very_many_damaged_files_are_read_or_refused(good, tmp_path_factory, name, data):
    try_damage(good, tmp_path_factory.getbasetemp(), name, data)


# What an attacker would write --------------------------------------------------------------------


def changed_model(good, **config):
    description = json.loads((good / "model" / DESCRIPTION).read_text())
    description["config"] |= config
    return json.dumps(description).encode()


@pytest.mark.parametrize(
    "config",
    [
        {"hidden_size": 10**6, "n_layers": 100},
        {"n_layers": 10**7},
        {"n_layers": 10**30},
        {"context_length": 10**9},
        {"vocabulary_size": 2**31 - 1},
        {"ffn_hidden_size": 10**9},
        {"hidden_size": 16.5},
        {"n_heads": 0},
        {"n_layers": "2"},
        {"dropout": float("nan")},
        {"positions": ["rope"]},
        {"new": 1},
    ],
    ids=str,
)
def test_a_model_larger_than_its_file_is_refused_before_it_is_built(good, tmp_path, config):
    assert read(good, tmp_path, f"model/{DESCRIPTION}", changed_model(good, **config))


@pytest.mark.parametrize("key", ["architecture", "config", "vocabulary", "facts", "weights_sha256"])
@pytest.mark.parametrize("value", [None, 7, [], "x", {"n_codes": -1}])
def test_a_description_with_other_types_is_refused(good, tmp_path, key, value):
    if (key, value) == ("vocabulary", None):
        return  # a model may come without
    description = json.loads((good / "model" / DESCRIPTION).read_text())
    description[key] = value
    told = read(good, tmp_path, f"model/{DESCRIPTION}", json.dumps(description).encode())
    assert told or key == "facts"


def with_weights(good, tmp_path, change):
    """A model's folder whose description fits other weights."""
    import hashlib

    weights = load((good / "model" / WEIGHTS).read_bytes())
    name = next(iter(weights))
    weights[name] = change(weights[name])
    data = save(weights)
    description = json.loads((good / "model" / DESCRIPTION).read_text())
    description["weights_sha256"] = hashlib.sha256(data).hexdigest()
    folder = tmp_path / "model"
    shutil.copytree(good / "model", folder)
    (folder / WEIGHTS).write_bytes(data)
    (folder / DESCRIPTION).write_text(json.dumps(description))
    return folder


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda w: torch.full_like(w, float("nan")), "NaN"),
        (lambda w: torch.full_like(w, float("inf")), "NaN or infinity"),
        (lambda w: w.to(torch.int64), "integers"),
        (lambda w: w.to(torch.bool), "integers"),
        (lambda w: w.to(torch.complex64), "complex"),
        (lambda w: w.reshape(-1)[:-1].clone(), "there"),
    ],
)
def test_weights_that_are_no_weights_are_refused(good, tmp_path, change, told):
    folder = with_weights(good, tmp_path, change)
    with pytest.raises(UserError, match=told):
        load_model(folder)


def with_array(good, name, change):
    """The bytes of the codebook's file with one array changed; its fingerprint is not checked."""
    with np.load(good / "codebook.npz") as file:
        arrays = dict(file)
    arrays[name] = change(arrays[name])
    written = io.BytesIO()
    np.savez(written, **arrays)
    return written.getvalue()


@pytest.mark.parametrize("name", ["centroids_0", "centroids_1", "mean", "std"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda a: a + 1j, "complex"),
        (lambda a: a.astype(int), "not floating-point"),
        (lambda a: a > 0, "not floating-point"),
        (lambda a: a.astype("M8[s]"), "not floating-point"),
        (lambda a: a.astype(str), "not floating-point"),
        (lambda a: a.astype("V4"), "not floating-point"),
        (lambda a: np.where(a == a[0], np.nan, a), "NaN"),
        (lambda a: a * np.inf, "infinity"),
        (lambda a: a.astype(float) * 1e300, "too large"),
        (lambda a: a[..., :3], "widths"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_arrays_that_hold_no_numbers_are_refused(good, tmp_path, name, change, told):
    assert told in read(good, tmp_path, "codebook.npz", with_array(good, name, change))


@pytest.mark.parametrize("std", [0, -1])
def test_a_scale_that_would_divide_by_zero_is_refused(good, tmp_path, std):
    data = with_array(good, "std", lambda a: np.full_like(a, std))
    assert "std above 0" in read(good, tmp_path, "codebook.npz", data)


@pytest.mark.parametrize("value", ["bands", 7, None, ["band"]])
def test_a_normalisation_that_is_none_is_refused(good, tmp_path, value):
    def change(header):
        return np.array(json.dumps(json.loads(str(header)) | {"normalisation": value}))

    told = read(good, tmp_path, "codebook.npz", with_array(good, "header", change))
    assert "normalisation is one of" in told


def test_an_archive_that_would_fill_the_memory_is_refused(good, tmp_path):
    with zipfile.ZipFile(good / "codebook.npz") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    zeros = io.BytesIO()
    np.save(zeros, np.zeros((4, 2**22), np.float32))  # 64 MB, and 60 kB when they are packed
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (members | {"centroids_0.npy": zeros.getvalue()}).items():
            archive.writestr(name, data)
    assert "unpack" in read(good, tmp_path, "codebook.npz", bomb.getvalue())


def test_an_array_that_claims_more_than_is_there_is_refused(good, tmp_path):
    claimed = io.BytesIO()
    with zipfile.ZipFile(good / "codebook.npz") as archive, zipfile.ZipFile(claimed, "w") as new:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "mean.npy":
                data = data.replace(b"(8,), }", b"(8" + b"0" * 12 + b",), }")
                length = struct.unpack("<H", data[8:10])[0] + 12
                data = data[:8] + struct.pack("<H", length) + data[10:]
            new.writestr(name, data)
    assert "claims" in read(good, tmp_path, "codebook.npz", claimed.getvalue())


@pytest.mark.parametrize("text", ["[" * 100_000, "1", "[]", '"x"', "null", "{}", '{"a": NaN}'])
def test_json_of_another_kind_is_refused(good, tmp_path, text):
    for name in READERS:
        if name.endswith(".json"):
            assert read(good, tmp_path, name, text.encode())


def test_a_damaged_checkpoint_names_the_newest_good_one(good, tmp_path):
    shutil.copytree(good / "training", tmp_path / "training")
    oldest, newest = list_checkpoints(tmp_path / "training")
    (oldest / "state.json").write_text("{")
    with pytest.raises(UserError, match=f"{newest.name} is the newest good one"):
        load_checkpoint(oldest)
    shutil.copyfile(newest / "state.json", oldest / "state.json")
    (newest / "model.safetensors").write_bytes(b"")
    with pytest.raises(UserError, match=f"resume from {oldest.name}"):
        load_checkpoint(newest)
