"""Exercise 2.5: the triangular filters between spectrum and mel bands."""

import numpy as np

from refimpl.course.exercise import Exercise, Inputs


def mel_filters(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Triangles of area 1: filter m rises from edge m, peaks at m + 1, and ends at m + 2."""
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]  # (n_mels, 1)
    rising = (frequencies - left) / (centre - left)  # (n_mels, n_bins)
    falling = (right - frequencies) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)


def _edges_and_bins(rng: np.random.Generator) -> Inputs:
    n_mels, n_bins = int(rng.integers(9, 14)), int(rng.integers(50, 70))
    # Steps grow as they do on the mel scale, and some filters lie between two bins.
    steps = np.geomspace(25, rng.uniform(700, 1100), n_mels + 1) * rng.uniform(0.9, 1.1, n_mels + 1)
    edges = rng.uniform(10, 40) + np.concatenate([[0.0], np.cumsum(steps)])
    frequencies = np.linspace(0, edges[-1] * rng.uniform(1.01, 1.1), n_bins)
    return {"edges": edges, "frequencies": frequencies}


def _edges(rng: np.random.Generator) -> dict[str, Inputs]:
    edges = np.array([0.0, 40, 100, 190, 310, 500])
    bins = np.arange(0, 560, 20.0)
    return {
        "bins that are exactly on the edges": {"edges": edges, "frequencies": bins},
        "one filter": {"edges": edges[1:4], "frequencies": bins},
        "one bin": {"edges": edges, "frequencies": np.array([rng.uniform(110, 180)])},
        "filters that fall between two bins": {
            "edges": np.array([101.0, 104, 109, 119, 150]),
            "frequencies": bins,
        },
        "bins that no filter reaches": {"edges": edges[2:], "frequencies": bins[:5]},
        "whole numbers": {"edges": edges.astype(int), "frequencies": bins.astype(int)},
    }


def _widths(edges: np.ndarray) -> np.ndarray:
    return (edges[2:] - edges[:-2])[:, None]


def _peak_of_one(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return mel_filters(edges, frequencies) * _widths(edges) / 2


def _half_the_area(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return mel_filters(edges, frequencies) / 2


def _rows_that_sum_to_one(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    weights = mel_filters(edges, frequencies)
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)


def _below_zero(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (frequencies - left) / (centre - left)
    return np.minimum(rising, (right - frequencies) / (right - centre)) * 2 / (right - left)


def _rectangles(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return (mel_filters(edges, frequencies) > 0) / _widths(edges)


def _the_larger_slope(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (frequencies - left) / (centre - left)
    falling = (right - frequencies) / (right - centre)
    return np.maximum(0, np.maximum(rising, falling)) * 2 / (right - left)


def _zero_at_the_peak(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return np.where(frequencies == edges[1:-1, None], 0.0, mel_filters(edges, frequencies))


def _snapped(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Triangles over whole bins, as many tutorials build them."""
    bins = np.floor(edges / frequencies[1]).astype(int)
    weights = np.zeros((len(edges) - 2, len(frequencies)))
    for m, (left, centre, right) in enumerate(zip(bins, bins[1:], bins[2:], strict=False)):
        weights[m, left:centre] = (np.arange(left, centre) - left) / max(1, centre - left)
        weights[m, centre:right] = (right - np.arange(centre, right)) / max(1, right - centre)
    return weights * 2 / _widths(edges)


def _snapped_peaks(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return _snapped(edges, frequencies) * _widths(edges) / 2


def _filters_in_columns(edges: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    return mel_filters(edges, frequencies).T


EXERCISE = Exercise(
    id="2.5",
    title="The mel filter bank",
    function="mel_filters",
    points=6,
    minutes=20,
    difficulty=4,
    inputs=_edges_and_bins,
    edges=_edges,
    reference=mel_filters,
    misconceptions={
        _peak_of_one: "these peak at 1: for an area of 1, multiply by 2 / (right - left)",
        _half_the_area: "a triangle has half the area of its box: the height is 2 / width",
        _rows_that_sum_to_one: "the area over Hz is 1, not the sum over bins: "
        "the height is 2 / (right - left)",
        _below_zero: "outside its triangle a filter's weight is 0, not negative",
        _rectangles: "a triangle rises up to the centre and falls from there",
        _the_larger_slope: "take the smaller of the two slopes: np.minimum",
        _snapped: "do not round edges to bins: compute the slopes in Hz",
        _snapped_peaks: "do not round edges to bins, and give each filter an area of 1",
        _zero_at_the_peak: "a bin exactly at the centre gets the full height",
        _filters_in_columns: "one row per filter, one column per bin: transpose it",
    },
    forbidden=("librosa.filters.mel", "refimpl.mel.mel_filterbank"),
)
