"""What in an answer's text a human should see: names that answers have no use for.

This is no protection, and takes no points away. It finds the plain attempts, before any of the
code has run, so that somebody looks at them.
"""

import ast
from collections.abc import Iterator

from refimpl.course.grading.cells import parse

MODULES = {
    *("subprocess", "threading", "_thread", "signal", "socket", "weakref", "atexit"),
    *("gc", "inspect", "importlib", "runpy", "sys", "os", "builtins", "pickle", "shutil", "urllib"),
}
# Out of sight of what notices forbidden calls, wherever they are reached from.
OUT_OF_SIGHT = {
    *("ctypes", "_ctypes", "cffi", "_cffi_backend", "numba", "multiprocessing", "joblib", "loky"),
    *("ProcessPoolExecutor", "_posixsubprocess", "_testcapi", "_xxsubinterpreters", "greenlet"),
}
PACKAGES = {"numpy", "scipy", "torch", "librosa", "sklearn", "refimpl"}
NAMES = {
    *("exec", "eval", "open", "__import__", "globals", "compile", "settrace", "setprofile"),
    *("_getframe", "f_back", "f_locals", "f_globals", "__globals__", "__subclasses__"),
    *("__code__", "__builtins__", "__closure__", "__array__", "__array_ufunc__", "__eq__"),
}
IMPORTS = ast.Import | ast.ImportFrom


def suspicions(sources: list[str], forbidden: list[str]) -> list[str]:
    """Name the parts of an answer that are rarely there for a good reason.

    Args:
        sources: The statements that the answer needs.
        forbidden: Dotted names that the exercise forbids.

    Returns:
        Such as "uses sys"; sorted, each once.
    """
    return among_names(dotted_names(sources), forbidden)


def among_names(names: set[str], forbidden: list[str]) -> list[str]:
    """Name what is suspicious among the names in an answer; see `suspicions`."""
    found = set()
    for dotted in names:
        parts = dotted.split(".")
        suspect = {part for part in parts if part in NAMES | OUT_OF_SIGHT} | ({parts[0]} & MODULES)
        found.update(f"uses {part}" for part in suspect)
        if dotted in forbidden:
            found.add(f"names {dotted}, which the exercise forbids")
        if forbidden and parts[0] in PACKAGES and any(map(_is_private, parts)):
            found.add(f"names {dotted}, a private part of {parts[0]}")
        if dotted.startswith("refimpl.course.") and parts[-1] not in ("check", "progress"):
            found.add(f"names {dotted}")
    return sorted(found)


def dotted_names(sources: list[str]) -> set[str]:
    """Return all names in some Python, with what imported names stand for: `numpy.abs`.

    An argument's name gets a dot in front: `signal` may be a number here, and no module.
    """
    trees = [parse(source) for source in sources]
    stands_for = {name: dotted for tree in trees for name, dotted in _imports(tree)}
    nodes = [node for tree in trees for node in ast.walk(tree)]
    aliases = [alias for node in nodes if isinstance(node, IMPORTS) for alias in node.names]
    imported = {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)} - imported
    stands_for |= {name: f".{name}" for name in arguments}
    found = set()
    for written in {name for tree in trees for name in _dotted_names(tree)}:
        first, dot, rest = written.partition(".")
        found.add(stands_for.get(first, first) + dot + rest)
    return found


def _is_private(part: str) -> bool:
    return part.startswith("_") and not part.startswith("__")


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Return each imported name with its meaning, such as `np` and `numpy`."""
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
