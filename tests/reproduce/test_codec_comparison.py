"""The comparison of codecs, end to end on very little."""

import json

import numpy as np
import pytest

from refimpl.codecs import CodebookConfig, CodecError, load_codec
from refimpl.codecs.neural import NeuralCodec, NeuralConfig, NeuralNetwork, QuantizerConfig
from refimpl.errors import UserError
from refimpl.reproduce import compare_codecs
from refimpl.reproduce.codec_comparison import MEASURES, measure_sent
from refimpl.reproduce.codec_systems import (
    Sent,
    codec_system,
    fitted_configs,
    frame_config,
    mel_system,
    with_fewer_books,
)
from refimpl.tinytunes import Tunes

LITTLE = {
    "k-means, 1 × 64": CodebookConfig(mel=frame_config(), n_clusters=64, max_iter=3),
    "k-means, 2 × 64": CodebookConfig(mel=frame_config(), n_clusters=64, n_stages=2, max_iter=3),
}


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    place, said = tmp_path_factory.mktemp("codecs"), []
    options = {"n_tunes": 1, "work": place / "work", "n_fitted": 6, "configs": LITTLE}
    results = compare_codecs(place / "out", log=said.append, **options)
    return place, results, said, options


def row(results, name):
    return next(one for one in results["rows"] if one["name"].startswith(name))


def test_every_system_is_measured_in_every_way_that_it_has(little):
    _, results, _, _ = little
    names = [one["name"] for one in results["rows"]]
    assert len(set(names)) == len(names)
    for one in results["rows"]:
        missing = {measure for measure in MEASURES if one[measure]["mean"] is None}
        assert missing == ({"mel_frames"} if one["group"] == "classical" else set())
    assert row(results, "mel frames")["bits_per_second"]["mean"] is None
    assert row(results, "k-means, 1")["bits_per_second"]["mean"] == pytest.approx(187.9, abs=0.1)


def test_the_measures_disagree(little):
    """MP3 keeps the waveform, codes of mel frames keep the spectrum, and both keep the notes."""
    _, results, _, _ = little
    mp3, codebook = row(results, "MP3, 8.4"), row(results, "the course's")
    assert mp3["si_sdr"]["mean"] > 5 and codebook["si_sdr"]["mean"] < -10
    assert mp3["mel_sound"]["mean"] > 2 * codebook["mel_sound"]["mean"]
    assert min(mp3["melody"]["mean"], codebook["melody"]["mean"]) > 0.9


def test_more_stages_cost_bits_and_lower_the_distance(little):
    _, results, _, _ = little
    one, two = row(results, "k-means, 1"), row(results, "k-means, 2")
    assert two["bits_per_second"]["mean"] == 2 * one["bits_per_second"]["mean"]
    assert two["mel_frames"]["mean"] < one["mel_frames"]["mean"]
    assert row(results, "mel frames")["mel_frames"]["mean"] == 0


def test_json_table_picture_and_sounds_are_written(little):
    place, results, _, _ = little
    assert json.loads((place / "out/codecs.json").read_text(encoding="utf-8")) == results
    table = (place / "out/codecs.md").read_text(encoding="utf-8")
    assert all(one["name"] in table for one in (*results["rows"], *results["published"]))
    assert "7,751.95" in table and "agrees" in table
    assert (place / "out/figures/codecs.png").stat().st_size > 10_000
    assert "MP3, 8.4 kbit/s" in (place / "out/figures/codecs.txt").read_text(encoding="utf-8")
    heard = {path.name for path in (place / "out/sounds").iterdir()}
    assert heard == {one["sound"] for one in results["rows"]} | {results["original"]}


def test_what_was_measured_is_not_measured_again(little):
    place, results, _, options = little
    said = []
    again = compare_codecs(place / "out", log=said.append, **options)
    assert again["rows"] == results["rows"]
    assert not any("fitting" in line for line in said)


def test_a_further_codec_is_measured_from_its_file(little):
    place, _, _, options = little
    path = next((place / "work/codecs").rglob("codebook.npz"))
    found = compare_codecs(
        place / "out2", neural={"mine": path}, log=lambda _: None, **options | {"configs": {}}
    )
    assert row(found, "mine")["key"] == load_codec(path).fingerprint


def test_a_file_that_is_no_codec_is_refused(tmp_path):
    with pytest.raises(CodecError, match="no such codec"):
        compare_codecs(tmp_path, work=tmp_path, neural={"mine": tmp_path / "none.npz"})


def test_no_tunes_are_refused(tmp_path):
    with pytest.raises(UserError, match="at least 1"):
        compare_codecs(tmp_path, work=tmp_path, n_tunes=0)


def test_silence_has_a_mean_and_no_note():
    tune = Tunes("test")[0]
    audio = tune.render()
    found = measure_sent(tune, audio, Sent(np.zeros_like(audio), 0.0, None))
    assert found["si_sdr"] == -60 and found["melody"] == 0 and found["mel_sound"] > 10
    assert np.isnan(found["mel_frames"])


def test_a_sound_is_as_long_as_what_was_sent():
    audio = Tunes("test")[0].render()[:9000]
    codebook = LITTLE["k-means, 1 × 64"].fit([Tunes("train")[0].render()])
    for system in (mel_system(), codec_system("mine", "k-means", codebook)):
        assert system.send(audio).sound.shape == audio.shape


@pytest.mark.parametrize("kind", ["residual", "product"])
def test_books_that_refine_each_other_are_measured_one_by_one(kind):
    mel = frame_config()
    config = NeuralConfig(
        width=8, latent_dim=4, quantizer=QuantizerConfig(kind=kind, n_books=2, n_codes=16)
    )
    network = NeuralNetwork(mel.n_mels, config)
    codec = NeuralCodec(mel, network, np.zeros(mel.n_mels), np.ones(mel.n_mels))
    found = dict(with_fewer_books("mine", codec))
    if kind == "product":
        assert list(found) == ["mine"] and found["mine"] is codec
    else:
        assert list(found) == ["mine, 1 × 16", "mine, 2 × 16"]
        assert [one.stream_sizes for one in found.values()] == [(16,), (16, 16)]


def test_the_fitted_codecs_have_the_frames_that_distances_are_measured_on():
    assert all(config.mel == frame_config() for config in fitted_configs().values())
