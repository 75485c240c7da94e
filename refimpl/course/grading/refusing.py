"""Kernel calls that a child is refused: those to keyrings, which outlive every sandbox.

The kernel keeps keys for each user, whatever else is taken away from a process. Through them one
submission could leave something for the next that runs as the same user: a right answer, or hidden
inputs that a later attempt has written into its own feedback. So a filter (seccomp, in the kernel's
documentation "Seccomp BPF") answers such calls with "not permitted". Nothing can lift it again.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

# What the kernel calls a machine, and the numbers of add_key, request_key and keyctl there.
MACHINES = {
    "x86_64": (0xC000003E, (248, 249, 250)),
    "aarch64": (0xC00000B7, (217, 218, 219)),
}
_OTHER_NUMBERS = 0x40000000  # from here on: the same calls once more, for 32-bit pointers
_LOAD, _IS_EQUAL, _IS_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4  # in what a filter sees of a call
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_SET_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_keyrings(must_hold: bool) -> None:
    """Take keyrings away from this process and all that it will start.

    Args:
        must_hold: Whether to fail where the kernel does not do it.

    Raises:
        OSError: It does not.
    """
    known = MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return
    steps = b"".join(struct.pack("=HBBI", *step) for step in _filter(*known))
    program = _Program(len(steps) // 8, steps)
    kernel = ctypes.CDLL(None, use_errno=True)
    done = kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    done = done and kernel.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
    if must_hold and not done:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _filter(machine: int, numbers: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """The filter's steps: what to do, how far to jump if so, how far if not, and a number."""
    n = len(numbers)
    return [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_IS_EQUAL, 0, n + 3, machine),  # code for another machine, such as 32-bit: refused
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IS_AT_LEAST, n + 1, 0, _OTHER_NUMBERS),
        *((_IS_EQUAL, n - i, 0, number) for i, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
