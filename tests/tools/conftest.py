"""`tools/` is no package: what lies there finds itself when it is run, and here with this."""

import sys
from pathlib import Path

import nbformat
import pytest

TOOLS = Path(__file__).parents[2] / "tools"
sys.path.insert(0, str(TOOLS))


def notebook(*cells: str) -> nbformat.NotebookNode:
    """A notebook; a cell that begins with `#` and a space, or with `<`, is Markdown."""
    is_text = ("# ", "## ", "### ", "<", "Text")
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(text)
            if text.startswith(is_text)
            else nbformat.v4.new_code_cell(text)
            for text in cells
        ]
    )


@pytest.fixture
def make_notebook():
    """Makes notebooks from the text of their cells."""
    return notebook


@pytest.fixture
def project(tmp_path):
    """A project with a package of two modules and data, a lesson, its solution, and prose."""
    root = tmp_path / "a project"
    files = {
        "refimpl/__init__.py": "",
        "refimpl/used.py": "VALUE = 3",
        "refimpl/other.py": "VALUE = 4",
        "refimpl/data/model.json": "{}",
        "refimpl/display/compared_sounds.js": "// A/B rows",
        "refimpl/display/knobs.js": "// A/B rows",
        "requirements.txt": "numpy==2.4.6\n",
        "_config.yml": "title: A book\n",
        "_toc.yml": "root: book/index\nparts:\n  - caption: Lessons\n    chapters:\n"
        "      - file: lessons/01-small\n",
        "book/index.md": "# Start\n\n<!-- with solutions -->\nSee the solutions.\n<!-- end -->\n",
        "book/lessons/01-small.md": "the answer",
        "book/static/book.css": "p {}",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    exercise = "### Exercise 1.1: double (4 points)\n\nWrite it."
    check = 'check("1.1", double)'
    pairs = {
        "lessons": "def double(x):\n    raise NotImplementedError",
        "solutions": "def double(x):\n    ### BEGIN SOLUTION\n    return x + x\n"
        "    ### END SOLUTION",
    }
    for folder, answer in pairs.items():
        (root / folder).mkdir()
        book = notebook("# 1. Small", "2 + 2", "## Before", exercise, answer, check, "## After")
        nbformat.write(book, root / folder / "01-small.ipynb")
    return root
