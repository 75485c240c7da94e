"""Kernel calls that a child is refused: what they make outlives it, or evades its limits.

- Keyrings outlive every sandbox. Through them one submission could leave something for the next
  that runs as the same user: a right answer, or hidden inputs.
- Some memory belongs to no process: that of memory files, System V objects, rings, pinned pages.
- A new user namespace would give a child rights that the sandbox has taken away.
- Locks and watches on files that all children see are a channel between two that run at once.

A filter (seccomp, in the kernel's documentation "Seccomp BPF") answers such calls with an error.
Nothing can lift it again.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys

# What the kernel calls a machine.
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# The numbers of calls there, in the same order.
NUMBERS = {
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "vmsplice": (278, 75),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "unshare": (272, 97),
    "setns": (308, 268),
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    # Refused for some of their arguments, or with another error:
    "clone": (56, 220),
    "clone3": (435, 435),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "flock": (73, 32),
    "fcntl": (72, 25),
}
# Told that there is no such call, libraries take another: `clone` for `clone3`, whose flags a
# filter cannot see, and lock files for locks.
_NO_SUCH_CALL = ("clone3", "flock")
_SOME = ("clone", "socket", "socketpair", "fcntl")
# Flags for new namespaces: mount, cgroup, UTS, IPC, user, process and network.
_NAMESPACES = 0x7E020000
_UNIX_SOCKET = 1  # the only family that makes sense where there is no network
# F_SETLK, F_SETLKW, their namesakes for open files, F_SETLEASE, F_NOTIFY
_LOCKS = (6, 7, 37, 38, 1024, 1026)

_OTHER_NUMBERS = 0x40000000  # from here on: the same calls once more, for 32-bit pointers
_LOAD, _IS_EQUAL, _IS_AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_AT, _SECOND_AT = 0, 4, 16, 24  # in what a filter sees of a call
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_SET_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38
_SET_DEATH_SIGNAL, _SET_DUMPABLE = 1, 4

Step = tuple[int, int, int, int]  # operation, how far to jump if so, how far if not, a number


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse_calls(must_hold: bool) -> None:
    """Take the calls above away from this process and everything that it will start.

    Args:
        must_hold: Whether to fail where the kernel does not do it.

    Raises:
        OSError: It does not.
    """
    if sys.platform == "linux" and platform.machine() in MACHINES:
        install_filter(_filter(platform.machine()), must_hold)


def close_memory() -> None:
    """Close this process's memory to others of the same user, and end it with its parent.

    Processes that it starts inherit the first. The second is lost when a process becomes another
    user, so this comes after that.

    Raises:
        OSError: The kernel does not do it.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_SET_DUMPABLE, 0), (_SET_DEATH_SIGNAL, signal.SIGKILL)):
        if kernel.prctl(option, value, 0, 0, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def install_filter(filter_steps: list[Step], must_hold: bool) -> None:
    """Let the kernel look at each call of this process with a filter, for good.

    Args:
        filter_steps: The filter.
        must_hold: Whether to fail where the kernel does not do it.

    Raises:
        OSError: It does not.
    """
    steps = b"".join(struct.pack("=HBBI", *step) for step in filter_steps)
    program = _Program(len(filter_steps), steps)
    kernel = ctypes.CDLL(None, use_errno=True)
    done = kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    done = done and kernel.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
    if must_hold and not done:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def numbers_of(machine: str) -> dict[str, int]:
    """Return the numbers of the calls above on a machine, those left out that it does not have."""
    column = list(MACHINES).index(machine)
    return {name: numbers[column] for name, numbers in NUMBERS.items() if numbers[column]}


def _filter(machine: str) -> list[Step]:
    number = numbers_of(machine)
    steps = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_IS_EQUAL, 1, 0, MACHINES[machine]),  # code for another machine, such as 32-bit: refused
        _refused(errno.EPERM),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IS_AT_LEAST, 0, 1, _OTHER_NUMBERS),
        _refused(errno.EPERM),
    ]
    for name in number.keys() - set(_SOME):
        error = errno.ENOSYS if name in _NO_SUCH_CALL else errno.EPERM
        steps += [(_IS_EQUAL, 0, 1, number[name]), _refused(error)]
    spaces = [(_HAS_BITS, 0, 1, _NAMESPACES), _refused(errno.EPERM)]
    families = [(_IS_EQUAL, 1, 0, _UNIX_SOCKET), _refused(errno.EAFNOSUPPORT)]
    locks = [step for lock in _LOCKS for step in ((_IS_EQUAL, 0, 1, lock), _refused(errno.ENOSYS))]
    steps += _if_called(number["clone"], _FIRST_AT, spaces)
    steps += _if_called(number["socket"], _FIRST_AT, families)
    steps += _if_called(number["socketpair"], _FIRST_AT, families)
    steps += _if_called(number["fcntl"], _SECOND_AT, locks)
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _if_called(number: int, argument_at: int, tests: list[Step]) -> list[Step]:
    """Look at an argument of a call, and allow it unless one of the tests refuses it."""
    inner = [(_LOAD, 0, 0, argument_at), *tests, (_RETURN, 0, 0, _ALLOW)]
    return [(_IS_EQUAL, 0, len(inner), number), *inner]


def _refused(error: int) -> Step:
    return (_RETURN, 0, 0, _REFUSE | error)
