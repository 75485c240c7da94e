"""Tricks that aim at the grader itself: its channel, its memory, and what outlives a sandbox."""

import platform

import pytest

from refimpl.course.grading.refusing import MACHINES, numbers_of
from refimpl.course.grading.task import grade_cells, prepare
from tests.grading.hostile import RIGHT
from tests.grading.notebooks import answered
from tests.grading.settings import TASK

pytestmark = pytest.mark.usefixtures("sandbox")
OTHERS = 16  # points of lesson 1 without exercise 1.3


def report_of(body, before="", cells=()):
    lines = "\n".join(f"    {line}" for line in body.replace("RIGHT", RIGHT).splitlines())
    cell = f"{before}\ndef signal_to_noise(clean, noisy):\n{lines}"
    report = grade_cells(TASK, [*cells, *answered(cell)])
    (one,) = [one for one in report.exercises if one.id == "1.3"]
    assert report.points - one.points == OTHERS, report
    return one


TRICKS = {
    "other numbers once they are written": (
        "import json, refimpl.course.grading.wire as wire\n"
        "wire.np.ascontiguousarray = lambda array: wire.np.zeros_like(array)\n"
        "json.dumps = wire.json.dumps = lambda value: '{}'\n"
        "return -1.0",
        "",
    ),
    "a subclass that is another array when it is copied": (
        "return np.zeros(()).view(Sly)",
        "class Sly(np.ndarray):\n"
        "    def __array__(self, *args, **kwargs): return np.array([1.0])\n"
        "    def __array_finalize__(self, other): pass\n"
        "    def tobytes(self, *args): return b''",
    ),
    "an object that writes when it is thrown away": (
        "return Last()",
        "class Last:\n"
        "    def __del__(self):\n"
        "        import os\n"
        "        for n in range(3, 12):\n"
        "            try: os.write(n, bytes(8))\n"
        "            except OSError: pass",
    ),
    "a thread that never stops writing": (
        "import threading\nthreading.Thread(target=write, daemon=True).start()\nreturn RIGHT",
        "import os\n"
        "def write():\n"
        "    while True:\n"
        "        for n in range(3, 12):\n"
        "            try: os.write(n, b'noise' * 9)\n"
        "            except OSError: pass",
    ),
    "something at the end": (
        "import atexit, os\natexit.register(os.abort)\nraise SystemExit",
        "",
    ),
    "a look for the reference in all that there is": (
        "import gc\n"
        "for one in gc.get_objects():\n"
        "    name = getattr(one, '__name__', '')\n"
        "    if name == 'signal_to_noise' and one is not signal_to_noise: return RIGHT\n"
        "    if name in ('EXERCISE', 'judge', 'make_answer_key'): return RIGHT\n"
        "return -1.0",
        "",
    ),
    "a look into another process": (
        "import os\n"
        "for name in os.listdir('/proc'):\n"
        "    if name.isdigit() and int(name) != os.getpid():\n"
        "        open(f'/proc/{name}/mem', 'rb')\n"
        "        return RIGHT",
        "",
    ),
    "code for the next process": (
        "import os, sys\n"
        "if os.path.exists('/tmp/sitecustomize.py'): return RIGHT\n"
        "open('/tmp/sitecustomize.py', 'w').write('raise SystemExit')\n"
        "os._exit(0)",
        "",
    ),
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_earns_nothing_and_costs_nothing_else(name):
    one = report_of(*TRICKS[name])
    assert (one.points, one.status == "right") == (0, False), one
    assert one.needs_a_look


KEYRING = """
import ctypes
kernel = ctypes.CDLL(None)
add_key, request_key, keyctl = NUMBERS
def find():
    return kernel.syscall(keyctl, 10, -4, b"user", b"refimpl-trick", 0)
"""


@pytest.mark.skipif(platform.machine() not in MACHINES, reason="the filter knows no such machine")
def test_nothing_is_left_for_the_next_in_the_kernels_keyrings():
    calls = numbers_of(platform.machine())
    numbers = [calls[name] for name in ("add_key", "request_key", "keyctl")]
    before = KEYRING.replace("NUMBERS", str(numbers))
    put = 'kernel.syscall(add_key, b"user", b"refimpl-trick", b"x", 1, -4)'
    report_of(f"{put}\nreturn RIGHT", before)
    assert report_of("return RIGHT if find() < 0 else None", before).status == "right"
    # Nor within one process:
    alone = report_of(f"{put}\nreturn RIGHT if find() < 0 else None", before)
    assert alone.status == "right" and "uses ctypes" in alone.remark


def test_what_only_the_whole_notebook_does_is_looked_at_too():
    hidden = "exec('FACTOR = 10')\nimport gc"
    one = report_of("gain = FACTOR / 10\nreturn gain * RIGHT", cells=[hidden])
    assert one.status == "right"
    assert "uses exec" in one.remark and "uses gc" in one.remark


def test_a_module_that_ends_its_process_costs_its_own_exercise_alone():
    # Imports are done ahead of all answers, where such a module takes the whole child along.
    module = prepare(TASK)[1].edition / "ends_its_process.py"
    module.write_text("import os\nos._exit(3)\n", encoding="utf-8")
    try:
        one = report_of("import ends_its_process\nreturn RIGHT")
    finally:
        module.unlink()
    assert (one.status, one.points) == ("crash", 0), one
