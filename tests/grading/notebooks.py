"""Notebooks to hand in."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cells_of(folder: str, lesson: int) -> list[str]:
    """The code cells of a lesson's notebook in `lessons` or `solutions`."""
    (path,) = (ROOT / folder).glob(f"{lesson:02}-*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def notebook(cells: list[str]) -> dict:
    """A notebook of code cells, as JSON holds it."""
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": s}
        for s in cells
    ]
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, cells: list[str]) -> Path:
    """Write a notebook of code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(cells)), encoding="utf-8")
    return path


def answered(cell: str, function: str = "signal_to_noise", lesson: int = 1) -> list[str]:
    """The solution of a lesson, with one function's cell replaced."""
    return [
        cell if f"def {function}(" in source else source for source in cells_of("solutions", lesson)
    ]
