"""The `refimpl` command: one file a command, which imports what it needs only when it runs.

Exit codes: 0 done; 1 failed (a full disk, a bug); 2 wrong usage or input; 130 interrupted.
"""

from refimpl.cli.entry import main

__all__ = ["main"]
