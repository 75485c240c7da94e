"""Which code a page folds away: cells that only import, draw, play or measure.

What stays open is what teaches: a function that the reader writes or reads, its check, and short
preparations. The notebooks that a learner opens fold nothing. A cell that the rule gets wrong has
a tag in the lesson's source: "show-input", or "hide-input" as in every Jupyter book.
"""

import ast

from nbformat import NotebookNode

from bookbuild.lessons import parsed

HIDE, SHOW = "hide-input", "show-input"
LONG = 16  # lines; a longer cell teaches only if functions that compute are most of it
# What these tell, draw or play is the result of a cell.
SHOWS = {
    *("print", "display", "explore", "explore_temperatures", "new_picture", "play", "play_all"),
    "progress",
    *("block_diagram", "codebook_map", "compare_mels", "compare_sounds", "mask_explorer"),
    *("pipeline_diagram", "plot_mel", "plot_tokens", "plot_waveform", "sampling_explorer"),
    "token_explorer",
}


def fold_code(notebook: NotebookNode) -> None:
    """Let the page of a notebook fold the code of cells that only import or show a result."""
    shows = set(SHOWS)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        statements = parsed(cell.source).body
        tags = cell.metadata.get("tags", [])
        if not {HIDE, SHOW} & {*tags} and folds(statements, len(cell.source.splitlines()), shows):
            cell.metadata["tags"] = [*tags, HIDE]
        shows |= {one.name for one in functions(statements) if called([one]) & shows}


def folds(statements: list[ast.stmt], n_lines: int, shows: set[str]) -> bool:
    """Tell whether a cell's code is only a way to its result.

    Args:
        statements: the cell's.
        n_lines: how long it is.
        shows: names of functions that show something.
    """
    if not statements or "check" in called(statements):
        return False
    if any(isinstance(one, ast.Import | ast.ImportFrom) for one in statements):
        return True
    teaching = [one for one in functions(statements) if not called([one]) & shows]
    n_teaching = sum(one.end_lineno - one.lineno + 1 for one in teaching)
    if teaching and (n_lines <= LONG or n_teaching > n_lines / 2):
        return False
    return isinstance(statements[-1], ast.Expr) or bool(called(statements) & shows)


def functions(statements: list[ast.stmt]) -> list[ast.FunctionDef | ast.ClassDef]:
    """Return the functions and classes that statements define."""
    return [one for one in statements if isinstance(one, ast.FunctionDef | ast.ClassDef)]


def called(statements: list[ast.stmt]) -> set[str]:
    """Return the names of the functions that statements call, at any depth."""
    return {
        node.func.id
        for one in statements
        for node in ast.walk(one)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
