"""What is measured of labels, captions and keys, in embeddings that can."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from refimpl.embeddings import JointSounds
from refimpl.embeddings.embedding import Embedding
from refimpl.embeddings.joint import LABELS
from refimpl.errors import UserError
from refimpl.judging.captioned import CAPTION_MEASURES, Captioned, with_captions
from refimpl.judging.comparing import GIVEN, NOISE, PIECES, REAL, RECITED, REPEATED, compare_sets
from refimpl.judging.examples import score_captions, score_labels
from refimpl.judging.judged import Judged, Reference
from refimpl.judging.keyed import KEY_MEASURES, Keyed, keys_of, pairs_in_a_key
from refimpl.judging.labelled import LABEL_MEASURES, Labelled
from refimpl.judging.reading import Sound, captions_of, read_clips
from refimpl.judging.report import text_table, write_report
from refimpl.metrics.sets import diversity, inception_score, label_divergence, label_surprises
from refimpl.tinytunes import TuneConfig, Tunes

RATE = 8000
PITCHES = (220.0, 330.0, 440.0, 550.0)


class Ear(Embedding):
    """Hears the loudest of four pitches; its captions are their numbers in words."""

    name, sample_rate, gives_labels, reads_captions = "ear", RATE, True, True

    def windows_of(self, audio):
        strengths = [self._strength(audio, pitch) for pitch in PITCHES]
        return np.array([strengths], dtype=np.float32)

    def labels_of(self, vectors):
        rows = np.stack([one.mean(axis=0) for one in vectors]).astype(float) + 1e-6
        return rows / rows.sum(axis=1, keepdims=True)

    def embed_captions(self, captions):
        return np.eye(len(PITCHES))[[int(caption) for caption in captions]]

    def _strength(self, audio, pitch):
        wave = np.exp(-2j * np.pi * pitch * np.arange(len(audio)) / RATE)
        return np.abs((audio * wave).mean()) + 1e-4


def whistles(n, seed, *, captions=True, wrong=False):
    rng = np.random.default_rng(seed)
    time, found = np.arange(RATE // 2) / RATE, []
    for i in range(n):
        which = int(rng.integers(len(PITCHES)))
        audio = np.sin(2 * np.pi * PITCHES[which] * time) + 0.05 * rng.standard_normal(len(time))
        caption = str((which + 1) % len(PITCHES) if wrong else which) if captions else ""
        found.append(Sound(f"s{i}", f"f{seed}-{i}", (0.2 * audio).astype(np.float32), caption))
    return found


@pytest.fixture(scope="module")
def compared():
    return compare_sets(whistles(40, 1), whistles(80, 2), RATE, [Ear()], n_resamples=20)


def value(compared, measure, which):
    return compared.values["ear", measure, which].mean


def test_captions_that_fit_are_above_chance_and_exchanged_ones_are_not(compared):
    above = compared.values["ear", "clap_above_chance", GIVEN]
    assert 0.5 < above.low < above.mean < above.high <= 1.5
    chance = value(compared, "clap_score", GIVEN) - above.mean
    assert chance == pytest.approx(0.25, abs=0.1)  # one of four pitches is the right one
    assert value(compared, "clap_above_chance", REPEATED) < 0.1
    assert value(compared, "clap_above_chance", RECITED) > 0.5
    assert ("ear", "clap_score") not in compared.mute and not compared.warnings
    wrong = compare_sets(
        whistles(40, 1, wrong=True), whistles(80, 2), RATE, [Ear()], n_resamples=20
    )
    assert wrong.values["ear", "clap_above_chance", GIVEN].high < 0


def test_an_embedding_that_cannot_read_says_nothing():
    deaf = Ear()
    deaf.embed_captions = lambda captions: np.ones((len(captions), len(PITCHES)))
    found = compare_sets(whistles(40, 1), whistles(80, 2), RATE, [deaf], n_resamples=20)
    assert found.mute["ear", "clap_score"] == "the captions of other sounds"
    assert "CLAP score (says nothing)" in text_table(found)


def test_without_captions_there_is_no_clap_score_and_with_few_a_warning():
    none = compare_sets(
        whistles(40, 1, captions=False), whistles(80, 2, captions=False), RATE, [Ear()],
        n_resamples=0,
    )  # fmt: skip
    assert not any(name.startswith("clap") for _, name, _ in none.values)
    assert none.warnings == [] and "CLAP" not in text_table(none)
    given = [replace(s, caption=s.caption * (n < 9)) for n, s in enumerate(whistles(40, 1))]
    few = compare_sets(given, whistles(80, 2, captions=False), RATE, [Ear()], n_resamples=8)
    assert any("Only 9 of the 40 given sounds have captions" in line for line in few.warnings)
    assert any("Only 0 of the 40 real sounds" in line for line in few.warnings)
    assert few.values["ear", "clap_score", GIVEN].n == 9
    assert ("ear", "clap_score", REAL) not in few.values
    row = next(line for line in text_table(few).splitlines() if "| CLAP score " in line)
    assert row.count("–") == 5


def test_labels_catch_what_they_see(compared):
    assert value(compared, "inception_score", REAL) > 2 > value(compared, "inception_score", NOISE)
    assert value(compared, "inception_score", REPEATED) == pytest.approx(1)
    assert value(compared, "label_divergence", REPEATED) > 0.5
    assert value(compared, "label_divergence", RECITED) == pytest.approx(0, abs=1e-9)
    # A whistle in pieces is the same whistle: a label cannot tell, and the table says so.
    assert value(compared, "label_divergence", PIECES) < 0.2
    assert compared.mute["ear", "label_divergence"] == PIECES


def test_the_measures_are_the_public_ones():
    rng = np.random.default_rng(0)
    one, two = rng.dirichlet(np.ones(5), 20), rng.dirichlet(np.ones(5), 30)
    labels = Labelled(one, two)
    found = {m.name: m.estimate(labels, n_resamples=20) for m in LABEL_MEASURES}
    assert found["inception_score"].mean == pytest.approx(inception_score(one))
    assert found["label_divergence"].mean == pytest.approx(label_divergence(one, two))
    certain = np.exp(label_surprises(labels.given).mean())
    assert certain == pytest.approx(inception_score(one), rel=1e-4)
    vectors, real = rng.standard_normal((20, 1, 3)), rng.standard_normal((30, 1, 3))
    keys, theirs = rng.integers(0, 3, 20), rng.integers(0, 3, 30)
    keyed = Keyed(Judged(list(0.5 * vectors), Reference(list(real))), keys, theirs)
    (measure,) = KEY_MEASURES
    expected = diversity(0.5 * vectors, groups=keys) / diversity(real, groups=theirs)
    assert expected < 1
    assert measure.estimate(keyed, n_resamples=0).mean == pytest.approx(expected)


def test_one_tune_in_many_keys_is_diverse_until_keys_are_compared():
    rng = np.random.default_rng(0)
    keys = np.arange(36) % 12
    places = 5 * rng.standard_normal((12, 4))  # of each key
    real = [places[key] + rng.standard_normal((1, 4)) for key in keys]
    same = [places[key] + 0.01 * rng.standard_normal((1, 4)) for key in keys]
    keyed = Keyed(Judged(same, Reference(real)), keys, keys)
    (measure,) = KEY_MEASURES
    found = measure.estimate(keyed, n_resamples=20)
    assert found.high < 0.1 < 0.9 < diversity(same) / diversity(real)


def test_without_a_pair_in_one_key_nothing_is_claimed():
    vectors = list(np.random.default_rng(0).standard_normal((10, 1, 3)))
    keyed = Keyed(Judged(vectors, Reference(vectors)), np.arange(10), np.zeros(10, dtype=int))
    (measure,) = KEY_MEASURES
    found = measure.estimate(keyed, n_resamples=20)
    assert np.isnan(found.mean) and np.isnan(found.low)
    assert pairs_in_a_key(np.arange(10)) == 0 and pairs_in_a_key(np.zeros(4)) == 6
    few = compare_sets(whistles(8, 1), whistles(16, 2), RATE, [], n_resamples=0)
    assert not any("in the same key" in line for line in few.warnings)  # nothing was asked


def test_silence_has_no_key_and_a_tune_has_its_own():
    tune = next(Tunes("test", TuneConfig()).take(1))
    audio = tune.render()
    keys = keys_of([audio, audio[: len(audio) // 2], np.zeros_like(audio)], tune.sample_rate)
    assert keys[0] == keys[1] >= 0 and keys[2] == -1


def test_only_captioned_sounds_count():
    vectors = [np.full((2, 3), float(n + 1)) for n in range(4)]
    texts = {"a": np.array([1.0, 0, 0]), "b": np.array([1.0, 1, 1])}
    found = with_captions(vectors, ["b", "", "a", "b"], texts)
    assert isinstance(found, Captioned)
    np.testing.assert_array_equal(found.numbers, [0, 2, 3])
    assert CAPTION_MEASURES[0].estimate(found, n_resamples=20).n == 3
    scores = score_captions(found, 4)
    assert np.isnan(scores.values[1]) and scores.best in (0, 3) and scores.worst == 2
    assert with_captions(vectors, ["", "", "a", ""], texts) is None


def test_the_joint_embedding_labels_and_reads_tunes():
    ear = JointSounds()
    tunes = list(Tunes("test", TuneConfig(level=2)).take(6))
    vectors = ear.embed([tune.render() for tune in tunes], tunes[0].sample_rate)
    labels = ear.labels_of(vectors)
    assert labels.shape == (6, len(LABELS))
    np.testing.assert_allclose(labels.sum(axis=1), 1)
    told = [LABELS[n].startswith(f"a tune in {t.key_name},") for n, t in
            zip(labels.argmax(axis=1), tunes, strict=True)]  # fmt: skip
    assert np.mean(told) >= 0.5  # by chance 1 in 24
    assert ear.embed_captions(["a calm tune"]).shape == (1, 128)
    assert score_labels(Labelled(labels, labels)).values.shape == (6,)


def test_an_embedding_without_labels_or_captions_says_so():
    class Plain(Embedding):
        name = "plain"

        def windows_of(self, audio):
            return audio[None, :2]

    with pytest.raises(UserError, match="plain gives no labels"):
        Plain().labels_of([np.zeros((1, 2))])
    with pytest.raises(UserError, match="plain reads no captions"):
        Plain().embed_captions(["a"])


def test_the_report_plays_what_fits_its_caption_best_and_worst(compared, tmp_path):
    page = write_report(tmp_path, compared, whistles(40, 1), RATE, title="T", command="c")
    html = page.read_text(encoding="utf-8")
    assert "<h3>CLAP score</h3>" in html and "<h3>inception score</h3>" in html
    assert "“1”" in html and "divergence of labels" in html and "diversity in a key" in html
    table = (tmp_path / "measures.csv").read_text(encoding="utf-8")
    assert "clap_above_chance,high,given" in table and "0 with the captions of other" in table
    assert "CLAP score" in (tmp_path / "sounds.csv").read_text(encoding="utf-8")


def folder_of_sounds(place, names):
    place.mkdir()
    for name in names:
        (place / name).parent.mkdir(exist_ok=True)
        noise = 0.1 * np.random.default_rng(0).standard_normal(RATE)
        soundfile.write(place / name, noise, RATE)
    return place


def test_captions_are_found_beside_and_in_a_table(tmp_path):
    folder = folder_of_sounds(tmp_path / "in", ["a.wav", "more/b.wav", "c.wav"])
    assert captions_of([folder]) == {}
    (folder / "a.txt").write_text("a drum\n", encoding="utf-8")
    assert captions_of([folder]) == {str(folder / "a.wav"): "a drum"}
    assert captions_of([folder / "a.wav"]) == {str(folder / "a.wav"): "a drum"}
    table = tmp_path / "table.csv"
    table.write_text("file,caption\nmore/b.wav,a bell\n", encoding="utf-8")
    captions = captions_of([folder], table)
    assert captions == {str(folder / "more/b.wav"): "a bell"}
    sounds, _ = read_clips([folder], RATE, seconds=0.5, count=6, captions=captions)
    assert {s.name: s.caption for s in sounds if s.caption} == {
        "b.wav": "a bell", "b.wav@0.5s": "a bell",
    }  # fmt: skip
    with pytest.raises(UserError, match="give one folder"):
        captions_of([folder, folder], table)
    table.write_text("file,caption\nnone.wav,a bell\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"no sound 'none.wav'"):
        captions_of([folder], table)
