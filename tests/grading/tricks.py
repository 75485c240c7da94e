"""Ways to have a forbidden function do the work, and honest answers that look like them.

All answer exercise 2.2, which forbids `refimpl.metrics.salience.frame`; each is a cell that defines
`NAME(audio, n_fft, hop_length)`.
"""

import ast
import re

PARAMETERS = ("audio", "n_fft", "hop_length")
CALL = "frame(audio, n_fft, hop_length)"
IMPORT = "import numpy as np\nfrom refimpl.metrics.salience import frame\n"


def _answer(body: str, before: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return f"{IMPORT}{before}\ndef NAME(audio, n_fft, hop_length):\n{lines}\n"


def handed_in(cell: str, name: str) -> str:
    """A cell whose function has a name, and whose own names no other cell has."""
    names = {
        node.id if isinstance(node, ast.Name) else node.name
        for statement in ast.parse(cell).body
        for node in ast.walk(statement)
        if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.FunctionDef | ast.ClassDef) and node is statement)
    }
    for own in names - {"NAME", "frame", *PARAMETERS}:
        cell = re.sub(rf"(?<![.\w']){own}\b(?!=[^=])", f"{own}_{name}", cell)
    return cell.replace("NAME", name)


def _lazy(methods: str, result: str = "Lazy(audio, n_fft, hop_length)") -> str:
    lines = "\n".join(f"    {line}" for line in methods.strip("\n").splitlines())
    return _answer(
        f"return {result}",
        "class Lazy:\n"
        "    def __init__(self, *given): self.given = given\n"
        f"    def work(self): return frame(*self.given)\n{lines}",
    )


LATER = {
    "an object with detach, cpu and numpy": _lazy(
        "def detach(self): return self\ndef cpu(self): return self\n"
        "def numpy(self): return self.work()"
    ),
    "an object that says it is a tensor": _lazy(
        "@property\ndef __class__(self):\n    import torch\n    return torch.Tensor\n"
        "def detach(self): return self\ndef cpu(self): return self\n"
        "def numpy(self): return self.work()"
    ),
    "a sequence": _lazy(
        "def __len__(self): return len(self.work())\n"
        "def __getitem__(self, i): return self.work()[i]"
    ),
    "an object that becomes an array": _lazy("def __array__(self, *a, **k): return self.work()"),
    "an array's interface": _lazy(
        "@property\ndef __array_interface__(self):\n"
        "    self.kept = self.work()\n    return self.kept.__array_interface__"
    ),
    "numbers that are computed when asked": _answer(
        "n = 1 + len(audio) // hop_length\n"
        "return [[Number(audio, n_fft, hop_length, i, k) for k in range(n_fft)]\n"
        "        for i in range(n)]",
        "class Number:\n"
        "    def __init__(self, *given): self.given = given\n"
        "    def __float__(self):\n"
        "        audio, n_fft, hop_length, i, k = self.given\n"
        f"        return float({CALL}[i, k])\n"
        "    def __array__(self, *a, **k): return np.asarray(float(self))",
    ),
    "an array that changes when it is finalised": _answer(
        "out = np.zeros((1 + len(audio) // hop_length, n_fft))\n"
        "Last(out, (audio, n_fft, hop_length))\nreturn out",
        "class Last:\n"
        "    def __init__(self, out, given): self.out, self.given = out, given\n"
        "    def __del__(self): self.out[:] = frame(*self.given)",
    ),
    "numpy's own conversion replaced": _answer(
        "given = audio, n_fft, hop_length\n"
        "np.array = differences.np.array = lambda value, **k: Late(given)\nreturn audio",
        "import refimpl.course.differences as differences\n"
        "class Late(tuple):\n"
        "    dtype, nbytes = np.dtype(float), 8\n"
        "    def tobytes(self): return frame(*self).tobytes()",
    ),
}

_PIPE = "import os, struct\nr, w = os.pipe()\n"
ELSEWHERE = {
    "joblib": _answer(
        "return Parallel(n_jobs=2)([delayed(frame)(audio, n_fft, hop_length)] * 2)[0]",
        "from joblib import Parallel, delayed",
    ),
    "a pool of processes": _answer(
        "import multiprocessing\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    return pool.apply(frame, (audio, n_fft, hop_length))",
    ),
    "an executor of processes": _answer(
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(1) as pool:\n"
        "    return pool.submit(frame, audio, n_fft, hop_length).result()",
    ),
    "a process that was there before": _answer(
        "requests.put((audio, n_fft, hop_length))\nreturn replies.get(timeout=5)",
        "import multiprocessing\nfork = multiprocessing.get_context('fork')\n"
        "requests, replies = fork.Queue(), fork.Queue()\n"
        "def serve():\n    while True: replies.put(frame(*requests.get()))\n"
        "started = fork.Process(target=serve, daemon=True).start()\n"
        "requests.started = started",
    ),
    "another Python": _answer(
        "import json, subprocess, sys\n"
        "code = 'import sys, json; sys.path.insert(0, \"/package\"); import numpy as np; '\\\n"
        "    'from refimpl.metrics.salience import frame; a, n, h = json.load(sys.stdin); '\\\n"
        "    'print(json.dumps(frame(np.array(a), n, h).tolist()))'\n"
        "given = json.dumps([audio.tolist(), n_fft, hop_length])\n"
        "command = [sys.executable, '-c', code]\n"
        "done = subprocess.run(command, input=given, text=True, capture_output=True)\n"
        "return np.array(json.loads(done.stdout))",
    ),
    "os.fork": _answer(
        f"{_PIPE}if os.fork() == 0:\n"
        f"    os.write(w, {CALL}.astype(float).tobytes())\n    os._exit(0)\n"
        "return np.frombuffer(os.read(r, 10**6)).reshape(-1, n_fft)",
    ),
    "os.fork handed to another": _answer(
        f"{_PIPE}if list(map(lambda f: f(), [os.fork]))[0] == 0:\n"
        f"    os.write(w, {CALL}.astype(float).tobytes())\n    os._exit(0)\n"
        "return np.frombuffer(os.read(r, 10**6)).reshape(-1, n_fft)",
    ),
}

_RUN = f"def work():\n    kept.append({CALL})\n"
OUT_OF_SIGHT = {
    "the profile function switched off": _answer(
        f"sys.setprofile(None)\nreturn {CALL}", "import sys"
    ),
    "switched off through another, and on again": _answer(
        "before = sys.getprofile()\nlist(map(sys.setprofile, [None]))\n"
        f"out = {CALL}\nlist(map(sys.setprofile, [before]))\nreturn out",
        "import sys",
    ),
    "a trace function": _answer(
        "kept = []\n"
        f"def trace(*event):\n    sys.settrace(None)\n    kept.append({CALL})\n"
        "sys.settrace(trace)\n(lambda: 0)()\nreturn kept[0]",
        "import sys",
    ),
    "recursion that ends the profile function": _answer(
        "def deep(n):\n    try:\n        return deep(n + 1)\n    except RecursionError:\n"
        "        return n\n"
        f"for _ in range(50): deep(0)\nreturn {CALL}",
    ),
    "a thread": _answer(
        f"kept = []\n{_RUN}t = threading.Thread(target=work)\nt.start()\nt.join()\nreturn kept[0]",
        "import threading",
    ),
    "a thread by hand": _answer(
        f"kept = []\n{_RUN}_thread.start_new_thread(work, ())\n"
        "while not kept: pass\nreturn kept[0]",
        "import _thread",
    ),
    "a thread without its profile function": _answer(
        f"kept = []\nthreading._profile_hook = None\n{_RUN}"
        "t = threading.Thread(target=work)\nt.start()\nt.join()\nreturn kept[0]",
        "import threading",
    ),
    "a thread with another start": _answer(
        f"kept = []\n{_RUN}t = Sly(target=work)\nt.start()\nt.join()\nreturn kept[0]",
        "import threading\n"
        "class Sly(threading.Thread):\n"
        "    def _bootstrap(self):\n"
        "        self._set_ident()\n        self._started.set()\n        self.run()",
    ),
    "a thread that was there before": _answer(
        "requests.put((audio, n_fft, hop_length))\nreturn replies.get(timeout=5)",
        "import queue, threading\nrequests, replies = queue.Queue(), queue.Queue()\n"
        "def serve():\n    while True: replies.put(frame(*requests.get()))\n"
        "server = threading.Thread(target=serve, daemon=True)\nserver.start()\n"
        "requests.server = server",
    ),
    "an audit hook": _answer(
        "kept.clear()\nwanted[:] = [(audio, n_fft, hop_length)]\n"
        "open('/dev/null').close()\nreturn kept[0]",
        "import sys\nkept, wanted = [], []\n"
        "def hook(event, arguments):\n"
        "    if event == 'open' and wanted: kept.append(frame(*wanted.pop()))\n"
        "wanted.extend([sys.addaudithook(hook)] * 0)",
    ),
}

REACHES = {
    "C's own way to the profile function": _answer(
        f"ctypes.pythonapi.PyEval_SetProfile(None, None)\nreturn {CALL}", "import ctypes"
    ),
    "the guard's own frame": _answer(
        "held = sys._getframe(1)\nguard = held.f_locals['self']\n"
        "guard._known.clear()\nguard._places.clear()\n"
        f"return {CALL}",
        "import sys",
    ),
    "the frames of an exception": _answer(
        f"try:\n    {CALL}\nexcept BaseException as error:\n"
        "    held = error.__traceback__.tb_frame.f_back\n"
        "    while 'self' not in held.f_locals: held = held.f_back\n"
        "    held.f_locals['self']._places.clear()\n"
        "    held.f_locals['self']._known.clear()\n"
        "    held.f_locals['self'].complaint = ''\n"
        f"return {CALL}",
    ),
    "all that there is": _answer(
        "for one in gc.get_objects():\n"
        "    if type(one).__name__ == 'Guard': one.notice = one._places = one._known = {}\n"
        f"return {CALL}",
        "import gc",
    ),
    "the guard's class replaced": _answer(
        f"guard, answering\nreturn {CALL}",
        "import refimpl.course.guard as guard, refimpl.course.grading.answering as answering\n"
        "guard.Guard.notice = lambda *given: None\n"
        "guard.Guard.__call__ = lambda self, *a, **k: self.function(*a, **k)\n"
        "guard.Guard.complain = answering.Guard.complain = lambda *given: None",
    ),
    "the modules below the guard replaced": _answer(
        f"sys, threading\nreturn {CALL}",
        "import sys, threading\nsys.setprofile = threading.setprofile = lambda f: None\n"
        "sys.getprofile = lambda: None",
    ),
}

COPIES = {
    "another name": _answer("return same(audio, n_fft, hop_length)", "same = frame"),
    "a partial": _answer(
        "return functools.partial(frame, audio)(n_fft, hop_length)", "import functools"
    ),
    "handed to another": _answer("return next(map(frame, [audio], [n_fft], [hop_length]))"),
    "the module reloaded": _answer(
        "other = importlib.reload(sys.modules[frame.__module__])\n"
        "return other.frame(audio, n_fft, hop_length)",
        "import importlib, sys",
    ),
    "the file read under another name": _answer(
        "import importlib.util, sys\n"
        "path = sys.modules[frame.__module__].__file__\n"
        "spec = importlib.util.spec_from_file_location('other', path)\n"
        "other = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(other)\n"
        "return other.frame(audio, n_fft, hop_length)",
    ),
    "the file copied": _answer(
        "import os, shutil, sys\nfolder = sys.modules[frame.__module__].__file__\n"
        "shutil.copy(folder, '/tmp')\nsys.path.insert(0, '/tmp')\n"
        "other = __import__(os.path.basename(folder)[:-3])\n"
        "return other.frame(audio, n_fft, hop_length)",
    ),
    "a function of its code": _answer(
        "import types\nother = types.FunctionType(frame.__code__, frame.__globals__)\n"
        "return other(audio, n_fft, hop_length)",
    ),
    "its code under another name": _answer(
        "import types\ncode = frame.__code__.replace(co_name='mine', co_firstlineno=9)\n"
        "other = types.FunctionType(code, frame.__globals__)\n"
        "return other(audio, n_fft, hop_length)",
    ),
    "its code in a function of one's own": _answer(
        "mine.__code__ = frame.__code__\nmine.__globals__.update(frame.__globals__)\n"
        "return mine(audio, n_fft, hop_length)",
        "def mine(audio, n_fft, hop_length):\n    return audio",
    ),
    "caught": _answer(
        f"try:\n    return {CALL}\nexcept BaseException:\n    return np.zeros((1, n_fft))"
    ),
}

TRICKS = LATER | ELSEWHERE | OUT_OF_SIGHT | REACHES | COPIES

_HONEST = """padded = np.pad(audio, (n_fft // 2, n_fft))
starts = hop_length * np.arange(1 + len(audio) // hop_length)
cut = np.array([padded[start : start + n_fft] for start in starts])
"""


def _honest(body: str, before: str = "") -> str:
    return _answer(body, before)


EARNED = {
    "plain": _honest(f"{_HONEST}return cut"),
    "a list": _honest(f"{_HONEST}return cut.tolist()"),
    "an object that becomes an array": _honest(
        f"{_HONEST}return Boxed(cut)",
        "class Boxed:\n    def __init__(self, a): self.a = a\n"
        "    def __array__(self, *a, **k): return self.a",
    ),
    "a tensor": _honest(f"{_HONEST}return torch.from_numpy(cut).requires_grad_()", "import torch"),
    "a subclass of an array": _honest(
        f"{_HONEST}return cut.view(Mine)", "class Mine(np.ndarray): pass"
    ),
    "threads": _honest(
        f"{_HONEST}with ThreadPoolExecutor(2) as pool:\n"
        "    return np.array(list(pool.map(lambda row: row * 1, cut)))",
        "from concurrent.futures import ThreadPoolExecutor",
    ),
    "joblib in one process": _honest(
        f"{_HONEST}return np.array(Parallel(n_jobs=1)(delayed(same)(row) for row in cut))",
        "from joblib import Parallel, delayed\ndef same(row): return row",
    ),
    "dataclasses, named tuples and warnings": _honest(
        "warnings.warn('odd')\nlogging.getLogger('x').warning('odd')\nPair(1, 2)\nBox(1)\n"
        f"{_HONEST}return cut",
        "import logging, warnings\nfrom collections import namedtuple\n"
        "from dataclasses import dataclass\nPair = namedtuple('Pair', 'a b')\n"
        "@dataclass\nclass Box:\n    x: int",
    ),
    "an exception that is caught and told": _honest(
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.format_exc()\n"
        f"{_HONEST}return cut",
        "import traceback",
    ),
    "imports inside": _honest(
        f"import scipy.signal, librosa.util, sklearn.cluster\n{_HONEST}return cut",
    ),
    "a program that is not there": _honest(
        f"{_HONEST}return cut",
        "import subprocess\n"
        "def gpu():\n    try:\n        return subprocess.run(['nvidia-smi']).returncode\n"
        "    except OSError:\n        return None\nHAS_GPU = gpu()",
    ),
}
