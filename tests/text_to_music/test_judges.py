"""Judges of what was asked for: right on real tunes, and not fooled by another tempo."""

import numpy as np
import pytest

from refimpl.corpora.tinytunes import clip_of
from refimpl.errors import UserError
from refimpl.text_to_music.judges import Judges, facts_to_judge, on_the_grid
from refimpl.text_to_music.key_judge import KeyJudge
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tinytunes.attributes import Attributes


@pytest.fixture(scope="module")
def judges():
    return Judges.fit(map(clip_of, mixed_tunes("train", range(36))))


def test_judges_hear_drums_and_level_in_tunes_that_they_have_not_heard(judges):
    right = []
    for tune in mixed_tunes("test", range(9)):
        asked = facts_to_judge(Attributes.of(tune.facts))
        agreed = judges.agree(tune.render(), tune.sample_rate, asked)
        assert set(agreed) == {"signature", "mode", "melody", "bass", "drums", "level", "tempo"}
        right.append([agreed["drums"], agreed["level"], agreed["tempo"]])
    assert np.mean(right, axis=0).min() > 0.75


def test_keys_are_told_far_more_often_than_by_chance(judges):
    right = []
    for tune in mixed_tunes("test", range(12)):
        asked = facts_to_judge(Attributes.of(tune.facts))
        heard = judges.judge(tune.render(), tune.sample_rate)
        right.append([heard["signature"] == asked["signature"], heard["mode"] == asked["mode"]])
    assert np.mean(right, axis=0).min() > 0.6


def test_a_tune_in_another_key_has_the_same_features_turned():
    rng = np.random.default_rng(0)
    major, minor = rng.random((2, 6, 12))
    features = [np.roll(one, k, axis=1) for k in range(4) for one in (major, minor)]
    judge = KeyJudge.fit(features, np.repeat(range(4), 2), ["major", "minor"] * 4)
    assert judge.tell(np.roll(minor, 9, axis=1)) == (9, "minor")
    assert judge.tell(np.roll(major, 7, axis=1)) == (7, "major")
    with pytest.raises(UserError, match="in major and in minor"):
        KeyJudge.fit([minor], [0], ["minor"])


def test_only_what_was_asked_for_is_judged(judges):
    tune = next(mixed_tunes("test", range(1)))
    audio = tune.render()
    assert judges.agree(audio, tune.sample_rate, {"drums": False}) == {"drums": True}
    assert judges.agree(audio, tune.sample_rate, {"drums": True}) == {"drums": False}
    assert judges.agree(audio, tune.sample_rate, {}) == {}


def test_a_tune_lies_on_the_grid_of_its_own_tempo_alone():
    for tune in mixed_tunes("test", range(3)):
        audio = tune.render()
        assert on_the_grid(audio, tune.sample_rate, tune.tempo) > 0.9
        assert on_the_grid(audio, tune.sample_rate, tune.tempo * 1.13) < 0.8


def test_a_minor_key_has_the_signature_of_its_relative_major():
    minor = Attributes(tonic=9, mode="minor", instruments={"melody": "piano", "bass": "x"})
    facts = {"signature": 0, "mode": "minor", "melody": "piano", "bass": "x"}
    assert facts_to_judge(minor) == facts | {"drums": False, "level": 1}
    assert facts_to_judge(Attributes()) == {}


def test_judges_need_tunes_of_several_kinds():
    with pytest.raises(UserError, match="same"):
        Judges.fit([clip_of(next(mixed_tunes("train", range(1))))] * 2)
