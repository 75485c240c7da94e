"""The learner made of formulas, against what is known without it."""

import dataclasses

import numpy as np
import pytest

from refimpl.curriculum import SimulatedLearner, make_curriculum, random_learner


def plain(**changes):
    """Two objectives that neither help each other nor fade."""
    learner = SimulatedLearner(
        rate=np.array([0.01, 0.001]),
        transfer=np.eye(2),
        forgetting=np.zeros(2),
        floor=np.array([1.0, 0.5]),
        span=np.array([2.0, 3.0]),
        noise=0.0,
    )
    return dataclasses.replace(learner, **changes)


def test_losses_fall_as_the_formula_says():
    skill = plain().practise(np.zeros(2), np.array([1.0, 0.0]), 100)
    assert skill == pytest.approx([1.0, 0.0])
    assert plain().losses(skill) == pytest.approx([1 + 2 / np.e, 3.5])


def test_practice_in_two_halves_is_practice_in_one():
    learner, mixture = random_learner(0), np.full(6, 1 / 6)
    once = learner.practise(np.zeros(6), mixture, 100)
    twice = learner.practise(learner.practise(np.zeros(6), mixture, 40), mixture, 60)
    assert twice == pytest.approx(once)


def test_what_is_not_practised_fades_and_what_is_related_grows():
    learner = plain(forgetting=np.full(2, 0.01), transfer=np.array([[1.0, 0.0], [0.5, 1.0]]))
    skill = learner.practise(np.array([0.0, 2.0]), np.array([1.0, 0.0]), 10)
    without = plain(forgetting=np.full(2, 0.01)).practise(np.array([0.0, 2.0]), np.eye(2)[0], 10)
    assert without[1] == pytest.approx(2 * np.exp(-0.1))
    assert skill[1] > without[1]


def test_the_best_mixture_is_no_worse_than_any_on_a_grid():
    learner = plain()
    best = learner.final_loss(learner.best_mixture(500), 500)
    grid = [learner.final_loss(np.array([w, 1 - w]), 500) for w in np.linspace(0, 1, 201)]
    assert best == pytest.approx(min(grid), abs=1e-5)


@pytest.mark.parametrize("delay", [0, 30, 130])
def test_a_run_of_a_constant_mixture_ends_at_its_final_loss(delay):
    learner = random_learner(1, n_steps=500)
    curriculum = make_curriculum("uniform", learner.names, n_steps=500, effect_delay=delay)
    loss = learner.run(curriculum, steps_between_evaluations=100)
    assert loss == pytest.approx(learner.final_loss(np.full(6, 1 / 6), 500))
