"""Measures that ask one question each: nearness, variety, copies, labels, captions, intervals."""

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.metrics.sets import (
    clap_score,
    diversity,
    expected_coverage,
    inception_score,
    label_divergence,
    manifold_scores,
    nearest_distances,
    paired_label_divergence,
    resampled,
    told_apart,
    too_near,
)
from refimpl.metrics.statistics import Estimate


def points(n, d=3, seed=0, mean=0.0, scale=1.0):
    return mean + scale * np.random.default_rng(seed).standard_normal((n, d))


def test_manifold_scores_by_hand():
    # On a line: real sounds at 0, 1, 2, with their nearest neighbour at distance 1.
    real = np.array([[0.0], [1.0], [2.0]])
    generated = np.array([[0.5], [2.5], [9.0], [10.0]])
    found = manifold_scores(generated, real, k=1)
    assert found.precision == pytest.approx(2 / 4)  # .5 and 2.5
    assert found.density == pytest.approx((2 + 1 + 0 + 0) / 4)  # .5 lies in the balls of 0 and 1
    assert found.coverage == 1.0
    # Radii of generated ones: 2, 2, 1, 1.
    assert found.recall == 1.0
    assert manifold_scores(generated[2:], real, k=1).recall == 0


def test_an_outlier_raises_recall_and_not_coverage():
    real = points(60)
    crowd = points(30, seed=1, scale=0.01)
    alone = manifold_scores(crowd, real)
    # The balls of outliers reach to the crowd, and so contain half of the real sounds each.
    found = manifold_scores(np.concatenate([crowd, [[50.0, 0, 0], [-50.0, 0, 0]]]), real)
    assert found.recall > 0.9 and alone.recall < 0.1
    assert found.coverage == pytest.approx(alone.coverage, abs=0.05)


@pytest.mark.parametrize(("n", "m"), [(20, 20), (30, 90)])
def test_chance_levels_of_density_and_coverage(n, m):
    found = [manifold_scores(points(n, seed=s), points(m, seed=s + 500)) for s in range(80)]
    assert np.mean([f.coverage for f in found]) == pytest.approx(expected_coverage(n, m), abs=0.02)
    assert np.mean([f.density for f in found]) == pytest.approx(1, abs=0.08)


def test_few_kinds_are_precise_and_cover_little():
    real, few = points(100), np.repeat(points(2, seed=1, scale=0.5), 20, axis=0)
    found = manifold_scores(few, real)
    assert found.precision == 1 and found.coverage < 0.5


def test_manifolds_need_more_sounds_than_neighbours():
    with pytest.raises(UserError, match="at least 6"):
        manifold_scores(points(5), points(20))
    with pytest.raises(UserError, match="at least one neighbour"):
        manifold_scores(points(9), points(20), k=0)
    with pytest.raises(UserError, match="more real sounds"):
        expected_coverage(10, 5)


def test_diversity_is_the_mean_distance_of_different_sounds():
    assert diversity(np.array([[0.0, 0], [3, 4], [0, 8]])) == pytest.approx((5 + 5 + 8) / 3)
    assert diversity(np.ones((6, 2))) == 0
    assert diversity([np.array([[0.0], [2.0]]), np.array([[4.0]])]) == 3  # centres 1 and 4


def test_diversity_within_groups_does_not_see_the_groups():
    keys = np.repeat([0, 1, 2], 10)
    one_tune_in_three_keys = 10.0 * keys[:, None] + points(30, 1, scale=0.01)
    assert diversity(one_tune_in_three_keys) > 5
    assert diversity(one_tune_in_three_keys, groups=keys) < 0.1
    assert np.isnan(diversity(points(3), groups=["a", "b", "c"]))
    with pytest.raises(UserError, match="2 groups for 3"):
        diversity(points(3), groups=[0, 1])
    with pytest.raises(UserError, match="at least 2"):
        diversity(points(1))


def test_nearest_distances_by_hand_and_of_copies():
    training = np.array([[0.0, 0], [10, 0]])
    found = nearest_distances(np.array([[3.0, 4], [10, 0], [7, 0]]), training)
    np.testing.assert_allclose(found, [5, 0, 3], atol=1e-6)
    assert nearest_distances(points(1), training[:, :1].repeat(3, 1)).shape == (1,)


def test_too_near_is_one_in_twenty_by_chance_and_all_of_copies():
    training, held_out = points(200, 2), points(400, 2, seed=1)
    chance = too_near(points(400, 2, seed=2), training, held_out)
    assert chance.dtype == bool and 0.01 < chance.mean() < 0.1
    assert too_near(training[:50], training, held_out).all()
    assert not too_near(points(50, 2, seed=3, mean=100), training, held_out).any()


def test_inception_score_has_its_two_ends():
    assert inception_score(np.eye(4)) == pytest.approx(4)
    assert inception_score(np.eye(4)[[1, 1, 1]]) == pytest.approx(1)
    assert inception_score(np.full((3, 4), 0.25)) == pytest.approx(1)
    two = np.array([[0.9, 0.1], [0.1, 0.9]])
    expected = np.exp(0.9 * np.log(0.9 / 0.5) + 0.1 * np.log(0.1 / 0.5))
    assert inception_score(two) == pytest.approx(expected)


def test_label_divergences_by_hand():
    real, made = np.array([[0.5, 0.5], [0.3, 0.7]]), np.array([[0.2, 0.8], [0.2, 0.8]])
    expected = 0.4 * np.log(0.4 / 0.2) + 0.6 * np.log(0.6 / 0.8)
    assert label_divergence(made, real) == pytest.approx(expected)
    assert label_divergence(real[::-1], real) == pytest.approx(0, abs=1e-9)
    first = 0.5 * np.log(0.5 / 0.2) + 0.5 * np.log(0.5 / 0.8)
    second = 0.3 * np.log(0.3 / 0.2) + 0.7 * np.log(0.7 / 0.8)
    assert paired_label_divergence(made, real) == pytest.approx((first + second) / 2)
    assert paired_label_divergence(real[::-1], real) > 0
    assert np.isfinite(label_divergence(np.eye(2)[:1], np.eye(2)[1:]))


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (np.ones((2, 2)), np.eye(2), "add up to 1"),
        (np.array([[2.0, -1.0]]), np.eye(2), "0 or more"),
        (np.full((2, 2), np.nan), np.eye(2), "0 or more"),
        (np.ones(3), np.eye(2), "shape"),
        (np.eye(3), np.eye(2), "same classifier"),
    ],
)
def test_labels_that_are_none_are_refused(one, two, said):
    for measure in (label_divergence, paired_label_divergence):
        with pytest.raises(UserError, match=said):
            measure(one, two)
    with pytest.raises(UserError, match="as many"):
        paired_label_divergence(np.eye(2), np.eye(2)[:1])


def test_clap_score_compares_directions_with_own_and_other_captions():
    sounds = np.array([[2.0, 0], [0, 5.0]])
    found = clap_score(sounds, np.array([[1.0, 0], [1.0, 1.0]]))
    np.testing.assert_allclose(found.own, [1, np.sqrt(0.5)])
    np.testing.assert_allclose(found.others, [np.sqrt(0.5), 0], atol=1e-12)
    assert found.score == pytest.approx((1 + np.sqrt(0.5)) / 2)
    assert found.chance == pytest.approx(np.sqrt(0.5) / 2)
    assert np.isnan(clap_score(sounds[:1], sounds[:1]).chance)
    for one, two in [(sounds, sounds[:1]), (sounds[0], sounds[0]), (sounds * 0, sounds)]:
        with pytest.raises(UserError):
            clap_score(one, two)


def test_the_interval_of_a_mean_is_the_usual_one():
    values = np.random.default_rng(0).standard_normal(200)
    found = resampled(lambda i: values[i].mean(), [200], n_resamples=400)
    assert found.mean == pytest.approx(values.mean()) and found.n == 200
    half = 1.96 * values.std(ddof=1) / np.sqrt(200)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.15)
    again = resampled(lambda i: values[i].mean(), [200], n_resamples=400)
    assert again == found


def test_what_two_sets_share_is_drawn_once():
    """The difference of two sets to one reference is surer than each distance."""
    rng = np.random.default_rng(0)
    one, two, reference = (rng.standard_normal(40) for _ in range(3))
    reference *= 10

    def distance(values, i, j):
        return values[i].mean() - reference[j].mean()

    alone = resampled(lambda i, j: distance(one, i, j), [40, 40])
    both = resampled(lambda i, k, j: distance(one, i, j) - distance(two, k, j), [40, 40, 40])
    assert both.high - both.low < (alone.high - alone.low) / 3


def test_no_index_is_drawn_twice_and_every_set_is_halved():
    seen = []
    resampled(lambda i, j: seen.append((i, j)) or 0.0, [9, 20], n_resamples=5)
    assert [len(i) for i, _ in seen] == [9] + [4] * 5
    assert all(len(np.unique(j)) == len(j) == 10 for _, j in seen[1:])
    assert len({tuple(i) for i, _ in seen[1:]}) > 1


def test_few_sounds_have_a_value_and_no_interval():
    for sizes, n in (([7, 90], 90), ([20, 20], 0)):
        found = resampled(lambda i, j: 3.0, sizes, n_resamples=n)
        assert found.mean == 3 and np.isnan([found.low, found.high]).all()
        assert not told_apart(found)
    with pytest.raises(UserError, match="at least one"):
        resampled(lambda i: 0.0, [0])


def test_told_apart_where_the_interval_leaves_out_zero():
    assert told_apart(Estimate(2, 1, 3, 9)) and told_apart(Estimate(-2, -3, -1, 9))
    assert not told_apart(Estimate(1, -1, 3, 9)) and not told_apart(Estimate(1, 0, 3, 9))
