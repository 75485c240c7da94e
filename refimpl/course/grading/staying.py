"""Taking new processes away from a child: what an answer has another process do, nobody sees.

The kernel refuses the calls that start one from then on, and nothing can lift that again. Threads
can still be started.
"""

import errno
import platform
import sys

from refimpl.course.grading.refusing import MACHINES, install_filter

# clone, clone3, and fork, vfork, execve, execveat, as far as a machine has them.
_NUMBERS = {
    "x86_64": (56, 435, (57, 58, 59, 322)),
    "aarch64": (220, 435, (221, 281)),
}
_LOAD, _IS_EQUAL, _HAS_BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_THREAD = 0x00010000  # among the flags of clone


def refuse_processes(must_hold: bool) -> None:
    """Let this process start no other, and run no other program.

    Args:
        must_hold: Whether to fail where the kernel does not do it.

    Raises:
        OSError: It does not.
    """
    known = _NUMBERS.get(platform.machine())
    if sys.platform == "linux" and known is not None and platform.machine() in MACHINES:
        install_filter(_filter(*known), must_hold)


def _filter(clone: int, clone3: int, others: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    n = len(others)
    return [
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IS_EQUAL, n + 2, 0, clone),
        # Its flags cannot be seen. Told that there is no such call, a library falls back on clone.
        (_IS_EQUAL, n + 5, 0, clone3),
        *((_IS_EQUAL, n + 3 - i, 0, number) for i, number in enumerate(others)),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_HAS_BITS, 0, 1, _THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE | errno.EPERM),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
    ]
