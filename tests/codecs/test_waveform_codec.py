"""The waveform codec: it learns, keeps pitch, serves several rates, and plays against a critic."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from refimpl.codecs import CodecError, WaveformCodec, WaveformCodecConfig
from refimpl.codecs.files import read_codec
from refimpl.codecs.neural.adversarial import critic_of, sound_loss
from refimpl.codecs.neural.discriminators import MultiScaleDiscriminator
from refimpl.codecs.neural.waveform_fitting import continue_fit, cut_segments, fit_waveform
from refimpl.codecs.neural.waveform_network import WaveformNetwork
from refimpl.errors import UserError
from refimpl.metrics import si_sdr
from refimpl.training import list_checkpoints, load_checkpoint

SMALL = WaveformCodecConfig.small()
RATE = SMALL.sample_rate


def sound(seed=0, seconds=1.0):
    """Notes of random pitches, (n_samples,)."""
    rng = np.random.default_rng(seed)
    pitches = np.repeat(rng.uniform(100, 800, round(4 * seconds)), RATE // 4)
    return (0.4 * np.sin(2 * np.pi * np.cumsum(pitches) / RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def segments():
    pieces = np.concatenate(list(cut_segments([sound(i, 4.0) for i in range(6)], 2048)))
    return pieces / np.float32(np.sqrt(np.mean(pieces**2)))


@pytest.fixture(scope="module")
def codec():
    config = dataclasses.replace(SMALL, steps=200)
    return config.fit([sound(i, 4.0) for i in range(6)], seed=1, show=False)


def test_samples_in_the_loss_keep_the_waveform_and_more_books_keep_more(codec):
    audio = sound(99, 2.0)

    def kept(one):
        return si_sdr(audio, one.decode(one.encode(audio)))

    assert kept(codec) > kept(codec.with_streams(1)) > -12
    assert kept(codec) > -5
    deaf = dataclasses.replace(SMALL, steps=100, waveform_weight=0.0)
    assert kept(deaf.fit([sound(i, 4.0) for i in range(6)], show=False)) < -15


def test_first_streams_are_the_codes_of_the_whole(codec):
    audio = sound(7)
    first = codec.with_streams(1)
    assert np.array_equal(first.encode(audio), codec.encode(audio)[:, :1])
    assert first.stream_sizes == codec.stream_sizes[:1]
    assert first.fingerprint != codec.fingerprint
    for wrong in (0, 3):
        with pytest.raises(CodecError, match="has 1 to 2"):
            codec.with_streams(wrong)


def test_loudness_comes_back_by_the_level_of_the_training_sounds(codec):
    assert codec.level == pytest.approx(0.4 / np.sqrt(2), rel=0.02)


def test_a_file_brings_back_how_many_streams_there_are(codec, tmp_path):
    first = codec.with_streams(1)
    loaded = WaveformCodec.load(first.save(tmp_path / "waveform.safetensors"))
    assert loaded.stream_sizes == (16,) and loaded.fingerprint == first.fingerprint
    assert loaded.history == codec.history


def test_its_latency_is_in_seconds_and_of_one_step_if_it_is_causal(codec):
    causal = dataclasses.replace(SMALL.network, causal=True)
    one = WaveformCodec(RATE, WaveformNetwork(causal), 1.0)
    assert one.latency == pytest.approx(1 / one.step_rate)
    assert codec.latency > one.latency


def test_a_fit_is_stopped_and_resumed_to_the_digit(segments, tmp_path):
    def fit(folder, steps):
        options = {"steps": steps, "batch_size": 4, "folder": folder, "show": False}
        network, _ = fit_waveform(segments, RATE, SMALL.network, **options)
        return load_checkpoint(list_checkpoints(folder)[-1])

    whole = fit(tmp_path / "whole", 12)
    assert "sums" in whole.state["callbacks"][1]  # of the balancer
    again = fit(tmp_path / "whole", 12)  # it is over: nothing changes
    for name, weight in whole.weights.items():
        assert torch.equal(weight, again.weights[name])


@pytest.mark.parametrize("with_critic", [False, True])
def test_training_goes_on_with_a_critic_and_without(segments, with_critic):
    options = {"steps": 20, "batch_size": 4, "show": False}
    network, _ = fit_waveform(segments, RATE, SMALL.network, **options)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    torch.manual_seed(0)
    critic = MultiScaleDiscriminator((64, 128), 4) if with_critic else None
    untrained = critic and [p.detach().clone() for p in critic.parameters()]
    history = continue_fit(network, segments, RATE, critic=critic, **options)
    assert len(history) == 20
    assert any(not torch.equal(before[n], w) for n, w in network.state_dict().items())
    if with_critic:
        assert all(
            not torch.equal(a, b) for a, b in zip(untrained, critic.parameters(), strict=True)
        )


def test_a_critic_changes_what_is_learnt(segments):
    decoded = []
    for game in (None, {"deception": 0.0, "features": 3.0}, {"deception": 3.0, "features": 0.0}):
        options = {"steps": 10, "batch_size": 4, "show": False}
        network, _ = fit_waveform(segments, RATE, SMALL.network, **options)
        torch.manual_seed(0)
        critic = MultiScaleDiscriminator((64, 128), 4) if game else None
        continue_fit(network, segments, RATE, critic=critic, game_weights=game, **options)
        decoded.append(network.eval()(torch.from_numpy(segments[:2]))[0])
    assert not torch.allclose(decoded[0], decoded[1], atol=1e-5)
    assert not torch.allclose(decoded[1], decoded[2], atol=1e-5)


def test_neither_player_gives_the_other_a_gradient_nor_moves_its_codes(segments):
    network = WaveformNetwork(SMALL.network).train()
    critic = MultiScaleDiscriminator((64,), 4)
    batch = {"audio": torch.from_numpy(segments[:4])}
    codes = [stage.codebook.clone() for stage in network.stages]
    opponent = critic_of(network, critic)
    total, weight = opponent.loss(critic, batch)
    total.backward()
    assert weight == 4 and all(p.grad is None for p in network.parameters())
    assert all(torch.equal(a, s.codebook) for a, s in zip(codes, network.stages, strict=True))
    assert network.training
    critic.zero_grad()
    weights = {"waveform": 1.0, "deception": 1.0, "features": 1.0}
    loss, _ = sound_loss(weights, RATE, critic)
    total, weight = loss(network, batch)
    total.backward()
    assert weight == 4
    assert all(p.grad is None or not p.grad.any() for p in critic.parameters())
    assert all(p.grad.any() for p in network.decoder.parameters())


def test_a_config_trains_with_a_critic_too():
    config = dataclasses.replace(SMALL, steps=12, adversarial_steps=3)
    codec = config.fit([sound(i, 2.0) for i in range(3)], show=False)
    assert len(codec.history) == 15
    plain = dataclasses.replace(config, adversarial_steps=0)
    assert plain.fit([sound(i, 2.0) for i in range(3)], show=False).fingerprint != codec.fingerprint


def test_weights_of_losses_that_there_are_not_are_refused():
    with pytest.raises(UserError, match="weights name deception; known are waveform, mel, stft"):
        sound_loss({"deception": 1.0}, RATE)
    with pytest.raises(UserError, match="not all 0"):
        dataclasses.replace(SMALL, waveform_weight=0.0, mel_weight=0.0).fit(
            [sound(0, 2.0)], show=False
        )


def test_segments_hold_every_sample_and_fill_short_sounds_with_silence():
    (pieces,) = cut_segments([np.arange(1, 11, dtype=np.float32)], 4)
    assert pieces.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8], [7, 8, 9, 10]]
    short = list(cut_segments([np.ones(2, np.float32), np.zeros(0, np.float32)], 4))
    assert [piece.tolist() for piece in short] == [[[1, 1, 0, 0]]]


def test_a_setting_that_is_new_leaves_older_files_what_they_are(codec, tmp_path):
    """A file from before lacks the setting; the codec is the same as with its default."""
    path = codec.save(tmp_path / "waveform.safetensors")
    tensors, header = load_file(path), read_codec(path)[0]
    assert header["config"]["quantizer"].pop("revive_below") == 0.1
    assert header["config"].pop("n_fft") == 1024
    save_file(tensors, path, {"header": json.dumps(header)})
    assert WaveformCodec.load(path).fingerprint == codec.fingerprint
    header["config"]["n_blocks"] = 0  # but this is another codec
    save_file(tensors, path, {"header": json.dumps(header)})
    with pytest.raises(CodecError, match="damaged"):
        WaveformCodec.load(path)


def test_training_goes_on_from_the_codes_of_a_file(codec, segments, tmp_path):
    network = WaveformCodec.load(codec.save(tmp_path / "waveform.safetensors")).network.train()
    before = [stage.codebook.clone() for stage in network.stages]
    network(torch.from_numpy(segments[:4]))
    for stage, codes in zip(network.stages, before, strict=True):
        moved = (stage.codebook - codes).norm() / codes.norm()
        assert 0 < moved < 0.2
