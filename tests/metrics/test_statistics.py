import numpy as np
import pytest

from refimpl.metrics import (
    MusicalMeasures,
    bootstrap_mean,
    bootstrap_share,
    measure_music,
    summarise,
    table,
)
from tests.metrics.synth import SAMPLE_RATE, melody, render, seconds


def measured(seed, **options):
    notes = melody(np.random.default_rng(seed), **options)
    return measure_music(render(notes, seconds(notes)), SAMPLE_RATE)


def test_the_interval_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        estimate = bootstrap_mean(rng.exponential(1.0, 60), n_resamples=400, seed=seed)
        covered += estimate.low <= 1.0 <= estimate.high
    assert 0.88 <= covered / 200 <= 0.98


def test_the_interval_is_as_wide_as_that_of_a_normal_mean():
    values = np.random.default_rng(0).normal(5, 2, 400)
    estimate = bootstrap_mean(values, n_resamples=4000)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.08)


def test_a_share_gives_every_note_the_same_weight():
    estimate = bootstrap_share(np.array([0, 90, 0]), np.array([10, 90, 0]))
    assert (estimate.mean, estimate.n) == (0.9, 2)  # the mean of the tunes' shares is .5
    assert estimate.low == 0 and estimate.high == 1  # a draw may hold one of the two tunes alone
    certain = bootstrap_share(np.full(20, 3), np.full(20, 4))
    assert (certain.mean, certain.low, certain.high) == (0.75, 0.75, 0.75)
    nothing = bootstrap_share(np.zeros(3), np.zeros(3))
    assert nothing.n == 0 and np.isnan(nothing.mean)


def test_what_could_not_be_measured_is_left_out():
    estimate = bootstrap_mean([1.0, np.nan, 3.0])
    assert (estimate.mean, estimate.n) == (2.0, 2)
    assert 1.0 <= estimate.low <= estimate.high <= 3.0
    assert bootstrap_mean([np.nan]).n == 0


def test_distributions_are_near_their_own_and_far_from_others():
    training = [measured(s) for s in range(20)]
    same = summarise([measured(s) for s in range(100, 115)], training=training)
    other = summarise([measured(s, on_grid=False) for s in range(100, 115)], training=training)
    assert same["ioi_tv"].mean < 0.12
    assert other["ioi_tv"].mean > 0.4
    assert same["ioi_tv"].low <= same["ioi_tv"].mean <= same["ioi_tv"].high
    assert summarise(training, training=training)["interval_tv"].mean == pytest.approx(0)


def test_silence_makes_a_row_of_nothing():
    silence = [measure_music(np.zeros(1000), SAMPLE_RATE)] * 3
    summary = summarise(silence, training=[measured(0)])
    assert set(summary) == {*MusicalMeasures.names(), "ioi_tv", "interval_tv"}
    assert summary["in_key"].n == summary["ioi_tv"].n == 0
    text = table({"silence": summary})
    assert "nan" not in text
    assert "–" in text


def test_the_table_is_markdown_with_a_line_for_each_set():
    summary = summarise([{"longest_run": 10.0}, {"longest_run": 20.0}])
    text = table({"ours": summary, "held out": summary})
    lines = text.splitlines()
    assert len(lines) == 4
    assert "longest run" in lines[0]
    assert set(lines[1]) <= set("|- ")
    assert "15.00 [10.00, 20.00]" in lines[2]
    assert len({len(line) for line in lines}) == 1
    assert "[" not in table({"ours": summary}, intervals=False)


def test_the_same_tunes_and_seed_give_the_same_figures():
    rows = [{"x": float(v)} for v in range(10)]
    assert summarise(rows, seed=3) == summarise(rows, seed=3)
