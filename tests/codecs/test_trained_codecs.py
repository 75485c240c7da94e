"""What the VQ-VAE and the neural codec share: windows, fits that repeat and stop, files, edges."""

import json
import os
import signal
from typing import ClassVar

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from refimpl.codecs import (
    VQVAE,
    CodecError,
    NeuralCodec,
    NeuralConfig,
    QuantizerConfig,
    TooFewFramesError,
    VQVAEConfig,
    load_codec,
)
from refimpl.codecs.code_training import CodebookCare
from refimpl.codecs.neural.fitting import fit_neural
from refimpl.codecs.vqvae.fitting import fit_network
from refimpl.codecs.windows import cut_windows, sample_windows
from refimpl.configuration import Configuration, Count, configuration
from refimpl.mel import MelConfig
from refimpl.pipeline.generators import shipped_folder
from refimpl.training import TrainingError
from tests.codecs.mel_clips import make_clips

MEL = MelConfig(n_mels=10)
SHAPES = {
    VQVAE: VQVAEConfig(16, 2, hidden_size=24, n_layers=1, codebook_dim=4, downsampling=2),
    NeuralCodec: NeuralConfig(
        width=24,
        downsampling=2,
        encoder_blocks=1,
        decoder_blocks=1,
        latent_dim=6,
        quantizer=QuantizerConfig(n_books=2, n_codes=16),
    ),
}
FITS = {VQVAE: fit_network, NeuralCodec: fit_neural}
BOTH = pytest.mark.parametrize("kind", list(SHAPES), ids=lambda kind: kind.kind)


def fit(kind, steps=60, **options):
    options = {"seed": 0, "batch_size": 8, "show": False, "learning_rate": 1e-2} | options
    return kind.fit(iter(make_clips()), MEL, SHAPES[kind], window=20, steps=steps, **options)


@pytest.fixture(scope="module", params=list(SHAPES), ids=lambda kind: kind.kind)
def codec(request):
    return fit(request.param)


def test_windows_cover_every_frame():
    frames = np.arange(23, dtype=np.float32)[:, None]
    windows = cut_windows(frames, 5)
    assert windows.shape == (5, 5, 1) and set(windows.ravel()) == set(range(23))
    assert cut_windows(frames[:20], 5).shape == (4, 5, 1)
    assert cut_windows(frames[:3], 5).ravel().tolist() == [0, 1, 2, 2, 2]
    assert cut_windows(frames[:0], 5).shape == (0, 5, 1)


def test_a_sample_of_windows_keeps_no_more_frames_than_asked():
    clips = make_clips()
    sample = sample_windows(iter(clips), MEL, length=20, max_frames=200)
    assert sample.frames().shape == (10, 20 * 10) and sample.count == 36
    everything = sample_windows(clips[0], MEL, length=20, max_frames=10_000)
    assert everything.frames().shape == (3, 200)
    assert len(sample_windows(clips[0], MEL, length=20, max_frames=1).frames()) == 1


@pytest.mark.parametrize(("n_frames", "n_steps"), [(0, 0), (1, 1), (2, 1), (3, 2), (60, 30)])
def test_a_step_is_several_frames(codec, n_frames, n_steps):
    codes = codec.encode_frames(make_clips(1)[0][:n_frames])
    assert codes.dtype == np.int64 and codes.shape == (n_steps, 2)
    assert (codes >= 0).all() and (codes < 16).all()
    decoded = codec.decode_frames(codes)
    assert decoded.shape == (2 * n_steps, 10) and decoded.dtype == np.float32
    assert (decoded >= MEL.floor_db).all()


def test_a_saved_codec_comes_back_the_same(codec, tmp_path):
    codec.notes["made from"] = "shapes"
    loaded = load_codec(codec.save(tmp_path / "codec.safetensors"))
    frames = make_clips(1, seed=4)[0]
    assert type(loaded) is type(codec) and loaded.fingerprint == codec.fingerprint
    assert loaded.notes == codec.notes and loaded.history == codec.history
    codes = codec.encode_frames(frames)
    assert np.array_equal(loaded.encode_frames(frames), codes)
    assert np.array_equal(loaded.decode_frames(codes), codec.decode_frames(codes))


def test_the_fingerprint_tells_codecs_apart(codec):
    kind = type(codec)
    other = kind.network_class(10, codec.config)
    other.load_state_dict(codec.network.state_dict())
    assert kind(MEL, other, codec.mean, codec.std).fingerprint == codec.fingerprint
    with torch.no_grad():
        next(other.parameters()).add_(0.1)
    assert kind(MEL, other, codec.mean, codec.std).fingerprint != codec.fingerprint
    for mean, std in ((codec.mean + 1, codec.std), (codec.mean, 2 * codec.std)):
        assert kind(MEL, codec.network, mean, std).fingerprint != codec.fingerprint
    slower = MelConfig(n_mels=10, hop_length=MEL.hop_length + 1)
    assert kind(slower, codec.network, codec.mean, codec.std).fingerprint != codec.fingerprint


def test_the_shipped_codec_is_still_what_it_was():
    # Its file refuses to load with another fingerprint, and every run on its codes names this one.
    assert load_codec(shipped_folder("neural") / "neural.safetensors").fingerprint == (
        "c8f829d05bb37f26"
    )


@configuration
class _Before(Configuration):
    size: Count = 3


@configuration
class _After(Configuration):
    later: ClassVar[frozenset[str]] = frozenset({"depth"})
    size: Count = 3
    depth: Count = 1
    inner: _Before = _Before()


def test_a_setting_that_came_later_leaves_old_files_what_they_were():
    plain = {"size": 3, "inner": {"size": 3}}
    assert _After().identity() == plain
    assert _After(depth=2).identity() == plain | {"depth": 2}
    assert _After(size=4).identity() == plain | {"size": 4}, "others count at their default, too"
    for config in (*SHAPES.values(), MEL):
        assert config.identity() == config.to_dict()


def rewrite(path, changes=None, drop=None):
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["header"]) | (changes or {})
        tensors = {k: file.get_tensor(k) for k in file.keys() if k != drop}  # noqa: SIM118
    save_file(tensors, path, {"header": json.dumps(header)})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-20]), "damaged"),
        (lambda p: p.write_bytes(b""), "damaged"),
        (lambda p: save_file({"a": torch.zeros(2)}, p), "no codec file"),
        (lambda p: rewrite(p, {"version": 7}), "version 7"),
        (lambda p: rewrite(p, {"kind": "kmeans"}), "holds a 'kmeans', not a"),
        (lambda p: rewrite(p, {"config": {"n_code": 3}}), "damaged .*n_code"),
        (lambda p: rewrite(p, drop="normaliser.mean"), "damaged"),
        (lambda p: rewrite(p, {"fingerprint": "0"}), "fingerprint"),
        (lambda p: p.unlink(), "no such"),
    ],
)
def test_a_file_that_does_not_fit_says_why(codec, tmp_path, damage, message):
    path = codec.save(tmp_path / "codec.safetensors")
    damage(path)
    with pytest.raises(CodecError, match=message):
        type(codec).load(path)


def test_a_file_without_a_weight_says_why(codec, tmp_path):
    path = codec.save(tmp_path / "codec.safetensors")
    rewrite(path, drop=next(iter(codec.network.state_dict())))
    with pytest.raises(CodecError, match="damaged"):
        type(codec).load(path)


def test_what_does_not_fit_is_refused(codec):
    with pytest.raises(CodecError, match=r"\(5, 11\)"):
        codec.encode_frames(np.zeros((5, 11)))
    with pytest.raises(CodecError, match="hop_length"):
        codec.encode_frames(make_clips(1)[0], MelConfig(n_mels=10, hop_length=100))
    with pytest.raises(CodecError, match="NaN"):
        codec.encode_frames(np.full((5, 10), np.nan))
    with pytest.raises(CodecError, match="no codes; the first is 16"):
        codec.decode_frames(np.array([[0, 16]]))
    with pytest.raises(CodecError, match=r"ends in \.safetensors"):
        codec.save("codec.npz")


@BOTH
def test_the_same_seed_gives_the_same_network_and_leaves_the_global_random_state_alone(kind):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    fingerprints = [fit(kind, steps=8, seed=s).fingerprint for s in (1, 1, 2)]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]
    assert torch.equal(before, torch.get_rng_state())


@BOTH
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 11, 20, 21])
def test_any_number_of_steps_fits(kind, steps):
    codec = fit(kind, steps=steps)
    assert [record["step"] for record in codec.history] == list(range(steps))
    assert codec.history[-1]["perplexity"] > 1


@BOTH
def test_fitting_on_too_little_is_refused(kind):
    with pytest.raises(CodecError, match="empty"):
        kind.fit(iter([]), MEL, SHAPES[kind])
    with pytest.raises(TooFewFramesError, match="5 latents, .* 16 clusters"):
        kind.fit(make_clips(1, n_frames=10)[0], MEL, SHAPES[kind], window=10, steps=10, show=False)


class Stopped(Exception):
    """Takes the place of a kill."""


@BOTH
def test_a_stopped_fit_goes_on_to_the_same_network(kind, tmp_path, monkeypatch):
    windows, train = np.stack([clip[:20] for clip in make_clips()]) / 30, FITS[kind]
    settings = {"steps": 300, "batch_size": 8, "show": False}
    whole, history = train(windows, SHAPES[kind], **settings)

    def stop_there(self, run):
        care(self, run)
        if run.step == 280:
            raise Stopped

    with monkeypatch.context() as patch:
        care = CodebookCare.after_step
        patch.setattr(CodebookCare, "after_step", stop_there)
        with pytest.raises(Stopped):
            train(windows, SHAPES[kind], folder=tmp_path, **settings)
    resumed, its_history = train(windows, SHAPES[kind], folder=tmp_path, **settings)
    assert its_history == history
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name
    with pytest.raises(TrainingError, match="12 windows when it was saved, and has 11"):
        train(windows[:11], SHAPES[kind], folder=tmp_path, **settings)


@BOTH
def test_ctrl_c_leaves_no_half_fitted_codec(kind, monkeypatch):
    def interrupt(self, run):
        if run.step == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(CodebookCare, "after_step", interrupt)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            fit(kind)
    finally:
        signal.signal(signal.SIGINT, handler)
