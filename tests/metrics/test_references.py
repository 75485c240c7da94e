import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics import references


def tunes(n=30, length=40, n_codes=50):
    rng = np.random.default_rng(0)
    return [rng.integers(0, n_codes, length) for _ in range(n)]


def test_bigram_only_says_pairs_that_were_heard_in_their_proportion():
    rng = np.random.default_rng(1)
    training = [np.array([0, 1, 0, 1, 0, 2, 0, 1])]  # after 0: three times 1, once 2
    drawn = references.bigram(training, 50, 400, rng)
    pairs = np.concatenate([np.stack([t[:-1], t[1:]], axis=1) for t in drawn])
    assert {tuple(p) for p in pairs} == {(0, 1), (1, 0), (0, 2), (2, 0)}
    after_zero = pairs[pairs[:, 0] == 0, 1]
    assert (after_zero == 1).mean() == pytest.approx(0.75, abs=0.02)
    assert all(t[0] == 0 for t in drawn)


def test_bigram_begins_again_after_a_token_that_only_ends_tunes():
    drawn = references.bigram([np.array([4, 9])], 3, 6, np.random.default_rng(0))
    assert [t.tolist() for t in drawn] == [[4, 9, 4, 9, 4, 9]] * 3
    with pytest.raises(UserError, match="two tokens"):
        references.bigram([np.array([4])], 1, 5, np.random.default_rng(0))


@pytest.mark.parametrize("n_stages", [1, 2])
def test_blocks_are_pieces_of_training_tunes_in_their_place(n_stages):
    size = 8 * n_stages
    training = [1000 * k + np.arange(40 * n_stages) for k in range(5)]
    for tune in references.blocks(training, 4, 100, np.random.default_rng(0), n_stages=n_stages):
        assert len(tune) == 100
        for start in range(0, 100 - size, size):
            block = tune[start : start + size]
            assert (np.diff(block) == 1).all()
            assert block[0] % 1000 % size == 0
    with pytest.raises(UserError, match="shorter blocks"):
        references.blocks([np.arange(5)], 1, 10, np.random.default_rng(0))


def test_shuffling_keeps_all_steps_and_no_order():
    rng = np.random.default_rng(0)
    ids = np.arange(100)
    mixed = references.shuffled(ids, rng, n_stages=2)
    assert sorted(mixed) == list(ids)
    assert (mixed[1::2] - mixed[::2] == 1).all()  # a step's two codes stay together
    assert (np.diff(mixed[::2]) == 2).mean() < 0.2
    frames = np.arange(60).reshape(20, 3)
    mixed_frames = references.shuffled(frames, rng)
    assert sorted(mixed_frames.tolist()) == frames.tolist()
    assert mixed_frames.tolist() != frames.tolist()


def test_reference_tokens_match_the_held_out_tunes_in_number_and_length():
    training, held_out = tunes(30), tunes(7, length=24)
    sets = references.reference_tokens(training, held_out, np.random.default_rng(0))
    assert list(sets) == [
        references.RESYNTHESISED,
        references.BIGRAM,
        references.BLOCKS,
        references.SHUFFLED,
    ]
    assert all([len(t) for t in made] == [24] * 7 for made in sets.values())
    again = references.reference_tokens(training, held_out, np.random.default_rng(0))
    for name, made in sets.items():
        np.testing.assert_array_equal(made, again[name])


def test_noise_has_the_level_asked_for():
    noise = references.white_noise(50_000, np.random.default_rng(0), rms=0.2)
    assert noise.dtype == np.float32
    assert noise.std() == pytest.approx(0.2, rel=0.02)


def measured_by_chance(n=300, **options):
    rng = np.random.default_rng(3)
    rows = [references.random_notes(rng, **options) for _ in range(n)]
    return {name: np.mean([row[name] for row in rows]) for name in rows[0]}


def test_random_notes_reach_what_chance_reaches():
    known = measured_by_chance(beat_period=0.512)
    assert known["cross_key"] == pytest.approx(7 / 12, abs=0.02)
    assert known["in_key"] == pytest.approx(0.77, abs=0.02)  # the best key of twelve
    assert known["pitch_entropy"] == pytest.approx(3.6, abs=0.05)  # at most log2(16) = 4
    assert known["grid"] > 0.07 / 0.256  # a share of the time, at the best phase
    searched = measured_by_chance(40)
    assert searched["grid"] > known["grid"] + 0.2


def test_more_random_notes_fit_a_key_and_a_grid_less_well():
    few, many = (measured_by_chance(100, n_notes=n, beat_period=0.5) for n in (8, 64))
    assert few["in_key"] > many["in_key"] > 7 / 12
    assert few["grid"] > many["grid"] > 0.07 / 0.25


def test_random_notes_over_more_seconds_are_as_far_off_the_grid():
    seconds = {t: measured_by_chance(200, seconds=t, beat_period=0.5)["grid"] for t in (4, 40)}
    assert seconds[4] == pytest.approx(seconds[40], abs=0.05)


def test_fewer_than_six_random_notes_have_no_key():
    assert all(
        np.isnan(v) for v in references.random_notes(np.random.default_rng(0), n_notes=5).values()
    )
