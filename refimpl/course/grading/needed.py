"""Which statements a function needs: those that a grader runs, and no others.

A lesson trains models and draws pictures that no exercise depends on. What a function needs are the
statements that define it, those that define the names in them, those that change what these names
stand for, and so on.
"""

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

# `torch.set_default_dtype(…)` changes what a module does, `np.mean(…)` does not.
_SETTINGS = ("set", "seed", "manual_seed", "use", "enable", "disable", "filter", "simplefilter")
_STAR = "*"  # what `from module import *` binds


@dataclass(frozen=True)
class Statement:
    """One statement of a notebook, and what it has to do with names of the notebook.

    Attributes:
        source: Python.
        binds: The names that it gives a value.
        uses: The names that it looks up, in the bodies of its functions too, but not the names
            that are the functions' own.
        changes: The names whose values it changes: `x[0] = 1`, `x.y = 1`, `x.append(1)`, `f(x)`.
    """

    source: str
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)


def statements_of(sources: list[str]) -> list[Statement]:
    """Return all statements of a notebook's cells, in their order.

    Args:
        sources: Python, from `readable_source`.
    """
    bodies = (ast.parse(source).body for source in sources)
    nodes = [node for body in bodies for whole in body for node in _one_by_one(whole)]
    # A function, a class or a module is hardly ever changed by a call that it is handed to.
    definitions = {name for node in nodes for name in _defined(node)}
    imports = {name for node in nodes for name in _imported(node)}
    return [_statement(node, definitions | imports, imports) for node in nodes]


def needed(statements: list[Statement], name: str) -> list[str] | None:
    """Return the statements that a name needs, in their order.

    Args:
        statements: From `statements_of`.
        name: What is wanted: a function, mostly.

    Returns:
        Python, a statement an entry, or None where nothing gives the name a value.
    """
    if not any(name in statement.binds for statement in statements):
        return None
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
    return [statements[index].source for index in sorted(chosen)]


def _statement(node: ast.stmt, definitions: set[str], imports: set[str]) -> Statement:
    try:
        source = ast.unparse(node)
        table = symtable.symtable(source, "<notebook>", "exec")
        changes = _changed(node, definitions, imports)
    except (SyntaxError, ValueError, RecursionError):
        return Statement("")  # such as `nonlocal` outside a function: Python would not run it
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    if isinstance(node, ast.ImportFrom) and (_has_star(node) or node.module == "__future__"):
        binds.add(_STAR)
    uses = {s.get_name() for s in symbols if s.is_referenced()} | set(_global_names(table))
    return Statement(source, binds, uses, changes)


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
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _here(child)


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
    names = set() if base in imports and not method.startswith(_SETTINGS) else {base}
    handed = [*call.args, *(keyword.value for keyword in call.keywords)]
    return names | {arg.id for arg in handed if isinstance(arg, ast.Name)} - definitions


def _base(node: ast.AST) -> str:
    """The name that an expression such as `x[0].y` starts from, if it has attributes or indices."""
    if not isinstance(node, ast.Subscript | ast.Attribute):
        return ""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
