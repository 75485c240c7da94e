"""Notes that survive a codec, by level: measured on all but the drums, and kept once measured."""

import json

import numpy as np
import pytest

from refimpl.codecs import CodebookConfig, NeuralCodecConfig
from refimpl.reproduce.codec_systems import Sent, System, frame_config
from refimpl.reproduce.level_codecs import level_tables, measure_levels, measure_notes
from refimpl.tinytunes import TuneConfig, Tunes

FEW = {"kmeans": 2, "neural": 2}


def small_configs():
    kmeans = CodebookConfig(mel=frame_config(), n_clusters=8, n_stages=1, max_iter=2)
    return {"k-means": kmeans, "neural": NeuralCodecConfig.small()}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two levels, one tune each, through codecs that are fitted in seconds."""
    place, said = tmp_path_factory.mktemp("levels"), []
    options = {"levels": (1, 3), "n_tunes": 1, "n_fitted": FEW, "configs": small_configs()}
    found = measure_levels(place / "results", place / "work", log=said.append, **options)
    return place, found, options, said


def test_each_level_has_every_system(measured):
    _, found, _, said = measured
    names = {level: [r["name"] for r in found["rows"] if r["level"] == level] for level in (1, 3)}
    assert names[1] == names[3]
    assert names[1][:2] == ["mel frames, no codes", "k-means"]
    assert any(name.startswith("neural") for name in names[1])
    assert len(said) == len(found["rows"])


def test_what_is_measured_is_written_and_kept(measured):
    place, found, options, _ = measured
    written = json.loads((place / "results/levels.json").read_text())
    assert written == json.loads(json.dumps(found))
    assert (place / "results/levels.md").read_text(encoding="utf-8") == level_tables(found)
    before = {path: path.stat().st_mtime_ns for path in (place / "work").rglob("*.*")}
    measure_levels(place / "results", place / "work", log=str, **options)
    assert before == {path: path.stat().st_mtime_ns for path in (place / "work").rglob("*.*")}


def through(send) -> System:
    return System("a system", "no codes", lambda audio: Sent(send(audio), None, None), "key")


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_sound_that_comes_back_as_it_was_keeps_its_notes(level):
    tune = Tunes("test", TuneConfig(level=level))[0]
    same = measure_notes(tune, through(lambda audio: audio))
    assert same["f_score"] > (0.8 if level == 1 else 0.7)  # the detector misses doubled partials
    assert same["mel_sound"] == 0
    silent = measure_notes(tune, through(np.zeros_like))
    assert silent["f_score"] == 0


def test_the_drums_are_no_notes():
    tune = Tunes("test", TuneConfig(level=3))[0]
    stems = tune.stems()
    pitched = sum(sound for part, sound in stems.items() if part != "drums")
    assert measure_notes(tune, through(lambda audio: pitched))["f_score"] > 0.7
    assert measure_notes(tune, through(lambda audio: stems["drums"]))["f_score"] < 0.3
