"""What a run's end says in words: learnt or not, recited or not, stuck or not."""

import dataclasses

import pytest

from refimpl.metrics.statistics import Estimate
from refimpl.pipeline.verdict import Verdict, recites

GOOD = Verdict(
    loss=2.0,
    bigram=3.0,
    shared=30,
    shared_held_out=25,
    hold=10,
    hold_training=12,
    steps_per_second=31.3,
)


def told(**changes):
    return "\n".join(dataclasses.replace(GOOD, **changes).sentences())


def test_a_good_run_is_told_without_advice():
    assert "2.00 nats per token, better than counting pairs (3.00)" in told()
    assert "1.0 s (held-out clips: 0.8 s)" in told()
    assert "recites" not in told() and "holds one sound" not in told() and "add" not in told()


@pytest.mark.parametrize("loss", [3.0, 3.6])
def test_a_model_that_is_no_better_than_counting_pairs_is_told(loss):
    assert "no better than counting pairs" in told(loss=loss)
    assert "add recordings or scores, or train for more --steps" in told(loss=loss)


def test_a_model_that_recites_is_told():
    assert not dataclasses.replace(GOOD, shared=50).recites
    assert dataclasses.replace(GOOD, shared=51).recites
    assert dataclasses.replace(GOOD, shared=3, shared_held_out=0).recites
    assert "recites what it was trained on" in told(shared=196)


def test_a_run_of_several_codes_a_step_lasts_as_long_as_its_steps():
    four = told(shared=120, shared_held_out=100, n_streams=4, hold=147)
    assert "1.0 s (held-out clips: 0.8 s)" in four
    assert "holds one sound for 4.7 s" in four


def test_a_model_that_is_stuck_is_told():
    assert "holds one sound for 4.7 s" in told(hold=147)
    assert "holds one sound" not in told(hold=12)


def test_what_was_not_measured_is_not_told():
    assert "counting pairs" not in told(loss=None, bigram=None)


def test_a_row_that_recites_is_known_by_its_longest_run():
    def row(mean):
        return {"longest_run": Estimate(mean, mean, mean, 8)}

    assert recites(row(61.0), row(30.0))
    assert not recites(row(59.0), row(30.0))
    assert not recites({}, row(30.0)) and not recites(row(61.0), {})
