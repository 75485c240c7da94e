"""What `refimpl` offers, read from its files without importing them: names, signatures, docstrings.

Reading takes a second and needs nothing installed, and a signature stays as it was written, such as
`n_fft: int = 2048`.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = "refimpl"
# The order in which data flows, which is that of the lessons; what serves all of them comes last.
ORDER_HEADING = "### The package, in the order of the lessons"  # of the map in the README
SPECIAL = {"__call__", "__getitem__", "__iter__", "__len__"}  # public when they say what they do


@dataclass
class Entry:
    """A public name.

    Attributes:
        full: where a user finds it, such as "refimpl.mel.MelConfig".
        kind: "function", "class", "exception", "method", "property" or "data".
        signature: what follows the name, such as "(config: MelConfig) -> np.ndarray".
        doc: its docstring, or the comment at its definition.
        path: of its file, from the project's folder.
        line: where its definition begins.
        members: of a class, its public methods.
        arguments: the names that belong to itself: what it is given, and its fields.
        bases: of a class, the names of what it extends.
    """

    full: str
    kind: str
    signature: str
    doc: str
    path: str
    line: int
    members: list["Entry"] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The last part of the full name."""
        return self.full.rpartition(".")[2]


@dataclass
class Module:
    """A module or package at the top of `refimpl`: its name, docstring, and public names."""

    name: str
    doc: str
    path: str
    entries: list[Entry]


def read_package(root: Path) -> list[Module]:
    """Return the top-level modules with their public names, in the order of the lessons."""
    folder = root / PACKAGE
    if not folder.is_dir():
        return []
    found = {path.stem for path in folder.glob("*.py")} | {
        path.parent.name for path in folder.glob("*/__init__.py")
    }
    order = reading_order(root)
    names = sorted(
        (name for name in found if not name.startswith("_")),
        key=lambda name: (order.index(name) if name in order else len(order), name),
    )
    return [read_module(root, f"{PACKAGE}.{name}") for name in names]


def reading_order(root: Path) -> list[str]:
    """Return the modules in the order of the README's map, its second column."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    below = text.partition(ORDER_HEADING)[2].partition("\n## ")[0]
    rows = [line.split("|") for line in below.splitlines() if line.startswith("|")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row[2])]


def read_module(root: Path, dotted: str) -> Module:
    """Return a module's public names, wherever in the package they are defined."""
    path = file_of(root, dotted)
    tree, _ = parsed(path)
    entries = [find(root, dotted, name) for name in public_names(tree)]
    for entry in entries:
        entry.full = f"{dotted}.{entry.name}"
        for member in entry.members:
            member.full = f"{entry.full}.{member.name}"
    return Module(dotted, ast.get_docstring(tree) or "", place(root, path), entries)


def file_of(root: Path, dotted: str) -> Path | None:
    """Return a module's file, or None if there is no such module."""
    base = root.joinpath(*dotted.split("."))
    found = [path for path in (base / "__init__.py", base.with_suffix(".py")) if path.is_file()]
    return found[0] if found else None


@cache
def parsed_at(path: Path, _changed: int) -> tuple[ast.Module, list[str]]:
    text = path.read_text(encoding="utf-8")
    return ast.parse(text), text.splitlines()


def parsed(path: Path) -> tuple[ast.Module, list[str]]:
    """Return a file's syntax tree and its lines."""
    return parsed_at(path, path.stat().st_mtime_ns)


def place(root: Path, path: Path) -> str:
    """Return a path as the repository names it."""
    return path.relative_to(root).as_posix()


def public_names(tree: ast.Module) -> list[str]:
    """Return what `__all__` lists, or what is defined here without an underscore."""
    assigned = {target: node.value for node in tree.body for target in targets_of(node)}
    if "__all__" in assigned:
        # A package that imports its names when they are first used keeps them in a table.
        lazily = isinstance(assigned["__all__"], ast.Call)
        return list(ast.literal_eval(assigned["_HOME" if lazily else "__all__"]))
    own = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    constants = [name for name in assigned if name.isupper()]
    return [name for name in constants + own if not name.startswith("_")]


def targets_of(node: ast.stmt) -> list[str]:
    """Return the plain names that a statement assigns."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        return [node.target.id]
    if isinstance(node, ast.Assign):
        every = [name for target in node.targets for name in getattr(target, "elts", [target])]
        return [name.id for name in every if isinstance(name, ast.Name)]
    return []


def find(root: Path, dotted: str, name: str) -> Entry:
    """Return a name of a module, following imports to where it is defined.

    Raises:
        LookupError: it is defined nowhere.
    """
    path = file_of(root, dotted)
    if path is None:
        raise LookupError(f"{name} is to come from {dotted}, which is not there")
    tree, lines = parsed(path)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return described(node, place(root, path))
        if name in targets_of(node):
            return constant(name, node, place(root, path), lines)
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return find(root, node.module, alias.name)
    home = {target: node.value for node in tree.body for target in targets_of(node)}.get("_HOME")
    if home is not None and name in ast.literal_eval(home):
        return find(root, f"{dotted}.{ast.literal_eval(home)[name]}", name)
    raise LookupError(f"{dotted} offers {name}, which is defined nowhere")


def constant(name: str, node: ast.Assign | ast.AnnAssign, path: str, lines: list[str]) -> Entry:
    """Return a constant with its value, if that is short, and the comment beside or above it."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    names = [ast.unparse(one) for one in getattr(target, "elts", [])]  # a, b = 1, 2
    value = ast.unparse(node.value.elts[names.index(name)] if names else node.value)
    beside = lines[node.end_lineno - 1].partition("  # ")[2]
    above = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.startswith("# "):
            break
        above.insert(0, line.removeprefix("# "))
    shown = f" = {value}" if len(value) <= 60 else ""
    return Entry(name, "data", shown, beside or "\n".join(above), path, node.lineno)


def described(node: ast.FunctionDef | ast.ClassDef, path: str) -> Entry:
    """Return a function or a class with its public methods."""
    doc = ast.get_docstring(node) or ""
    if isinstance(node, ast.FunctionDef):
        signature, names = signature_of(node), arguments_of(node)
        return Entry(node.name, "function", signature, doc, path, node.lineno, [], names)
    methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    bases = [ast.unparse(base) for base in node.bases]
    if "__init__" in methods:
        signature = signature_of(methods["__init__"], method=True)
        names = arguments_of(methods["__init__"])
    else:
        is_record = any("dataclass" in ast.unparse(one) for one in node.decorator_list)
        fields = fields_of(node) if is_record else []
        signature = f"({', '.join(fields)})" if fields else ""
        names = [re.split(r"[:\s=]", one)[0] for one in fields]
    is_error = node.name.endswith(("Error", "Warning", "Failed"))
    kind = "exception" if is_error else "class"
    members = [
        member(method, path)
        for name, method in methods.items()
        if not name.startswith("_") or (name in SPECIAL and ast.get_docstring(method))
    ]
    members = [one for one in members if one is not None]
    return Entry(node.name, kind, signature, doc, path, node.lineno, members, names, bases)


def member(node: ast.FunctionDef, path: str) -> Entry | None:
    """Return a method or property; None for what only completes another, such as a setter."""
    marks = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
    if marks & {"setter", "overload"}:
        return None
    is_property = bool(marks & {"property", "cached_property"})
    signature = signature_of(node, method="staticmethod" not in marks)
    if is_property:
        signature = f": {ast.unparse(node.returns)}" if node.returns else ""
    kind = "property" if is_property else "method"
    doc = ast.get_docstring(node) or ""
    return Entry(node.name, kind, signature, doc, path, node.lineno, [], arguments_of(node))


def arguments_of(node: ast.FunctionDef) -> list[str]:
    """Return the names of a function's arguments."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    return [one.arg for one in every if one and one.arg not in ("self", "cls")]


def signature_of(node: ast.FunctionDef, method: bool = False) -> str:
    """Return a function's arguments and what it returns, as they are written."""
    text = ast.unparse(node.args)
    if method:
        text = re.sub(r"^(self|cls)(, )?", "", text)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({text})" + ("" if node.name == "__init__" else returns)


def fields_of(node: ast.ClassDef) -> list[str]:
    """Return a data class's fields as its constructor takes them."""
    found = []
    for line in node.body:
        if not isinstance(line, ast.AnnAssign) or "ClassVar" in ast.unparse(line.annotation):
            continue
        default = ""
        if line.value is not None:
            text = ast.unparse(line.value)
            if "init=False" in text:
                continue
            default = " = ..." if text.startswith("field(") else f" = {text}"
        found.append(f"{ast.unparse(line.target)}: {ast.unparse(line.annotation)}{default}")
    return found
