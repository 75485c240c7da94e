"""The judges, judged: impostors, and the matrix on sets that are made in a moment."""

import json

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.metrics import detect_onsets
from refimpl.metrics.references import one_note
from refimpl.reproduce.judges import judge_judges, judged_sets, matrix
from refimpl.reproduce.judges.impostors import average_tune, in_another_key, pasted, uneven_beats
from refimpl.reproduce.judges.judged_sets import (
    AGAIN,
    ALL_SETS,
    IMPOSTORS,
    ONE_C,
    ONE_TUNE,
    ORDER,
    REAL,
    RECITED,
    WRONG_KEY,
    JudgedSets,
)
from refimpl.reproduce.judges.tables import judge_tables, number, passed

RATE = 22050
QUICK = (REAL, AGAIN, ONE_TUNE, RECITED, ONE_C)


def test_an_average_has_the_frames_that_its_sounds_have_on_average():
    mel = MelConfig(n_fft=1024, hop_length=512, n_mels=32)
    time = np.arange(RATE) / RATE
    sounds = [0.3 * np.sin(2 * np.pi * f * time).astype(np.float32) for f in (440, 1500)]
    found = average_tune(sounds, mel)
    assert found.shape == (RATE,)
    wanted = np.mean([mel_spectrogram(s, mel) for s in sounds], axis=0)
    off = np.abs(mel_spectrogram(found, mel) - wanted)[4:-4]
    assert np.median(off) < 3  # dB
    with pytest.raises(UserError, match="2 lengths"):
        average_tune([sounds[0], sounds[1][:-1]], mel)
    with pytest.raises(UserError, match="0 lengths"):
        average_tune([], mel)


def test_a_pasted_sound_is_the_first_and_then_the_second():
    one, two = np.full(RATE, 0.1, np.float32), np.full(RATE, 0.5, np.float32)
    found = pasted(one, two, RATE)
    join = round(0.01 * RATE)
    np.testing.assert_allclose(found[: RATE // 2 - join], 0.1)
    np.testing.assert_allclose(found[RATE // 2 + join :], 0.5)
    assert np.abs(np.diff(found)).max() < 0.01  # no click
    np.testing.assert_allclose(pasted(one[:1], two[:1], RATE), 0.5)
    with pytest.raises(UserError, match="shapes"):
        pasted(one, two[:-1], RATE)


def test_uneven_beats_are_the_same_sounds_at_other_times():
    beat = 0.5
    clicks = one_note(8 * RATE, RATE, beat)
    found = uneven_beats(clicks, RATE, beat, np.random.default_rng(0))
    assert found.shape == clicks.shape and np.abs(found).max() <= 1
    before, after = (np.diff(detect_onsets(sound, RATE)[0]) for sound in (clicks, found))
    assert before.std() < 0.03 < 0.08 < after.std()
    assert after.max() < 0.8  # a lengthened beat begins again
    assert len(uneven_beats(clicks[:100], RATE, beat, np.random.default_rng(0))) == 100
    with pytest.raises(UserError, match="too short"):
        uneven_beats(clicks, RATE, 0.01, np.random.default_rng(0))


def test_the_other_key_is_as_far_away_as_there_is():
    rng = np.random.default_rng(0)
    keys = [0, 6, 1, 7, 11]
    others = in_another_key(keys, rng)
    assert [keys[o] for o in others[:4]] == [6, 0, 7, 1]
    assert keys[others[4]] == 6  # five semitones: there is no 5
    assert list(in_another_key([3, 3], rng)) in ([0, 0], [0, 1], [1, 0], [1, 1])


@pytest.fixture(scope="module")
def sets():
    return JudgedSets(2, 3)


@pytest.mark.parametrize("name", ALL_SETS)
def test_every_set_has_as_many_sounds_of_one_length(sets, name):
    found = sets.sounds(name)
    assert len(found) == 2
    assert {len(sound) for sound in found} == {next(sets.held_out()).n_samples}
    assert all(sound.dtype == np.float32 and np.isfinite(sound).all() for sound in found)
    again = JudgedSets(2, 3).sounds(name) if name == WRONG_KEY else found
    np.testing.assert_array_equal(again[0], found[0])


def test_the_names_fit_together():
    assert len(set(ALL_SETS)) == len(ALL_SETS) == 15
    assert set(ORDER) | set(IMPOSTORS) < set(ALL_SETS) and ALL_SETS[0] == REAL


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    place, said = tmp_path_factory.mktemp("judges"), []
    options = {"n_tunes": 12, "n_training": 24, "work": place / "work", "log": said.append}
    options |= {"names": QUICK, "embeddings": ("mel statistics",)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "N_RESAMPLES", 12)
        results = judge_judges(place / "out", **options)
    return place, results, said, options


def test_every_column_has_every_set_and_copies_are_caught(judged):
    _, results, _, _ = judged
    assert all(set(column["sets"]) == set(QUICK) for column in results["columns"].values())
    copies = results["columns"]["mel statistics/copies"]["sets"]
    assert copies[RECITED]["value"][0] == 1 and not copies[RECITED]["passes"]
    diverse = results["columns"]["mel statistics/diversity"]["sets"]
    assert diverse[ONE_TUNE]["value"][0] == pytest.approx(0, abs=1e-3)
    assert not diverse[ONE_TUNE]["passes"] and diverse[REAL]["passes"]
    grid = results["columns"]["music/grid"]["sets"]
    assert grid[ONE_C]["passes"]  # one C on every beat is in time
    assert len(passed(results, REAL)) == len(results["columns"])


def test_json_and_tables_are_written_and_nothing_is_made_twice(judged):
    place, results, said, options = judged
    text = (place / "out/judges.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(results).replace("NaN", "null"))
    assert (place / "out/judges.md").read_text(encoding="utf-8") == judge_tables(json.loads(text))
    assert len(list((place / "out/sounds").glob("results-judges-*.mp3"))) == len(QUICK)
    made = [line for line in said if "sounds" in line]
    assert len(made) == len(QUICK) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "N_RESAMPLES", 12)
        patch.setattr(judged_sets.JudgedSets, "sounds", None)
        again = judge_judges(place / "out", **options)
    assert again["columns"] == results["columns"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0.00"),
        (0.0123, "0.012"),
        (1.234, "1.23"),
        (-250.4, "-250"),
        (-0.0001, "0.000"),
    ],
)
def test_numbers_have_room(value, text):
    assert number(value) == text
