"""Every checker is proven: it rejects the wrong answers on file, and accepts the right ones."""

import numpy as np
import pytest

from refimpl.course import CheckFailed, check
from refimpl.course.differences import as_array
from refimpl.course.guard import find_by_name
from tests.exercises.proof import (
    EqualsEverything,
    Memory,
    load_proofs,
    over_seeds,
    scribbles,
)

PROOFS = load_proofs()
EXERCISES = [pytest.param(proof, id=exercise_id) for exercise_id, proof in PROOFS.items()]
WRONG = [
    pytest.param(proof.exercise, answer, told, id=f"{exercise_id}-{answer.__name__}")
    for exercise_id, proof in PROOFS.items()
    for answer, told in proof.answers.WRONG.items()
]
RIGHT = [
    pytest.param(proof.exercise, answer, id=f"{exercise_id}-{answer.__name__}")
    for exercise_id, proof in PROOFS.items()
    for answer in proof.answers.RIGHT
]


def message(exercise, answer, seed=0):
    """Return what a learner is told; a wrong answer that is accepted fails the test."""
    with pytest.raises(CheckFailed) as failure:
        check(exercise.id, answer, seed=seed)
    return str(failure.value)


@pytest.mark.parametrize("proof", EXERCISES)
def test_there_are_enough_answers_on_file(proof):
    assert len(proof.answers.WRONG) >= 5
    assert len(proof.answers.RIGHT) >= 2
    told = list(proof.answers.WRONG.values())
    assert len(set(told)) == len(told), "each wrong answer gets a message of its own"
    assert not any(one.startswith("called with") for one in told), "a grader does not say that"


@pytest.mark.parametrize(("exercise", "answer", "told", "seed"), over_seeds(WRONG))
def test_a_wrong_answer_is_rejected_with_its_own_message(exercise, answer, told, seed):
    assert told in message(exercise, answer, seed)


@pytest.mark.parametrize(("exercise", "answer", "seed"), over_seeds(RIGHT))
def test_a_right_answer_is_accepted(exercise, answer, seed):
    assert check(exercise.id, answer, seed=seed) == exercise.points


@pytest.mark.parametrize("proof", EXERCISES)
def test_the_open_stub_is_not_started(proof, capsys):
    def stub(*args, **kwargs):
        raise NotImplementedError

    assert check(proof.exercise.id, stub) == 0
    assert "not started" in capsys.readouterr().out


# Cheating ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", EXERCISES)
def test_calling_the_reference_is_rejected(proof):
    reference = proof.exercise.reference
    assert "which it is to replace" in message(proof.exercise, lambda *a, **k: reference(*a, **k))
    assert "which it is to replace" in message(proof.exercise, reference)


@pytest.mark.parametrize("proof", EXERCISES)
def test_what_is_forbidden_exists(proof):
    for name in proof.exercise.forbidden:
        assert callable(find_by_name(name))


@pytest.mark.parametrize("proof", EXERCISES)
def test_an_object_that_equals_everything_is_rejected(proof):
    message(proof.exercise, lambda *args, **kwargs: EqualsEverything())


@pytest.mark.parametrize("proof", EXERCISES)
def test_remembering_the_inputs_is_rejected(proof):
    message(proof.exercise, Memory(proof.exercise))


@pytest.mark.parametrize("proof", EXERCISES)
def test_changing_the_arguments_is_rejected(proof):
    inputs = proof.exercise.inputs(np.random.default_rng(0))
    answer = scribbles(proof.answers.RIGHT[0])
    if any(isinstance(value, np.ndarray) for value in inputs.values()):
        assert "in place" in message(proof.exercise, answer)
    else:
        assert check(proof.exercise.id, answer) == proof.exercise.points


@pytest.mark.parametrize("proof", EXERCISES)
def test_the_reference_is_finite_and_gives_the_same_twice(proof):
    exercise = proof.exercise
    inputs = exercise.inputs(np.random.default_rng(1))
    first, second = (exercise.run(exercise.reference, dict(inputs)) for _ in range(2))
    for name in first:
        np.testing.assert_array_equal(as_array(first[name]), as_array(second[name]))
        assert as_array(first[name]).dtype.kind in "biufcU"
