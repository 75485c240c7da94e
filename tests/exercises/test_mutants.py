"""Each check rejects its reference when one operator, constant, comparison or index is changed."""

import dataclasses
from types import SimpleNamespace

import pytest

from refimpl.course.exercise import Exercise
from refimpl.course.exercises import lesson_numbers
from tests.exercises.mutants import examine, make_mutants, share_rejected, table
from tests.exercises.proof import Proof, load_proofs


@pytest.mark.soak
@pytest.mark.parametrize("lesson", lesson_numbers())
def test_the_checks_of_a_lesson_reject_mutants(lesson):
    proofs = load_proofs()
    verdicts = [examine(proof) for key, proof in proofs.items() if key.startswith(f"{lesson}.")]
    print(table(verdicts))
    assert share_rejected(verdicts) >= 0.98
    for one in verdicts:
        accepted = one.without_reason(one.equivalent + one.surviving)
        assert not accepted, f"{one.exercise.id} accepts\n" + "\n".join(map(str, accepted))
        assert not one.stale, f"{one.exercise.id}: these are not accepted, or not only these"


# The tool itself, on an exercise made up here -----------------------------------------------------


def n_halvings(number: float, limit: float) -> int:
    """How often a number is halved until it lies below a limit."""
    n = 0
    while _large(number, limit):
        number /= 2
        n += 1
    return n


def _large(number: float, limit: float) -> bool:
    return number >= limit


def _inputs(rng):
    return {"number": rng.uniform(7.5, 7.9) * 2 ** int(rng.integers(5)), "limit": 3.7}


def _on_the_limit(rng):
    return {"number": 3.7 * 2 ** int(rng.integers(1, 9)), "limit": 3.7}


def _proof(edges=None, **answers):
    exercise = Exercise("0.1", "", "n_halvings", 1, 1, 1, inputs=_inputs, reference=n_halvings)
    exercise = dataclasses.replace(exercise, edges=edges) if edges else exercise
    return Proof(exercise, SimpleNamespace(**answers))


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    monkeypatch.setattr("tests.exercises.mutants.MAX_STEPS", 200)


def lines(mutants):
    return {mutant.after for mutant in mutants}


BOUNDARY = "return number > limit"


def test_a_mutant_that_no_input_tells_apart_is_equivalent():
    verdicts = examine(_proof())
    assert lines(verdicts.equivalent) == {BOUNDARY}
    assert lines(verdicts.without_reason(verdicts.equivalent)) == {BOUNDARY}
    assert not verdicts.surviving


def test_a_mutant_that_only_the_check_never_tells_apart_survives():
    verdicts = examine(_proof(ALLOWED=_on_the_limit))
    assert lines(verdicts.surviving) == {BOUNDARY}
    assert not verdicts.equivalent
    assert share_rejected([verdicts]) < 1
    assert "1" in table([verdicts])


def test_an_edge_lets_the_check_reject_it():
    verdicts = examine(_proof(edges=lambda rng: {"on the limit": _on_the_limit(rng)}))
    assert BOUNDARY in lines(verdicts.rejected)
    assert not verdicts.equivalent + verdicts.surviving


def test_a_reason_has_to_name_a_mutant_that_is_accepted_and_no_other():
    proof = _proof(ACCEPTED={"number > limit": "", "n = 1": "", "number": ""})
    verdicts = examine(proof)
    assert not verdicts.without_reason(verdicts.equivalent)
    assert verdicts.stale == ["n = 1", "number"]


def test_a_mutant_that_loops_for_ever_is_stopped_and_rejected():
    endless = [m for m in make_mutants(n_halvings) if m.after == "number *= 2"]
    with pytest.raises(Exception, match="more than 200 steps"):
        endless[0].function(9, 4)
    assert "number *= 2" in lines(examine(_proof()).rejected)


def test_each_mutant_is_one_change_of_the_code_alone():
    mutants = list(make_mutants(n_halvings))
    assert len({(m.before, m.after) for m in mutants}) == len(mutants)
    assert {"n = 1", "n = -1", "n -= 1", "number *= 2", "number /= 3"} <= lines(mutants)
    assert not any("def " in m.after or "halved" in m.after for m in mutants)
