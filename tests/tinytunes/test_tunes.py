"""The corpus: reproducible, endless, and split so that no tune is in two splits."""

import hashlib
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.tinytunes import SAMPLES_PER_BEAT, TuneConfig, Tunes
from refimpl.tinytunes.composition import SPLITS, split_of
from tests.tinytunes.helpers import LEVELS, corpus


@pytest.mark.parametrize("level", LEVELS)
def test_a_tune_depends_on_its_index_alone(level):
    in_order = list(corpus(level).take(4))
    alone = corpus(level)[3]
    assert alone.to_json() == in_order[3].to_json()
    assert np.array_equal(alone.render(), in_order[3].render())


def test_a_fresh_process_gives_the_same_bits():
    # Another process has other hashes, empty caches and another order of play.
    code = (
        "import hashlib; from refimpl.tinytunes import *;"
        "c = Tunes('test', TuneConfig(level=3), seed=5); c[9].render();"
        "print(hashlib.sha256(c[2].render().tobytes()).hexdigest())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = Tunes("test", TuneConfig(level=3), seed=5)[2].render()
    assert ran.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest()


def test_no_global_chance_is_used():
    np.random.seed(1)  # noqa: NPY002
    first = corpus(3)[0].render()
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(first, corpus(3)[0].render())
    np.random.seed(1)  # noqa: NPY002
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_seeds_splits_and_levels_give_other_tunes():
    corpora = [
        Tunes("train"),
        Tunes("train", seed=1),
        Tunes("validation"),
        Tunes("train", TuneConfig(level=2)),
    ]
    melodies = {tuple(t.fingerprint for t in c.take(5)) for c in corpora}
    names = [t.name for c in corpora for t in c.take(5)]
    assert len(melodies) == 4
    assert len(set(names)) == 20


@pytest.mark.parametrize("split", SPLITS)
def test_a_tune_is_in_the_split_that_its_melody_belongs_to(split):
    # The melody decides, so splits cannot share one, at whatever level or seed.
    for level in LEVELS:
        for tune in Tunes(split, TuneConfig(level=level), seed=level).take(60):
            assert split_of(tune.fingerprint) == tune.split == split


def test_splits_share_no_tune_and_a_split_rarely_repeats_one():
    found = {
        split: [t.fingerprint for t in Tunes(split).take(n)]
        for split, n in (("train", 900), ("validation", 100), ("test", 100))
    }
    melodies = [set(fingerprints) for fingerprints in found.values()]
    assert len(set.union(*melodies)) == sum(len(m) for m in melodies)
    assert len(melodies[0]) > 895


def test_iterating_and_taking_agree():
    by_hand = [t.name for t in islice(Tunes("test"), 3)]
    assert by_hand == [t.name for t in Tunes("test").take(3)]
    assert list(Tunes("test").take(0)) == []


def test_level_1_is_the_corpus_of_the_course():
    tunes = list(corpus(1).take(150))
    assert {t.key for t in tunes} == set(range(12))
    assert {t.mode for t in tunes} == {"major"}
    for tune in tunes:
        assert tune.n_samples == 16 * SAMPLES_PER_BEAT == len(tune.render())
        step = SAMPLES_PER_BEAT / 2 / tune.sample_rate
        eighths = np.array([n.onset for n in tune.notes]) / step
        assert np.allclose(eighths, np.round(eighths), atol=1e-9)
    onsets_per_second = [len({n.onset for n in t.notes}) / t.duration for t in tunes]
    assert 1.6 < np.mean(onsets_per_second) < 2.4


@pytest.mark.parametrize("level", [2, 3])
def test_richer_levels_have_more_keys_and_tempos(level):
    tunes = list(corpus(level).take(100))
    assert len({(t.key, t.mode) for t in tunes}) > 20
    assert min(t.tempo for t in tunes) >= 80
    assert max(t.tempo for t in tunes) <= 140
    assert len({t.tempo for t in tunes}) > 10
    parts = {"melody", "chords", "bass"} | ({"drums"} if level == 3 else set())
    assert all({n.part for n in t.notes} == parts == set(t.instruments) for t in tunes)


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"split": "dev"}, "train, validation, test"),
        ({"seed": -1}, "0 or more"),
        ({"seed": 0.5}, "whole number"),
        ({"config": 2}, "TuneConfig"),
    ],
)
def test_what_is_no_corpus_is_refused(given, needed):
    with pytest.raises(UserError, match=needed):
        Tunes(**given)


def test_there_is_no_end_to_count_from():
    with pytest.raises(UserError, match="0 or more"):
        Tunes()[-1]
    with pytest.raises(UserError, match="0 or more"):
        Tunes().take(-1)


@pytest.mark.parametrize(
    ("level", "fingerprints"),
    [
        (1, ["492dd695", "1d333137", "82fecdad"]),
        (2, ["6c219a7e", "c8a34ade", "9f655914"]),
        (3, ["26ae56e8", "3671742d", "1fcc5915"]),
    ],
)
def test_the_tunes_are_those_that_models_and_cards_were_made_with(level, fingerprints):
    # Who changes the composer on purpose changes these, and makes checkpoints and cards again.
    assert [t.fingerprint[:8] for t in corpus(level).take(3)] == fingerprints
