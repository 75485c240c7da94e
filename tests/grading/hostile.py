"""Answers of people who cheat, crash or break things, each with what it must come to.

All answer exercise 1.3 in place of the right answer; the other exercises of lesson 1 stay right,
and must keep their points.
"""

from dataclasses import dataclass

RIGHT = "10 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))"


@dataclass(frozen=True)
class Hostile:
    """One answer.

    Attributes:
        body: Of the function `signal_to_noise(clean, noisy)`; RIGHT stands for the right value.
        statuses: One of these it must get.
        before: Python in front of the function.
        after: Python behind it.
        is_seen: Whether a human is to be told.
    """

    body: str
    statuses: tuple[str, ...]
    before: str = ""
    after: str = ""
    is_seen: bool = True

    def cell(self, **places: str) -> str:
        """Python that defines the function; `places` stand for what only a test knows."""
        head = f"{self.before}\ndef signal_to_noise(clean, noisy):\n"
        source = f"{head}{_indented(self.body)}\n{self.after}\n"
        for name, text in {"RIGHT": RIGHT, **places}.items():
            source = source.replace(name, text)
        return source


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.strip("\n").splitlines())


# A header that claims an array whose size is a number of millions of digits.
DIMENSIONS = (
    "import os, struct\n"
    "head = b'{\"array\": \"<f8\", \"shape\": [' + b', '.join([b'4294967296'] * 340_000) + b']}'\n"
    "frame = struct.pack('>Q', len(head)) + head\n"
    "frame = struct.pack('>Q', len(frame)) + frame\n"
)
BAD = ("wrong", "error")  # zero points, and it does not matter which
BROKEN = ("error", "crash", "timeout", "stalled", "memory", "tampering", "files", "missing")

CHEATS = {
    "wrong": Hostile("return -1.0", ("wrong",), is_seen=False),
    "replaced check": Hostile(
        "return -1.0",
        ("wrong",),
        "import refimpl.course\ndef check(*args): return 99\nrefimpl.course.check = check",
        is_seen=False,
    ),
    "patched refimpl in memory": Hostile(
        "import refimpl.course.differences as c, refimpl.course.grading.child as child\n"
        "c.compare_array = c.compare_arrays = lambda *args, **kwargs: None\n"
        "child.changed = lambda *args: False\nreturn -1.0",
        ("wrong",),
    ),
    "patched refimpl on disk": Hostile(
        "import refimpl\nopen(refimpl.__file__, 'w').write('')\nreturn RIGHT", ("error",)
    ),
    "patched the grader on disk": Hostile(
        "open('GRADER', 'w').write('')\nreturn RIGHT", ("error",)
    ),
    "reads the reference": Hostile(
        "from refimpl.course.exercises import find_exercise\n"
        "return find_exercise('1.3').reference(clean, noisy)",
        ("error",),
    ),
    "looks for the reference on disk": Hostile(
        "import os\n"
        "for folder, _, names in os.walk('/'):\n"
        "    if 'signal_to_noise.py' in names or 'lesson_01' in folder: return RIGHT\n"
        "return -1.0",
        ("wrong", "timeout"),
    ),
    "reads another submission": Hostile("exec(open('ANOTHER').read())\nreturn RIGHT", ("error",)),
    "reads the hidden seeds": Hostile("open('SEEDS')\nreturn RIGHT", ("error",)),
    "remembers inputs": Hostile(
        "return RIGHT if round(float(clean.sum()), 6) in KNOWN else 20.0", ("wrong",)
    ),
    "equals everything": Hostile(
        "return Everything()",
        BAD,
        "class Everything:\n    __hash__ = None\n    def __eq__(self, other): return True\n"
        "    def __array_ufunc__(self, *args, **kwargs): return True",
    ),
    "an array that equals everything": Hostile(
        "return np.zeros(()).view(Everything)",
        BAD,
        "class Everything(np.ndarray):\n    def __eq__(self, other): return np.True_\n"
        "    def __sub__(self, other): return 0",
    ),
    "becomes another array each time": Hostile(
        "return Changing()",
        BAD,
        "class Changing:\n    def __array__(self, *args, **kwargs):\n"
        "        import numpy\n        return numpy.array(float('nan'))",
    ),
    "text": Hostile("return str(RIGHT)", ("wrong",), is_seen=False),
    "a shape that broadcasts": Hostile("return np.full(2, RIGHT)", ("wrong",), is_seen=False),
    "complex": Hostile("return RIGHT + 0j", ("wrong",), is_seen=False),
    "nothing": Hostile("return None", ("wrong",), is_seen=False),
    "nan": Hostile("return float('nan')", ("wrong",), is_seen=False),
    "infinity": Hostile("return np.inf", ("wrong",), is_seen=False),
    "a generator": Hostile("yield RIGHT", ("wrong",), is_seen=False),
    "changes its argument": Hostile(
        "value = RIGHT\nclean[:] = 0\nreturn value", ("wrong",), is_seen=False
    ),
    "forges a reply": Hostile(
        "from refimpl.course.grading.wire import pack, write_frame\nimport io, os\n"
        "good = {'status': 'called', 'results': {}, 'changed': False}\n"
        "frame = io.BytesIO()\n"
        "write_frame(frame, pack({'number': 2, 'reply': {'status': 'called', 'trials': [good]}}))\n"
        "for descriptor in range(3, 12):\n"
        "    try: os.write(descriptor, frame.getvalue())\n"
        "    except OSError: pass\n"
        "return -1.0",
        ("tampering", *BAD),
    ),
    "writes noise as a reply": Hostile(
        "import os\n"
        "for descriptor in range(3, 12):\n"
        "    try: os.write(descriptor, b'\\xff' * 100)\n"
        "    except OSError: pass\n"
        "return RIGHT",
        ("tampering",),
    ),
    "claims an array of endless size": Hostile(
        f"{DIMENSIONS}"
        "for descriptor in range(3, 12):\n"
        "    try: os.write(descriptor, frame)\n"
        "    except OSError: pass\n"
        "return RIGHT",
        ("tampering",),
    ),
    "replies with arrays in place of words": Hostile(
        "from refimpl.course.grading.wire import pack, write_frame\nimport io, os\n"
        "frame, odd = io.BytesIO(), np.zeros(2)\n"
        "write_frame(frame, pack({'number': odd, 'reply': {'status': odd, 'trials': odd}}))\n"
        "for descriptor in range(3, 12):\n"
        "    try: os.write(descriptor, frame.getvalue())\n"
        "    except OSError: pass\n"
        "return RIGHT",
        ("tampering",),
    ),
    "half a character": Hostile("return np.array('\\ud800')", ("wrong",), is_seen=False),
    "a long text": Hostile("return np.array('x' * 500_000)", ("wrong",), is_seen=False),
    "more axes than a message may have": Hostile(
        "return np.zeros([1] * 40) + RIGHT", ("wrong",), is_seen=False
    ),
}

BREAKS = {
    "infinite loop": Hostile("while True: pass", ("timeout",)),
    "infinite loop that catches all": Hostile(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        ("timeout",),
    ),
    "sleeps": Hostile("import time\ntime.sleep(1e6)", ("stalled",)),
    "stops itself": Hostile(
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", ("stalled",)
    ),
    "os._exit": Hostile("import os\nos._exit(0)", ("crash",)),
    "sys.exit": Hostile("import sys\nsys.exit(0)", ("error",)),
    "segmentation fault": Hostile("import ctypes\nctypes.string_at(0)", ("crash",)),
    "kills the parent": Hostile(
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(1, signal.SIGKILL)\n"
        "os.kill(-1, signal.SIGKILL)\nreturn -1.0",
        ("crash", "error", "wrong"),
    ),
    "fork bomb": Hostile("import os\nwhile True: os.fork()", BROKEN),
    "fork bomb in sessions of their own": Hostile(
        "import os\n"
        "while True:\n"
        "    try:\n"
        "        if os.fork() == 0: os.setsid()\n"
        "    except OSError: pass",
        BROKEN,
    ),
    "thread bomb": Hostile(
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(1e6,)).start()",
        BROKEN,
    ),
    "recursion": Hostile("return signal_to_noise(clean, noisy)", ("error",)),
    "50 GB array": Hostile("return np.ones((50, 2**27)).sum()", ("memory",)),
    # Filling memory takes time, too: on some machines more than there is.
    "slow growth": Hostile(
        "kept = []\nwhile True: kept.append(np.ones(2**20))", ("memory", "timeout")
    ),
    "memory of many processes": Hostile(
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        kept = bytearray(400 * 2**20)\n"
        "        time.sleep(1e6)\n"
        "time.sleep(1e6)",
        ("memory", "timeout"),
    ),
    "returns too much": Hostile("return np.ones(2**23)", ("error",)),
    "endless output": Hostile("while True: print('x' * 2**20)", ("timeout",)),
    "fills the disk": Hostile(
        "for n in range(1000): open(f'/tmp/{n}', 'wb').write(bytes(2**24))", ("error",)
    ),
    "fills shared memory": Hostile(
        "for n in range(1000): open(f'/dev/shm/{n}', 'wb').write(bytes(2**24))", ("error",)
    ),
    "many files": Hostile(
        "n = 0\nwhile True:\n    n += 1\n    open(f'/tmp/{n}', 'w')", ("files", "error")
    ),
    "a large file": Hostile(
        "file = open('/tmp/x', 'wb')\nwhile True: file.write(bytes(2**20))", ("error", "crash")
    ),
    "network": Hostile(
        "import socket\nsocket.create_connection(('127.0.0.1', PORT), 1)\nreturn RIGHT", ("error",)
    ),
    "writes outside": Hostile("open('OUTSIDE/x', 'w')\nreturn RIGHT", ("error",)),
    "writes into the sandbox's own folders": Hostile(
        "for folder in ('/', '/dev', '/package', '/usr', '/proc', '/proc/sys/kernel'):\n"
        "    try: open(f'{folder}/x', 'w')\n"
        "    except OSError: continue\n"
        "    return -1.0\n"
        "return RIGHT",
        ("right",),
    ),
    "an error with an error": Hostile(
        "raise Bad()", ("error",), "class Bad(Exception):\n    def __str__(self): raise self"
    ),
    "an error with half a character": Hostile("raise ValueError('\\ud800')", ("error",)),
    "syntax error": Hostile("return (", ("error",)),
    "no function": Hostile("return RIGHT", ("missing",), after="signal_to_noise = 3"),
    "a deleted function": Hostile("return RIGHT", ("missing",), after="del signal_to_noise"),
}

# What is odd, but earns its points.
EARNED = {
    "prints a gigabyte": Hostile(
        "for _ in range(100): print('x' * 2**20)\nreturn RIGHT", ("right",), is_seen=False
    ),
    "reads input": Hostile(
        "try: input()\nexcept EOFError: pass\nreturn RIGHT", ("right",), is_seen=False
    ),
    "leaves threads behind": Hostile(
        "import threading, time\n"
        "for _ in range(4):\n"
        "    threading.Thread(target=time.sleep, args=(1e6,)).start()\n"
        "return RIGHT",
        ("right",),
    ),
    "needs a table": Hostile(
        "return TABLE[0] * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))",
        ("right",),
        "TABLE = []\nTABLE.append(9)\nTABLE[0] += 1",
        is_seen=False,
    ),
}
ALL = CHEATS | BREAKS | EARNED
