"""All ways to change one operator, comparison, constant, index or call in a function's source."""

import ast
import copy
from collections.abc import Iterator

OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# Functions and methods that are written for one another.
CALLS = {
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "max": ("min",),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "round": ("floor", "ceil"),
    "ceil": ("floor", "round"),
    "floor": ("ceil", "round"),
    "log": ("log2",),
    "log2": ("log", "log10"),
    "log10": ("log", "log2"),
    "exp": ("exp2",),
    "all": ("any",),
    "any": ("all",),
}
# What can be left out, so that its (first) argument remains, or the object of a method.
LEFT_OUT = {
    *("abs", "round", "ceil", "floor", "sqrt", "exp", "log", "log2", "log10", "tanh", "clip"),
    *("sort", "unique", "cumsum", "detach", "copy", "sum", "mean"),
}
# `strict=True` guards against mistakes of the course, and changes nothing that is allowed.
LEFT_ALONE = {"strict"}


def mutated_trees(tree: ast.AST) -> Iterator[ast.AST]:
    """Copies of the tree, each with one change."""
    for path, node in _places(tree, ()):
        for replacement in _replacements(node):
            mutated = copy.deepcopy(tree)
            _put(mutated, path, replacement)
            yield mutated


def _places(node: ast.AST, path: tuple) -> Iterator[tuple[tuple, ast.AST]]:
    """Every node that may be changed, with the way to it: no docstring, and no type."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            left_alone = isinstance(child, ast.keyword) and child.arg in LEFT_ALONE
            if isinstance(child, ast.AST) and not docstring and not left_alone:
                here = (*path, (name, index))
                yield here, child
                yield from _places(child, here)


def _put(tree: ast.AST, path: tuple, replacement: ast.AST) -> None:
    """Replace the node that a path leads to."""
    *way, (name, index) = path
    for step, number in way:
        tree = getattr(tree, step)
        tree = tree if number is None else tree[number]
    if index is None:
        setattr(tree, name, replacement)
    else:
        getattr(tree, name)[index] = replacement


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.BinOp():
            for operator in OPERATORS.get(type(node.op), ()):
                yield ast.BinOp(node.left, operator(), node.right)
            yield from (node.left, node.right)
        case ast.AugAssign():
            for operator in OPERATORS.get(type(node.op), ()):
                yield ast.AugAssign(node.target, operator(), node.value)
            yield ast.Assign([node.target], node.value, lineno=node.lineno)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            yield from node.values
        case ast.Compare(ops=[operator]):
            for other in COMPARISONS.get(type(operator), ()):
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Constant():
            yield from map(ast.Constant, _other_constants(node.value))
        case ast.Slice():
            yield from _other_slices(node)
        case ast.Subscript(slice=ast.Name() | ast.Call() | ast.Subscript() | ast.BinOp()):
            for moved in _one_off(node.slice):
                yield ast.Subscript(node.value, moved, node.ctx)
        case ast.Call():
            yield from _other_calls(node)


def _other_constants(value: object) -> list:
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case float():
            return [value * 2, value / 2, -value]
    return []


def _other_slices(node: ast.Slice) -> Iterator[ast.Slice]:
    """Each end one off, and left out; constants are changed as such."""
    for end in ("lower", "upper"):
        if bound := getattr(node, end):
            others = [None] if isinstance(bound, ast.Constant) else [*_one_off(bound), None]
            for other in others:
                mutated = copy.copy(node)
                setattr(mutated, end, other)
                yield mutated


def _one_off(index: ast.expr) -> list[ast.BinOp]:
    one = ast.Constant(1)
    return [ast.BinOp(index, ast.Add(), one), ast.BinOp(index, ast.Sub(), one)]


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    """Another function of the same kind, and what remains without the call."""
    is_method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if is_method else getattr(node.func, "id", None)
    of_numpy = is_method and getattr(node.func.value, "id", None) in ("np", "math")
    for other in CALLS.get(name, ()):
        if is_method:
            function = ast.Attribute(node.func.value, other, ast.Load())
        else:
            function = ast.Name(other, ast.Load())
        yield ast.Call(function, node.args, node.keywords)
    if name in LEFT_OUT:
        yield node.args[0] if of_numpy or not is_method else node.func.value
