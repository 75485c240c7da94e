"""Which statements a function needs: those that a grader runs, and no others.

A lesson trains models and draws pictures that no exercise depends on. A function needs the
statements that define it, those that define the names in them, those that change what these names
stand for, and so on.
"""

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from refimpl.course.grading.cells import parse

# `torch.set_default_dtype(…)` changes what a module does, `np.mean(…)` does not.
SETTINGS = ("set", "seed", "manual_seed", "use", "enable", "disable", "filter", "simplefilter")
_STAR = "*"  # what `from module import *` binds


@dataclass(frozen=True)
class Statement:
    """One statement of a notebook, and what it has to do with names of the notebook.

    Attributes:
        source: Python.
        node: Its tree.
        cell: The number of its cell, from 0.
        binds: The names that it gives a value.
        uses: The names that it looks up, in the bodies of its functions too, but not the names
            that are the functions' own.
        changes: The names whose values it changes: `x[0] = 1`, `x.y = 1`, `x.append(1)`, `f(x)`.
        checks: The exercises that it checks: `check("1.3", f)`.
        opens: The function that it defines with the placeholder of an answer in it, or "".
    """

    source: str
    node: ast.stmt
    cell: int
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    checks: set[str] = field(default_factory=set)
    opens: str = ""


def statements_of(sources: list[str]) -> list[Statement]:
    """Return all statements of a notebook's cells, in their order.

    Args:
        sources: Python, from `readable_source`.
    """
    nodes, texts, cells = [], [], []
    for number, source in enumerate(sources):
        lines = source.encode().splitlines(keepends=True)
        for whole in parse(source).body:
            nodes += (parts := _one_by_one(whole))
            texts += [_text(whole, lines)] if parts == [whole] else map(ast.unparse, parts)
            cells += [number] * len(parts)
    # A function, a class or a module is hardly ever changed by a call that it is handed to.
    definitions = {name for node in nodes for name in _defined(node)}
    imports = {name for node in nodes for name in _imported(node)}
    rows = zip(nodes, texts, cells, strict=True)
    return [_statement(*row, definitions | imports, imports) for row in rows]


def needed(statements: list[Statement], name: str, exercise: str = "") -> list[str] | None:
    """Return the statements that a name needs, in their order.

    Statements below the last check of an exercise are left out, if its function comes before it.

    Args:
        statements: From `statements_of`.
        name: Mostly that of a function.
        exercise: The exercise that it answers.

    Returns:
        Python, a statement an entry, or None where nothing gives the name a value.
    """
    last = max((n for n, one in enumerate(statements) if exercise in one.checks), default=None)
    above = statements[:last]
    statements = above if any(name in one.binds for one in above) else statements
    # An open placeholder is no answer, so one that was copied below an answer replaces nothing.
    answers = [one for one in statements if one.opens != name]
    statements = answers if any(name in one.binds for one in answers) else statements
    if not any(name in statement.binds for statement in statements):
        return None
    return [statements[index].source for index in _chosen(statements, name)]


def _chosen(statements: list[Statement], name: str) -> list[int]:
    """The numbers of the statements that a name needs."""
    makers: dict[str, list[int]] = defaultdict(list)  # which statements give a name what it has
    for index, statement in enumerate(statements):
        for made in statement.binds | statement.changes:
            makers[made].append(index)
    wanted, known, chosen = [name, _STAR], set(), set()
    while wanted:
        if (one := wanted.pop()) in known:
            continue
        known.add(one)
        for index in makers[one]:
            chosen.add(index)
            wanted.extend(statements[index].uses)
    return sorted(chosen)


def _statement(
    node: ast.stmt, text: str, cell: int, definitions: set[str], imports: set[str]
) -> Statement:
    changes = _changed(node, definitions, imports)
    about = {"changes": changes, "checks": checks_in(_here(node)), "opens": _opened(node)}
    try:
        table = symtable.symtable(text, "<notebook>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        # Such as `await` outside a function: less is known of names then.
        names = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
        binds = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        return Statement(text, node, cell, binds, {one.id for one in names}, **about)
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    if isinstance(node, ast.ImportFrom) and (_has_star(node) or node.module == "__future__"):
        binds.add(_STAR)
    uses = {s.get_name() for s in symbols if s.is_referenced()} | set(_global_names(table))
    return Statement(text, node, cell, binds, uses, **about)


def _text(node: ast.stmt, lines: list[bytes]) -> str:
    """A statement's own text, as it was written."""
    first = min(one.lineno for one in [node, *getattr(node, "decorator_list", [])])
    rows = lines[first - 1 : node.end_lineno]
    rows[-1] = rows[-1][: node.end_col_offset]
    rows[0] = rows[0][node.col_offset :]
    return b"".join(rows).decode()


def checks_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the exercises that some nodes check: "1.3" for `check("1.3", f)`."""
    calls = [one for one in nodes if isinstance(one, ast.Call) and one.args]
    named = [one for one in calls if getattr(one.func, "attr", _name(one.func)) == "check"]
    first = [one.args[0] for one in named]
    return {one.value for one in first if isinstance(one, ast.Constant) and type(one.value) is str}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _opened(node: ast.stmt) -> str:
    """The function that a statement defines with nothing but an open placeholder in it, or ""."""
    if not isinstance(node, ast.FunctionDef):
        return ""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) and not raised.args else raised
    return node.name if raised is not None and _name(raised) == "NotImplementedError" else ""


def _one_by_one(node: ast.stmt) -> list[ast.stmt]:
    """An import for each name: what nobody needs of a line is not waited for."""
    if isinstance(node, ast.Import):
        return [ast.Import([alias]) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [alias], node.level) for alias in node.names]
    return [node]


def _has_star(node: ast.ImportFrom) -> bool:
    return any(alias.name == "*" for alias in node.names)


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """The module's names that the functions and classes in a statement look up."""
    for inner in table.get_children():
        yield from (s.get_name() for s in inner.get_symbols() if s.is_global())
        yield from _global_names(inner)


def _defined(node: ast.stmt) -> list[str]:
    is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return [node.name] if is_definition else []


def _imported(node: ast.stmt) -> list[str]:
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return []
    return [(alias.asname or alias.name).split(".")[0] for alias in node.names]


def _here(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's nodes, but for the bodies of functions and classes, which run later."""
    waiting = [node]
    while waiting:
        yield (one := waiting.pop())
        later = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        if not isinstance(one, later):
            waiting.extend(ast.iter_child_nodes(one))


def _changed(statement: ast.stmt, definitions: set[str], imports: set[str]) -> set[str]:
    """The names whose values a statement changes."""
    names = set()
    for node in _here(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(_base(node))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            names |= _changed_by_call(node.value, definitions, imports)
    return names - {""}


def _changed_by_call(call: ast.Call, definitions: set[str], imports: set[str]) -> set[str]:
    """What a call may change whose value nobody looks at: `x.append(1)`, `shuffle(x)`."""
    base = _base(call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    names = set() if base in imports and not method.startswith(SETTINGS) else {base}
    handed = [*call.args, *(keyword.value for keyword in call.keywords)]
    return names | {arg.id for arg in handed if isinstance(arg, ast.Name)} - definitions


def _base(node: ast.AST) -> str:
    """The name that an expression such as `x[0].y` starts from, if it has attributes or indices."""
    if not isinstance(node, ast.Subscript | ast.Attribute):
        return ""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
