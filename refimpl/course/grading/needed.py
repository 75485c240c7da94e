"""Which statements a function needs: those that a grader runs, and no others.

A lesson trains models and draws pictures that no exercise depends on. What a function needs are the
statements that define it, those that define the names in them, and so on.
"""

import ast
from collections.abc import Iterator


def readable_source(cells: list[str]) -> list[str]:
    """Return the cells without what is no Python: magics, shell commands, cells that do not parse.

    Args:
        cells: The source of each code cell.
    """
    kept = []
    for cell in cells:
        if cell.lstrip().startswith("%%"):
            continue
        lines = [
            line for line in cell.splitlines() if not line.lstrip().startswith(("%", "!", "?"))
        ]
        source = "\n".join(lines)
        if _parsed(source) is not None:
            kept.append(source)
    return kept


def needed_source(source: str, name: str) -> str | None:
    """Return the statements of a module that a name needs, in their order.

    Args:
        source: Python.
        name: What is wanted: a function, mostly.

    Returns:
        Python that defines the name, or None where nothing does.
    """
    statements = ast.parse(source).body
    wanted, chosen = {name}, set()
    if not any(name in _bound(statement) for statement in statements):
        return None
    while found := [
        index
        for index, statement in enumerate(statements)
        if index not in chosen and wanted & (_bound(statement) | _changed(statement))
    ]:
        chosen.update(found)
        wanted.update(use for index in found for use in _used(statements[index]))
    return "\n".join(ast.unparse(statements[index]) for index in sorted(chosen))


def defines(source: str, name: str) -> bool:
    """Tell whether some statement gives a name its value."""
    return any(name in _bound(statement) for statement in ast.parse(source).body)


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _here(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement's nodes, but for the bodies of functions and classes, whose names are theirs."""
    yield statement
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(statement):
        yield from _here(child)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a value."""
    names = set()
    for node in _here(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _changed(statement: ast.stmt) -> set[str]:
    """The names whose values a statement changes: `x[0] = 1`, `x.y = 1`, `x.append(1)`."""
    names = set()
    for node in _here(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(_base(node))
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        names.add(_base(statement.value.func))
    return names - {""}


def _base(node: ast.AST) -> str:
    """The name that an expression such as `x[0].y` starts from, if it has attributes or indices."""
    if not isinstance(node, ast.Subscript | ast.Attribute):
        return ""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _used(statement: ast.stmt) -> set[str]:
    """All names that a statement looks up, in the bodies of its functions too."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
