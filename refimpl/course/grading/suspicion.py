"""What in an answer's text a human should see: names that answers have no use for.

This is no protection, and takes no points away. It finds the plain attempts, before any of the
code has run, so that somebody looks at them.
"""

import ast
from collections.abc import Iterator

MODULES = {
    *("subprocess", "multiprocessing", "threading", "_thread", "signal", "socket", "ctypes"),
    *("gc", "inspect", "importlib", "runpy", "sys", "os", "builtins", "pickle", "shutil", "urllib"),
}
NAMES = {
    *("exec", "eval", "open", "__import__", "globals", "compile", "settrace", "setprofile"),
    *("_getframe", "f_back", "f_locals", "f_globals", "__globals__", "__subclasses__"),
    *("__code__", "__builtins__", "__closure__", "__array__", "__array_ufunc__", "__eq__"),
}


def suspicions(sources: list[str], forbidden: list[str]) -> list[str]:
    """Name what stands in an answer and is rarely there for a good reason.

    Args:
        sources: The statements that the answer needs.
        forbidden: Dotted names that the exercise forbids.

    Returns:
        Such as "uses sys"; sorted, each once.
    """
    trees = [ast.parse(source) for source in sources]
    stands_for = {name: dotted for tree in trees for name, dotted in _imports(tree)}
    found = set()
    for dotted in {name for tree in trees for name in _dotted_names(tree)}:
        first, dot, rest = dotted.partition(".")
        dotted = stands_for.get(first, first) + dot + rest
        parts = dotted.split(".")
        suspect = {part for part in parts if part in NAMES} | ({parts[0]} & MODULES)
        found.update(f"uses {part}" for part in suspect)
        if dotted in forbidden:
            found.add(f"names {dotted}, which the exercise forbids")
        if dotted.startswith("refimpl.course.") and parts[-1] not in ("check", "progress"):
            found.add(f"names {dotted}")
    return sorted(found)


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """What each imported name stands for, as `np` for `numpy`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (
                (alias.asname or alias.name, f"{module}.{alias.name}") for alias in node.names
            )


def _dotted_names(tree: ast.AST) -> Iterator[str]:
    """All names in a source, as they are written; for imports, the modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield _written(node)
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def _written(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))
