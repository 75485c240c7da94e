"""What the kernel refuses a child: whatever outlives a sandbox, or counts to none of its limits."""

import json
import platform
import subprocess

import pytest

from refimpl.course.grading.refusing import MACHINES, numbers_of
from refimpl.course.grading.task import prepare
from tests.grading.settings import TASK

pytestmark = [
    pytest.mark.usefixtures("sandbox"),
    pytest.mark.skipif(platform.machine() not in MACHINES, reason="the filter does not know it"),
]

# Tries each call once, in a process of its own, and prints its error, None if it worked.
TRY_ALL = """
import ctypes, errno, fcntl, json, mmap, os, socket, sys, threading
kernel = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    if kernel.syscall(NUMBERS[name], *arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def vmsplice():
    page = mmap.mmap(-1, 4096)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(ctypes.c_char.from_buffer(page)), 4096)
    call("vmsplice", os.pipe()[1], vector, 1, 0)

def clone():  # a process in a user namespace of its own
    pid = kernel.syscall(NUMBERS["clone"], 0x10000000 | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone")

this = open(sys.executable, "rb")  # a file that all children see
TRIES = {
    "memfd_create": lambda: call("memfd_create", b"x", 0),
    "memfd_secret": lambda: call("memfd_secret", 0),
    "shmget": lambda: call("shmget", 0, 4096, 0o1600),
    "msgget": lambda: call("msgget", 0, 0o1600),
    "semget": lambda: call("semget", 0, 1, 0o1600),
    "mq_open": lambda: call("mq_open", b"x", 0o102, 0o600, 0),
    "vmsplice": vmsplice,
    "io_uring_setup": lambda: call("io_uring_setup", 8, bytes(120)),
    "userfaultfd": lambda: call("userfaultfd", 1),
    "add_key": lambda: call("add_key", b"user", b"refimpl-test", b"x", 1, -2),
    "unshare": lambda: call("unshare", 0x10000000),
    "clone": clone,
    "inotify_init1": lambda: call("inotify_init1", 0),
    "flock": lambda: fcntl.flock(this, fcntl.LOCK_EX),
    "lockf": lambda: fcntl.lockf(this, fcntl.LOCK_SH),
    "internet": lambda: socket.socket(socket.AF_INET),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "vsock": lambda: socket.socket(40, socket.SOCK_STREAM),
    "socketpair": lambda: socket.socketpair(socket.AF_UNIX),
    "thread": lambda: threading.Thread(target=int).start(),
    "process": lambda: os.fork() or os._exit(0),
}
errors = {}
for name, attempt in TRIES.items():
    end, other_end = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            attempt()
            error = 0
        except OSError as raised:
            error = raised.errno
        os.write(other_end, json.dumps(error).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    errors[name] = errno.errorcode.get(json.loads(os.read(end, 100)))
print(json.dumps(errors))
"""
REFUSED = dict.fromkeys(("flock", "lockf"), "ENOSYS")
REFUSED |= dict.fromkeys(("internet", "netlink", "vsock"), "EAFNOSUPPORT")
HARMLESS = ("socketpair", "thread", "process")
# What this kernel has, or lets an ordinary user do, is another question.
MAY_BE_MISSING = {
    "memfd_secret",
    "vsock",
    "userfaultfd",
    "io_uring_setup",
    "mq_open",
    "unshare",
    "clone",
}


def errors_of_all(before=""):
    """What each call comes to in the sandbox."""
    sandbox = prepare(TASK)[1]
    numbers = numbers_of(platform.machine())
    code = sandbox.with_package(f"NUMBERS = {numbers}\n{before}\n{TRY_ALL}")
    done = subprocess.run(
        sandbox.python(code), capture_output=True, text=True, env=sandbox.environment()
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_all_that_evades_the_limits_is_refused_and_nothing_else():
    filtered = "from refimpl.course.grading.refusing import refuse_calls\nrefuse_calls(True)"
    errors = errors_of_all(filtered)
    assert {name: errors.pop(name) for name in HARMLESS} == dict.fromkeys(HARMLESS)
    assert errors == {name: REFUSED.get(name, "EPERM") for name in errors}


def test_it_is_the_filter_that_refuses_it():
    errors = errors_of_all()
    assert {name for name, error in errors.items() if error} <= MAY_BE_MISSING, errors
