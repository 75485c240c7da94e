"""A folder into which another process is writing."""

import contextlib
import threading
from pathlib import Path

from refimpl.files import alone


@contextlib.contextmanager
def held_by_another(folder: Path):
    """Hold a folder's lock as another process would: in a thread, since it may be entered twice."""
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with alone(folder, "writing into"):
            entered.set()
            leave.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    try:
        yield
    finally:
        leave.set()
        thread.join()
