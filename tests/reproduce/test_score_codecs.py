"""Notes of real scores that survive a codec: on held-out pieces, and kept once measured."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from refimpl.codecs import CodebookConfig, NeuralCodecConfig
from refimpl.corpora import Scores, open_corpus
from refimpl.presets import get_preset, override
from refimpl.reproduce.codec_systems import Sent, System, frame_config
from refimpl.reproduce.score_codecs import (
    measure_clip,
    measure_scores,
    score_configs,
    score_table,
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A few tunes of the reader's own example, in short clips."""
    folder = Scores.example(tmp_path_factory.mktemp("scores"))
    changes = {"data.n_train": 4, "data.n_validation": 1, "data.clip_seconds": 5.0}
    return open_corpus(folder, override(get_preset("course"), changes))


@pytest.fixture(scope="module")
def measured(corpus, tmp_path_factory):
    place, said = tmp_path_factory.mktemp("chorales"), []
    kmeans = CodebookConfig(mel=frame_config(), n_clusters=8, n_stages=1, max_iter=2)
    configs = {"k-means": kmeans, "neural": NeuralCodecConfig.small()}
    options = {"configs": configs, "corpus": corpus}
    found = measure_scores(place / "results", place / "work", log=said.append, **options)
    return place, found, options, said


def test_every_system_has_a_row(measured):
    _, found, _, said = measured
    names = [row["name"] for row in found["rows"]]
    assert names[:2] == ["the sound itself", "mel frames, no codes"]
    assert names[2].startswith("the course's codebook") and names[3] == "k-means"
    assert names[4:] == ["neural, 1 × 16", "neural, 2 × 16"]
    assert len(said) == len(names) and found["n_clips"] == 1
    assert [row["core_seconds"] is None for row in found["rows"]] == [True] * 3 + [False] * 3


def test_what_is_measured_is_written_and_kept(measured):
    place, found, options, _ = measured
    assert json.loads((place / "results/chorales.json").read_text()) == json.loads(
        json.dumps(found)
    )
    assert (place / "results/chorales.md").read_text(encoding="utf-8") == score_table(found)
    before = {path: path.stat().st_mtime_ns for path in (place / "work").rglob("*.*")}
    measure_scores(place / "results", place / "work", log=str, **options)
    assert before == {path: path.stat().st_mtime_ns for path in (place / "work").rglob("*.*")}


def test_the_sound_itself_keeps_its_notes_and_silence_none(corpus):
    clip = next(iter(corpus.clips("validation")))

    def through(send):
        return measure_clip(clip, System("", "", lambda a: Sent(send(a), 70.0, None), ""))

    same, silent = through(lambda audio: audio), through(np.zeros_like)
    assert same["f_score"] > 0.8 and same["mel_sound"] == 0 and same["bits_per_second"] == 70
    assert silent["f_score"] == 0
    # Notes of another piece are wrong, however clearly they sound.
    later = [(onset + 0.3, *rest) for onset, *rest in clip.facts["notes"]]
    other = SimpleNamespace(audio=clip.audio, facts={"notes": later})
    system = System("", "", lambda a: Sent(a, None, None), "")
    assert measure_clip(other, system)["f_score"] < 0.3


def test_the_neural_codec_has_the_finer_step_and_more_books():
    neural, usual = score_configs()["neural codec"], get_preset("neural").codec
    assert neural.step_rate == 2 * usual.step_rate and len(neural.stream_sizes) == 8
