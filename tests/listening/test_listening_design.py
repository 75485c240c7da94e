"""What a listening test compares: folders as trials, equally loud and long, and anchors."""

import numpy as np
import pytest
from scipy.signal import freqz

from refimpl.audio import AudioError, save_audio
from refimpl.display.loudness import loudness
from refimpl.listening import ANCHORS, KINDS, ListeningError, balanced_plans, design_test, low_pass
from tests.listening.examples import RATE, bright_sound, write_folders


@pytest.fixture
def folders(tmp_path):
    return write_folders(tmp_path)


def design(folders, kind, **options):
    reference = folders[0].parent / "real" if kind == "mushra" else None
    return design_test(folders, kind, sample_rate=RATE, show=False, reference=reference, **options)


def test_a_mushra_trial_has_all_systems_the_hidden_reference_and_both_anchors(folders):
    test = design(folders, "mushra")
    assert test.systems == ("good", "bad")
    assert [trial.training for trial in test.trials] == [True, False, False, False]
    for trial in test.trials:
        assert set(trial.sounds) == {"good", "bad", "reference", *ANCHORS}
        assert trial.faint == ()


def test_a_comparison_has_each_two_systems_of_an_item(folders):
    for path in folders[0].glob("*.wav"):
        save_audio(path.parent.parent / "third" / path.name, bright_sound(3), RATE)
    test = design([*folders, folders[0].parent / "third"], "ab", n_training=0)
    pairs = [(trial.item, *trial.sounds) for trial in test.trials]
    assert len(set(pairs)) == 4 * 3
    assert all(len(trial.sounds) == 2 for trial in test.trials)


def test_questions_are_asked_of_one_sound_at_a_time_even_if_others_lack_it(folders):
    (folders[0] / "one.wav").unlink()
    (folders[1] / "two.txt").write_text("calm\n  music")
    (folders[1] / "three.json").write_text('{"caption": "a dance"}')
    test = design(folders, "questions", n_training=0)
    assert len(test.trials) == 7
    captions = {(trial.item, *trial.sounds): trial.caption for trial in test.trials}
    assert captions["two", "bad"] == captions["two", "good"] == "calm music"
    assert captions["three", "bad"] == "a dance"
    assert captions["four", "bad"] == ""


@pytest.mark.parametrize("kind", KINDS)
def test_the_sounds_of_a_trial_are_equally_loud_and_long(folders, kind):
    for trial in design(folders, kind).trials:
        levels = [loudness(sound, RATE) for sound in trial.sounds.values()]
        assert max(levels) - min(levels) < 0.1
        assert levels[0] == pytest.approx(-23, abs=0.1)
        assert len({len(sound) for sound in trial.sounds.values()}) == 1
        assert all(np.abs(sound).max() < 0.9 for sound in trial.sounds.values())


def test_where_one_sound_cannot_be_that_loud_all_are_as_loud_as_it_gets(tmp_path):
    sound = bright_sound(0)
    clicks = np.zeros_like(sound)
    clicks[:: RATE // 4] = 1.0
    save_audio(tmp_path / "a/x.wav", sound, RATE)
    save_audio(tmp_path / "b/x.wav", clicks, RATE)
    (trial,) = design([tmp_path / "a", tmp_path / "b"], "ab", n_training=0).trials
    levels = [loudness(sound, RATE) for sound in trial.sounds.values()]
    assert levels[0] == pytest.approx(levels[1], abs=0.1)
    assert levels[0] < -25


def test_loudness_may_be_kept(folders):
    trial = design(folders, "ab", match_loudness=False).trials[0]
    kept = trial.sounds["good"][2000:-2000]
    assert np.std(kept) == pytest.approx(0.5 * np.std(bright_sound(0)), rel=0.3)


def test_a_sound_is_cut_to_its_beginning_and_begins_and_ends_softly(folders):
    sound = design(folders, "ab", seconds=0.5).trials[0].sounds["good"]
    assert len(sound) == RATE // 2
    assert abs(sound[0]) == abs(sound[-1]) == 0
    assert np.abs(sound[:20]).max() < 0.2 * np.abs(sound).max()


def test_shorter_music_is_filled_with_silence_unless_it_stands_beside_a_reference(folders):
    save_audio(folders[0] / "two.wav", bright_sound(0, seconds=0.6), RATE)
    (trial,) = (one for one in design(folders, "ab").trials if one.item == "two")
    assert not np.any(trial.sounds["good"][round(0.7 * RATE) :])
    with pytest.raises(ListeningError, match="two: sounds of 0.60 to 1.50 s"):
        design(folders, "mushra")


@pytest.mark.parametrize("edge", ANCHORS.values())
@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_an_anchor_is_what_the_recommendation_asks_for(edge, rate):
    impulse = np.zeros(4096)
    impulse[2048] = 1
    hertz, response = freqz(low_pass(impulse, rate, edge), worN=8192, fs=rate)
    level = 20 * np.log10(np.abs(response) + 1e-9)
    assert np.abs(level[hertz <= edge]).max() < 0.1
    assert level[hertz >= edge * 8 / 7].max() < -25
    assert level[hertz >= edge * 9 / 7].max() < -50
    assert np.argmax(np.abs(low_pass(impulse, rate, edge))) == 2048  # it comes no later


def test_an_anchor_needs_room_above_its_edge():
    with pytest.raises(ListeningError, match="above 16000 Hz"):
        low_pass(np.zeros(100), 16000, 7000)


def test_music_without_treble_has_an_anchor_that_nobody_hears_and_the_test_says_so(tmp_path):
    times = np.arange(RATE) / RATE
    for system in ("real", "ours"):
        save_audio(tmp_path / system / "low.wav", 0.3 * np.sin(2 * np.pi * 5000 * times), RATE)
    test = design([tmp_path / "ours"], "mushra", n_training=0)
    assert test.trials[0].faint == ("anchor 7 kHz",)
    assert len(test.notes) == 1 and "anchor 7 kHz of 1 items, such as low" in test.notes[0]
    assert not design([tmp_path / "ours"], "mushra", n_training=0, anchors=False).notes


def test_without_texts_the_second_question_is_not_asked_and_the_test_says_so(folders):
    assert "only the first question" in design(folders, "questions").notes[0]
    assert not design(folders, "questions", questions=("Is it a dance?",)).notes


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        (lambda f: (f[1] / "two.wav").unlink(), "ab", r"bad: no sound named 'two'.*1 of 4"),
        (lambda f: (f[1] / "x.wav").write_bytes(b"no"), "mushra", "no sound named 'x'"),
        (lambda f: (f[1] / "two.flac").write_bytes(b""), "ab", "two sounds are named 'two'"),
        (lambda f: f[1].rename(f[1].with_name("anchor 7 kHz")), "ab", "is no system; rename"),
        (lambda f: None, "abx", "kind 'abx' given, one of mushra, ab, questions"),
    ],
)
def test_folders_that_make_no_test_are_named(folders, change, kind, told):
    change(folders)
    found = [path for path in folders[0].parent.iterdir() if path.name != "real"]
    with pytest.raises(ListeningError, match=told):
        design(sorted(found), kind)


def test_a_test_needs_its_reference_systems_and_items(folders):
    with pytest.raises(ListeningError, match="needs a --reference"):
        design_test(folders, "mushra")
    with pytest.raises(ListeningError, match="has no reference"):
        design_test(folders, "ab", reference=folders[0])
    with pytest.raises(ListeningError, match="1 folders given, 2 to 12 needed for ab"):
        design(folders[:1], "ab")
    with pytest.raises(ListeningError, match="4 items of which 4 for training"):
        design(folders, "ab", n_training=4)
    with pytest.raises(ListeningError, match="the same name"):
        design([folders[0], folders[0]], "ab")
    with pytest.raises(AudioError, match="does not exist"):
        design([*folders, folders[0].parent / "nowhere"], "ab")


def test_plans_let_all_be_heard_equally_often():
    groups = [0] * 5 + [1] * 5 + [2] * 5
    plans = balanced_plans(groups, 6, 30, np.random.default_rng(0))
    assert all(len(plan) == len(set(plan)) == 6 for plan in plans)
    for plan in plans:
        assert [sum(groups[i] == g for i in plan) for g in range(3)] == [2, 2, 2]
    heard = np.bincount(np.concatenate(plans), minlength=15)
    assert heard.min() == heard.max() == 12
    assert len({tuple(plan) for plan in plans}) > 25  # in another order each
    firsts = np.bincount([groups[plan[0]] for plan in plans], minlength=3)
    assert firsts.min() > 3  # none has the first place to itself
