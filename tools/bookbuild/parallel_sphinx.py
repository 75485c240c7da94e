"""Jupyter Book's own command with a process for each core: it has no option for that.

`python -m bookbuild.parallel_sphinx build …` takes what `jupyter-book build …` takes.
Sphinx reads and writes pages side by side, and on Windows one after the other.
"""

import functools
import os

import jupyter_book.sphinx
from jupyter_book.cli.main import main

if __name__ == "__main__":
    build = jupyter_book.sphinx.build_sphinx
    jupyter_book.sphinx.build_sphinx = functools.partial(build, jobs=os.cpu_count() or 1)
    main()
