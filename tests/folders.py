"""Folders for what one process of the tests makes once and uses in several of them."""

import atexit
import shutil
from pathlib import Path
from tempfile import mkdtemp


def folder_of_the_run(name: str) -> Path:
    """Make a folder for a cached function; it is removed when the process ends.

    Args:
        name: how the folder's name begins.
    """
    folder = Path(mkdtemp(prefix=f"{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
