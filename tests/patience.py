"""How long a test waits by the clock for what must come, so that one that hangs ends some time.

It is no measure of anything: the slowest and busiest machine is done long before.
"""

PATIENCE = 1200  # seconds
