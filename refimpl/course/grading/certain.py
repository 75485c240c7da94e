"""Whether an answer by itself is sure to be what it is at its check, where the notebook runs.

Running a notebook takes a hundred times as long as running an answer, so it is done only where it
may matter. Most answers are functions that use modules, numbers and other functions, none of which
anything in the notebook changes: theirs is sure. Whatever is out of the ordinary is not.
"""

import ast
from collections import defaultdict

from refimpl.course.grading.needed import SETTINGS, Statement, checks_in

# All are seeded anew before an answer is called; the other one stands in a lesson's first cell.
_HARMLESS = ("manual_seed", "seed", "enable_custom_widget_manager")
_BY_NAME = {
    *("exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr", "__import__"),
    *("__builtins__", "builtins", "get_ipython", "*"),
}
_BY_ATTRIBUTE = {
    *("__dict__", "__globals__", "__code__", "__defaults__", "__setattr__", "__builtins__"),
    *("reload", "patch", "import_module", "settrace", "setprofile"),
}
_UNUSUAL = (ast.Delete, ast.Global, ast.Nonlocal, ast.Await, ast.AsyncFor, ast.AsyncWith)
_IMPORTS = (ast.Import, ast.ImportFrom)


class Certainty:
    """The parts of a notebook that may change an answer.

    Args:
        statements: All of the notebook.
    """

    def __init__(self, statements: list[Statement]):
        self._binders: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            for bound in statement.binds:
                self._binders[bound].append(statement)
        nodes = [node for one in statements for node in ast.walk(one.node)]
        imports = [node for node in nodes if isinstance(node, _IMPORTS)]
        imported = {_bound(alias) for node in imports for alias in node.names}
        modules = {
            _bound(alias) for one in imports if isinstance(one, ast.Import) for alias in one.names
        }
        self._changed = {_root(node) for node in nodes if _is_change(node)}
        # A module that is handed on may be changed under another name.
        inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        handed_on = {n.id for n in nodes if isinstance(n, ast.Name) and id(n) not in inner}
        self._unsure = self._changed | (handed_on & modules)
        self._calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
        self._anything = bool(self._changed & (modules | {""})) or any(
            _may_do_anything(node, imported) for node in nodes
        )

    def of(self, name: str, exercise: str) -> bool:
        """Tell whether a function is the same by itself as at its check.

        Args:
            name: Of the function.
            exercise: The exercise that it answers.
        """
        if self._anything or any(_checks_another(one, name, exercise) for one in self._calls):
            return False
        waiting, known = [name], set()
        while waiting:
            if (one := waiting.pop()) in known:
                continue
            known.add(one)
            binders = self._binders.get(one, [])
            if one in self._unsure or not _is_plain(binders):
                return False
            waiting += (used for statement in binders for used in statement.uses)
        return True


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.split(".")[0]


def _may_do_anything(node: ast.AST, imported: set[str]) -> bool:
    """Whether a node may change something that cannot be told from the text."""
    if isinstance(node, ast.Name):
        return node.id in _BY_NAME
    if isinstance(node, ast.Attribute):
        return node.attr in _BY_ATTRIBUTE
    if isinstance(node, ast.alias):
        return not (_BY_NAME | _BY_ATTRIBUTE).isdisjoint(node.name.split("."))
    if isinstance(node, ast.Call):
        method = getattr(node.func, "attr", getattr(node.func, "id", ""))
        is_setting = method.startswith(SETTINGS) and method not in _HARMLESS
        return is_setting and _root(node.func) in imported and not _silences(node, method)
    return isinstance(node, _UNUSUAL)


def _silences(node: ast.Call, method: str) -> bool:
    """Whether a call only hides warnings, which changes no result."""
    first = node.args[0] if node.args else None
    ignores = isinstance(first, ast.Constant) and first.value == "ignore"
    return method in ("simplefilter", "filterwarnings") and ignores


def _checks_another(node: ast.Call, name: str, exercise: str) -> bool:
    """Whether another function than the one of that name is handed in for an exercise."""
    if exercise not in checks_in([node]):
        return False
    handed = node.args[1] if len(node.args) > 1 else None
    return not (isinstance(handed, ast.Name) and handed.id == name)


def _is_change(node: ast.AST) -> bool:
    """Whether something that a name stands for is changed: `x[0] = 1`, `x.y = 1`."""
    parts = ast.Subscript | ast.Attribute
    return isinstance(node, parts) and not isinstance(node.ctx, ast.Load)


def _root(node: ast.AST) -> str:
    """The name that an expression such as `x[0].y` starts from; "" for something else."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_plain(binders: list[Statement]) -> bool:
    """Whether a name stands for one thing, and for one that does not change."""
    if not binders:
        return True  # one of Python's own
    node = binders[0].node
    if isinstance(node, _IMPORTS):
        return len({ast.dump(one.node) for one in binders}) == 1
    if len(binders) > 1:
        return False
    if isinstance(node, ast.FunctionDef):
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return not node.decorator_list and all(map(_is_constant, defaults))
    is_named = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    return is_named and len(node.targets) == 1 and _is_constant(node.value)


def _is_constant(node: ast.expr) -> bool:
    constant = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp)
    parts = (part for part in ast.walk(node) if isinstance(part, ast.expr))
    return all(isinstance(part, constant) for part in parts)
