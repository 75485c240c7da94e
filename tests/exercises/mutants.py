"""Change the reference of each exercise in one place, and see whether its check notices.

    python tests/exercises/mutants.py           a table, and the mutants accepted without a reason
    python tests/exercises/mutants.py 1 7.2     a lesson and an exercise only
    python tests/exercises/mutants.py --all 1   also the mutants that have a reason

A *mutant* is the reference with one operator, comparison, constant, index or call changed, in the
function itself or in a helper of its module. It is one of these:

    rejected    the check rejects it, with every seed
    equivalent  the check accepts it, and it gives what the reference gives on thousands of inputs
    surviving   the check accepts it, with one seed at least, yet an allowed input tells it apart

Inputs are drawn from the exercise's `inputs` and `edges`. What these never draw can make a mutant
look equivalent (`<` for `<=`, where no value lies on the boundary). So a person has to say of every
mutant that is accepted why it is, in the exercise's module of answers:

    ACCEPTED   a part of the changed line, as it is printed here, and the reason; the part must be
               in no line that is rejected
    ALLOWED    a function that draws, as `inputs` does, from all that the docstring allows
"""

import argparse
import ast
import contextlib
import copy
import inspect
import io
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # it is a script, too
from refimpl.course.check import first_complaint, results
from refimpl.course.exercise import Exercise, Inputs
from tests.exercises.mutating import mutated_trees
from tests.exercises.proof import Proof, load_proofs

SEEDS = range(3)
N_DRAWS = 1500  # of `inputs`, and as many of ALLOWED
N_EDGE_DRAWS = 60  # of all edges
MAX_STEPS = 100_000  # rounds of loops and calls, of one run: a mutant may loop for ever


class TooManySteps(Exception):
    """A mutant has looped for longer than any right answer does."""


@dataclass
class Mutant:
    """The reference with one change.

    Attributes:
        function: What is handed to the check.
        before: The line that was changed, as `ast.unparse` writes it.
        after: What it was changed to.
    """

    function: Callable
    before: str
    after: str

    def __str__(self) -> str:
        return f"    - {self.before}\n    + {self.after}"


@dataclass
class Verdicts:
    """What became of the mutants of one exercise."""

    exercise: Exercise
    reasons: dict[str, str]
    rejected: list[Mutant] = field(default_factory=list)
    equivalent: list[Mutant] = field(default_factory=list)
    surviving: list[Mutant] = field(default_factory=list)

    def without_reason(self, mutants: list[Mutant]) -> list[Mutant]:
        """Those that the module of answers gives no reason for."""
        return [m for m in mutants if not any(part in m.after for part in self.reasons)]

    @property
    def stale(self) -> list[str]:
        """Reasons for no mutant that is accepted (any more), or for one that is rejected too."""
        accepted, rejected = (
            "\n".join(mutant.after for mutant in mutants)
            for mutants in (self.equivalent + self.surviving, self.rejected)
        )
        return [part for part in self.reasons if part not in accepted or part in rejected]


def make_mutants(reference: Callable) -> Iterator[Mutant]:
    """Change a function, and the helpers of its module that it calls, in one place at a time."""
    module = sys.modules[reference.__module__]
    functions = {f.__name__: _tree(f) for f in _with_helpers(reference, module)}
    for name, tree in functions.items():
        before = ast.unparse(tree).splitlines()
        seen = {ast.unparse(tree)}
        for mutated in mutated_trees(tree):
            text = ast.unparse(mutated)
            if text in seen:
                continue
            seen.add(text)
            changed = [
                (old.strip(), new.strip())
                for old, new in zip(before, text.splitlines(), strict=True)
                if old != new
            ]
            function = _compile(functions | {name: mutated}, reference.__name__, module)
            yield Mutant(function, *map("\n".join, zip(*changed, strict=True)))


def examine(proof: Proof) -> Verdicts:
    """Hand every mutant of an exercise's reference to its check."""
    exercise = proof.exercise
    verdicts = Verdicts(exercise, getattr(proof.answers, "ACCEPTED", {}))
    expected: list = []  # the reference's results, drawn at the first need
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        for mutant in make_mutants(exercise.reference):
            if all(first_complaint(exercise, mutant.function, seed) for seed in SEEDS):
                verdicts.rejected.append(mutant)
                continue
            expected = expected or [
                (inputs, results(exercise, exercise.reference, inputs))
                for inputs in allowed_inputs(proof)
            ]
            differs = any(_differs(exercise, mutant, *pair) for pair in expected)
            (verdicts.surviving if differs else verdicts.equivalent).append(mutant)
    return verdicts


def allowed_inputs(proof: Proof) -> Iterator[Inputs]:
    """Draw thousands of inputs that the docstring allows, none of which a check draws."""
    rng = np.random.default_rng(20_260_401)
    for _ in range(N_EDGE_DRAWS):
        yield from proof.exercise.edges(rng).values()
    for draw in filter(None, [proof.exercise.inputs, getattr(proof.answers, "ALLOWED", None)]):
        yield from (draw(rng) for _ in range(N_DRAWS))


def _differs(exercise: Exercise, mutant: Mutant, inputs: Inputs, expected: dict) -> bool:
    try:
        given = results(exercise, mutant.function, inputs)
    except Exception:  # whatever a changed line may raise
        return True
    return exercise.compare(expected, given, inputs) is not None


def _with_helpers(function: Callable, module: ModuleType) -> list[Callable]:
    """The function, and those of its module that it calls, directly or through another."""
    found = [function]
    for caller in found:  # grows while it is read
        for node in ast.walk(_tree(caller)):
            called = getattr(module, node.id, None) if isinstance(node, ast.Name) else None
            own = inspect.isfunction(called) and called.__module__ == module.__name__
            if own and called not in found:
                found.append(called)
    return found


def _tree(function: Callable) -> ast.FunctionDef:
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]


def _compile(trees: dict[str, ast.FunctionDef], wanted: str, module: ModuleType) -> Callable:
    """Define the functions in a copy of their module, and return the one that is wanted."""
    steps = 0

    def step(n: int) -> None:
        nonlocal steps
        steps = n and steps + n
        if steps > MAX_STEPS:
            raise TooManySteps(f"more than {MAX_STEPS:,} steps")

    body = [_counting(copy.deepcopy(tree)) for tree in trees.values()]
    body[list(trees).index(wanted)].body.insert(0, _step(0))  # each call from outside starts anew
    code = ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))
    namespace = vars(module) | {"_step": step}
    exec(compile(code, "<mutant>", "exec"), namespace)
    return namespace[wanted]


def _counting(tree: ast.FunctionDef) -> ast.FunctionDef:
    """Let every call and every round of a loop count as a step."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.While):
            node.body.insert(0, _step(1))
    return tree


def _step(n: int) -> ast.stmt:
    return ast.parse(f"_step({n})").body[0]


def table(verdicts: list[Verdicts]) -> str:
    """The counts of each exercise, and of all."""
    names = ("made", "equivalent", "rejected", "surviving", "without reason")
    lines = [" " * 4 + "".join(f"{name:>16}" for name in names)]
    sums = np.zeros(len(names), int)
    for one in verdicts:
        groups = (one.equivalent, one.rejected, one.surviving)
        counts = [len(group) for group in groups]
        unexplained = len(one.without_reason(one.equivalent + one.surviving))
        row = np.array([sum(counts), *counts, unexplained])
        sums += row
        lines.append(f"{one.exercise.id:4}" + "".join(f"{count:16}" for count in row))
    lines.append("all " + "".join(f"{count:16}" for count in sums))
    lines.append(f"rejected, of those that an input tells apart: {share_rejected(verdicts):.1%}")
    return "\n".join(lines)


def share_rejected(verdicts: list[Verdicts]) -> float:
    """Of the mutants that an allowed input tells apart from the reference, how many fail."""
    n_rejected = sum(len(one.rejected) for one in verdicts)
    return n_rejected / max(1, n_rejected + sum(len(one.surviving) for one in verdicts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("which", nargs="*", help="lessons or exercises, such as 1 or 7.2")
    parser.add_argument("--all", action="store_true", help="also those that have a reason")
    options = parser.parse_args()
    verdicts = []
    for exercise_id, proof in load_proofs().items():
        if options.which and not {exercise_id, exercise_id.split(".")[0]} & set(options.which):
            continue
        verdicts.append(one := examine(proof))
        for group, mutants in (("surviving", one.surviving), ("equivalent", one.equivalent)):
            for mutant in mutants if options.all else one.without_reason(mutants):
                print(f"{exercise_id} {group}\n{mutant}")
        for part in one.stale:
            print(f"{exercise_id} ACCEPTED names what is not accepted, or not only that: {part}")
    print(table(verdicts))


if __name__ == "__main__":
    main()
