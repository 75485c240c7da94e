"""Answers that are the same after renaming, reordering and removing comments.

Renaming a variable, moving an independent line or adding a comment takes seconds and changes every
character-by-character comparison. So each answer is reduced to a form without names and order. The
form of a statement is its syntax tree in which each name of the student's own is replaced by a hash
of the places where the name occurs. These hashes are refined in rounds, by the colour refinement
that also compares graphs: in each round, a name's hash takes in the hashes of the names beside it.
Imported names, attributes and built-in functions keep their names.

Two students may well find the same few lines, so equal answers are a place to look and no verdict.
"""

import ast
import builtins
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refimpl.course.grading.cells import parse
from refimpl.course.grading.reporting.answers import Answer

ROUNDS = 3
FEWEST_NODES = 30  # of a syntax tree: anybody may write the same shorter answer
LARGEST_SHARE = 0.2  # of the class: an answer of more students is what most people write
SMALL_GROUP = 3  # students, which are shown in a class of any size


@dataclass(frozen=True)
class Group:
    """Equal answers.

    Attributes:
        exercise: The exercise's id.
        answers: Two or more, of different students.
    """

    exercise: str
    answers: list[Answer]


@dataclass(frozen=True)
class Alike:
    """The equal answers of a lesson.

    Attributes:
        groups: Equal answers, right ones last: a shared mistake says more.
        n_known: How many answers equal one of the course's own.
        n_short: How many answers are too short to compare.
        common: Equal answers of a large part of the class, which are what most people write.
    """

    groups: list[Group]
    n_known: int
    n_short: int
    common: list[Group]


def find_alike(answers: dict[str, list[Answer]], known: dict[str, set[str]]) -> Alike:
    """Group equal answers.

    Args:
        answers: By the exercise's id.
        known: The normal forms of the course's own answers, by the exercise's id.
    """
    groups, common, n_known, n_short = [], [], 0, 0
    for exercise, some in answers.items():
        by_form: dict[str, list[Answer]] = defaultdict(list)
        for answer in some:
            form, size = normal_form(answer.source, answer.function)
            if form in known.get(exercise, ()):
                n_known += 1
            elif size < FEWEST_NODES:
                n_short += 1
            else:
                by_form[form].append(answer)
        most = max(SMALL_GROUP, LARGEST_SHARE * len(some))
        for equal in by_form.values():
            if len(equal) > most:
                common.append(Group(exercise, equal))
            elif len(equal) > 1:
                groups.append(Group(exercise, equal))
    groups.sort(key=lambda one: one.answers[0].report.status == "right")
    return Alike(groups, n_known, n_short, common)


def normal_form(source: str, function: str) -> tuple[str, int]:
    """Return what is left of an answer without its own names, its order and its comments.

    Args:
        source: Python, such as `Answer.source`.
        function: The name of the function that the exercise asks for, which stays.

    Returns:
        A hash that is equal for equal answers, and the number of nodes of the syntax tree. Source
        that is no Python has its own hash and the size 0.
    """
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _hash(source), 0
    statements = _statements(tree)
    kept = {function, *dir(builtins), *_imported(tree)}
    own = {name for node in statements for name in _names(node)} - kept
    colours = dict.fromkeys(own, "name")
    for _ in range(ROUNDS):
        colours = _refined(statements, colours)
    lines = sorted(_dump(node, colours) for node in statements)
    return _hash("\n".join(lines)), sum(1 for node in statements for _ in ast.walk(node))


def _refined(statements: Sequence[ast.stmt], colours: dict[str, str]) -> dict[str, str]:
    """Let each name's hash take in the statements that it occurs in."""
    seen: dict[str, list[str]] = {name: [] for name in colours}
    for node in statements:
        for name in set(_names(node)) & colours.keys():
            seen[name].append(_dump(node, colours | {name: "this"}))
    return {name: _hash(colours[name], *sorted(found)) for name, found in seen.items()}


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """Return all statements, each without those inside it and without what changes no result."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if _does_nothing(node):
            continue
        found.append(_Alone().visit(node))
    return found


def _does_nothing(node: ast.stmt) -> bool:
    """Tell whether a statement is a text, a `pass` or a call of `print`."""
    if isinstance(node, ast.Pass):
        return True
    if not isinstance(node, ast.Expr):
        return False
    called = node.value.func if isinstance(node.value, ast.Call) else None
    is_print = isinstance(called, ast.Name) and called.id == "print"
    return is_print or isinstance(node.value, ast.Constant)


class _Alone(ast.NodeTransformer):
    """Takes the inner statements and the type hints out of a copy of a statement."""

    def visit(self, node: ast.AST) -> ast.AST:
        fields = {}
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_comment"):
                value = None
            elif isinstance(value, list):
                value = [self._part(one) for one in value if not isinstance(one, ast.stmt)]
            fields[name] = self._part(value)
        return type(node)(**fields)

    def _part(self, value: object) -> object:
        return self.visit(value) if isinstance(value, ast.AST) else value


def _names(node: ast.AST) -> Iterable[str]:
    """Return all names in a statement, also those of parameters and functions."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.arg):
            yield one.arg
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield one.name


def _imported(tree: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {(a.asname or a.name).partition(".")[0] for node in nodes for a in node.names}


def _dump(node: ast.AST, colours: dict[str, str]) -> str:
    """Write a tree as text, each name of the student's own as its hash."""
    if isinstance(node, ast.AST):
        names = () if isinstance(node, ast.keyword) else ("id", "arg", "name")
        parts = [
            colours.get(value, value)
            if isinstance(value, str) and name in names
            else _dump(value, colours)
            for name, value in ast.iter_fields(node)
            if name not in ("ctx", "kind")
        ]
        return f"{type(node).__name__}({','.join(parts)})"
    if isinstance(node, list):
        return f"[{','.join(_dump(one, colours) for one in node)}]"
    return repr(node)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:16]


def count_pairs(groups: Iterable[Group]) -> list[tuple[tuple[str, str], int]]:
    """Return which two students have equal answers most often, over all exercises.

    Args:
        groups: From `find_alike`.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    for group in groups:
        ids = sorted({answer.standing.person.id for answer in group.answers})
        pairs.update((a, b) for n, a in enumerate(ids) for b in ids[n + 1 :])
    return pairs.most_common()
