"""Fréchet and kernel distance: known values, their bias, and what they are given."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import norm

from refimpl.errors import UserError
from refimpl.metrics.sets import (
    Gaussian,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
)


def gaussian(n, d, seed, mean=0.0, scale=1.0):
    return mean + scale * np.random.default_rng(seed).standard_normal((n, d))


def by_the_formula(one, two):
    """With the matrix square root that papers write."""
    s, t = np.cov(one.T), np.cov(two.T)
    shift = np.square(one.mean(axis=0) - two.mean(axis=0)).sum()
    return shift + np.trace(s) + np.trace(t) - 2 * np.trace(sqrtm(s @ t)).real


@pytest.mark.parametrize("d", [1, 2, 7])
def test_frechet_is_the_published_formula(d):
    one, two = gaussian(40, d, 0), gaussian(60, d, 1, mean=1, scale=2)
    one[:, 0] *= 3
    expected = by_the_formula(one, two) if d > 1 else None
    if d == 1:  # (difference of means)^2 + (difference of standard deviations)^2
        expected = (one.mean() - two.mean()) ** 2 + (one.std(ddof=1) - two.std(ddof=1)) ** 2
    assert frechet_distance(one, two) == pytest.approx(expected, rel=1e-9)


def test_frechet_of_a_set_with_itself_is_zero_and_a_shift_adds_its_square():
    one = gaussian(30, 5, 0)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(one + 2, one) == pytest.approx(5 * 4)


def test_frechet_works_with_fewer_sounds_than_features():
    """The covariance is then singular, where the usual matrix root fails or becomes complex."""
    one, two = gaussian(6, 40, 0), gaussian(5, 40, 1)
    s, t = np.cov(one.T), np.cov(two.T)
    values, vectors = np.linalg.eigh(s)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ t @ root), 0)).sum()
    shift = np.square(one.mean(axis=0) - two.mean(axis=0)).sum()
    expected = shift + np.trace(s) + np.trace(t) - 2 * shared
    assert frechet_distance(one, two) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(two, one) == pytest.approx(frechet_distance(one, two))


def test_a_sounds_windows_all_count():
    windows = gaussian(40, 3, 0)
    sounds = [windows[:1], windows[1:15], windows[15:]]
    other = gaussian(20, 3, 1)
    assert frechet_distance(sounds, other) == pytest.approx(frechet_distance(windows, other))
    assert Gaussian.of(windows).distance(Gaussian.of(other)) == pytest.approx(
        frechet_distance(windows, other)
    )


def test_frechet_of_small_sets_is_too_large_and_its_extrapolation_is_not():
    d, reference = 8, gaussian(20_000, 8, 99)
    plain = [frechet_distance(gaussian(40, d, s), reference) for s in range(20)]
    more = [frechet_distance(gaussian(160, d, s), reference) for s in range(20)]
    corrected = [frechet_infinity(gaussian(40, d, s), reference).distance for s in range(20)]
    assert np.mean(plain) > 2.5 * np.mean(more) > 0.1
    assert abs(np.mean(corrected)) < np.mean(plain) / 5
    shifted = [frechet_infinity(gaussian(40, d, s, 0.5), reference).distance for s in range(20)]
    assert np.mean(shifted) == pytest.approx(8 * 0.25, rel=0.15)


def test_the_line_goes_through_smaller_sets():
    found = frechet_infinity(gaussian(50, 4, 0), gaussian(80, 4, 1))
    assert found.sizes.min() == 15 and found.sizes.max() == 50
    assert len(found.distances) == len(found.sizes) >= 8
    line = found.distance + found.slope / found.sizes
    assert np.corrcoef(line, found.distances)[0, 1] > 0.6 and found.slope > 0
    again = frechet_infinity(gaussian(50, 4, 0), gaussian(80, 4, 1))
    assert again.distance == found.distance
    whole = frechet_distance(gaussian(50, 4, 0), gaussian(80, 4, 1))
    assert found.distances[found.sizes.argmax()] == pytest.approx(whole)


def test_kernel_distance_is_the_unbiased_estimate_times_a_hundred():
    one, two = gaussian(5, 2, 0), gaussian(4, 2, 1, mean=1)

    def kernel(a, b):
        return np.exp(-np.square(a - b).sum() / (2 * 1.5**2))

    def mean(pairs):
        return np.mean([kernel(a, b) for a, b in pairs])

    within = [(one[i], one[j]) for i in range(5) for j in range(5) if i != j]
    real = [(two[i], two[j]) for i in range(4) for j in range(4) if i != j]
    between = [(a, b) for a in one for b in two]
    expected = 100 * (mean(within) + mean(real) - 2 * mean(between))
    assert kernel_distance(one, two, width=1.5) == pytest.approx(expected)


def test_kernel_distance_of_one_kind_is_zero_on_average_at_any_size():
    for n in (6, 40):
        found = [kernel_distance(gaussian(n, 4, s), gaussian(60, 4, s + 100)) for s in range(60)]
        error = np.std(found) / np.sqrt(len(found))
        assert abs(np.mean(found)) < 3 * error
        assert min(found) < 0
    assert kernel_distance(gaussian(40, 4, 0, mean=1), gaussian(60, 4, 1)) > 10


def test_windows_of_one_sound_are_no_evidence_of_sameness():
    """Sounds differ, windows within a sound hardly: pairs of one sound would raise the value."""
    rng = np.random.default_rng(0)

    def sounds(n):
        return [rng.standard_normal((1, 3)) + 0.01 * rng.standard_normal((8, 3)) for _ in range(n)]

    found = [kernel_distance(sounds(10), sounds(30)) for _ in range(60)]
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(60)


def test_kernel_distance_sees_what_two_gaussians_hide():
    """Two heaps and one with the same mean and variance."""
    rng = np.random.default_rng(0)
    heaps = np.sign(rng.standard_normal((400, 1))) + 0.1 * rng.standard_normal((400, 1))
    one = rng.standard_normal((400, 1)) * heaps.std() + heaps.mean()
    same = norm.rvs(heaps.mean(), heaps.std(), (400, 1), random_state=1)
    assert frechet_distance(heaps, one) < 0.05
    assert kernel_distance(heaps, one) > 10 * abs(kernel_distance(same, one))


def test_a_reference_of_equal_vectors_still_has_a_width():
    flat = np.zeros((4, 3))
    assert kernel_distance(flat, flat) == pytest.approx(0)
    assert kernel_distance(flat + 10, flat) == pytest.approx(200)


@pytest.mark.parametrize("measure", [frechet_distance, kernel_distance])
@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (np.zeros((1, 3)), np.zeros((5, 3)), "generated: 1 sounds"),
        (np.zeros((5, 3)), np.zeros((0, 3)), "reference: 0 sounds"),
        (np.zeros((5, 3)), np.zeros((5, 4)), "3 features and reference 4"),
        (np.full((5, 3), np.nan), np.zeros((5, 3)), "NaN"),
        ([np.zeros((2, 3)), np.zeros((2, 4))], np.zeros((5, 3)), "shapes"),
        ([np.zeros((0, 3)), np.zeros((2, 3))], np.zeros((5, 3)), "at least one window"),
        (np.zeros((3, 2, 2, 2)), np.zeros((5, 3)), "shapes"),
    ],
)
def test_sets_that_do_not_fit_are_refused_in_words(measure, one, two, said):
    with pytest.raises(UserError, match=said):
        measure(one, two)


def test_an_extrapolation_needs_eight_sounds():
    assert np.isfinite(frechet_infinity(gaussian(8, 2, 0), gaussian(9, 2, 1)).distance)
    with pytest.raises(UserError, match="at least 8"):
        frechet_infinity(gaussian(7, 2, 0), gaussian(9, 2, 1))
