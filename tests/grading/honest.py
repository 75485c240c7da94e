"""Ways to write a right answer that make it hard to tell from the text what the answer needs.

Each holds cells that come to a `FACTOR` of 10, and cells below the answer's check. All of them earn
their points in a notebook.
"""

from dataclasses import dataclass

ANSWER = """def signal_to_noise(clean, noisy):
    return FACTOR * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))"""
STUB = "def signal_to_noise(clean, noisy):\n    raise NotImplementedError"
CHECK = 'check("1.3", signal_to_noise)'


@dataclass(frozen=True)
class Honest:
    """One way.

    Attributes:
        before: Cells above the answer.
        answer: The answer's cell, with `FACTOR` for what makes it right.
        check: The cell with its check.
        after: Cells below its check.
        factor: What stands for `FACTOR` in the answer.
    """

    before: tuple[str, ...] = ()
    answer: str = ANSWER
    check: str = CHECK
    after: tuple[str, ...] = ()
    factor: str = "FACTOR"

    @property
    def cells(self) -> list[str]:
        """The cells, without what a lesson imports."""
        answer = self.answer.replace("FACTOR", self.factor)
        return [*self.before, answer, self.check, *self.after]


REGISTER = "KNOWN = {}\ndef register(f):\n    KNOWN[f.__name__] = f\n    return f"
TERMS = " + ".join(["1"] * 400)

HONEST = {
    "a decorator that registers": Honest(
        (REGISTER, "@register\ndef ten():\n    return 10"), factor="KNOWN['ten']()"
    ),
    "a comprehension with side effects": Honest(
        ("T = []", "[T.append(n) for n in (3, 10)]"), factor="T[-1]"
    ),
    "a generator that is used up": Honest(("it = iter([3, 10])\nnext(it)\nFACTOR = next(it)",)),
    "a helper redefined later": Honest(
        ("def ten():\n    return 10",), after=("def ten():\n    return 11",), factor="ten()"
    ),
    "a global reused later": Honest(("FACTOR = 10",), after=("FACTOR = 'other'",)),
    "a global reused before and later": Honest(
        ("FACTOR = 3", "FACTOR = 10"), after=("for FACTOR in range(3): pass",)
    ),
    "del": Honest(("T = {'three': 3, 'ten': 10}\ndel T['three']",), factor="list(T.values())[0]"),
    "pop": Honest(("T = [10, 3]\nlast = T.pop()",), factor="T[-1]"),
    "a loop that changes a table": Honest(
        ("T = [[1], [2]]", "for row in T:\n    row[0] *= 10"), factor="T[0][0]"
    ),
    "a function that configures": Honest(
        ("def configure():\n    global FACTOR\n    FACTOR = 10", "configure()")
    ),
    "options": Honest(
        ("OPTIONS = {}\ndef configure(**more):\n    OPTIONS.update(more)", "configure(factor=10)"),
        factor="OPTIONS['factor']",
    ),
    "a counter in a closure": Honest(
        (
            "def counter():\n    n = 8\n    def count():\n        nonlocal n\n        n += 1\n"
            "        return n\n    return count\ncount = counter()\ncount()",
        ),
        answer=f"{ANSWER.replace('FACTOR', 'TEN')}\nTEN = count()",
    ),
    "an f-string with emoji": Honest(
        answer="def signal_to_noise(clean, noisy):\n"
        "    label = f\"{'ten'} \\N{BULLET} ❤️ 👩‍🎤 {'x'}\"\n"
        "    power = np.mean(clean**2) / np.mean((noisy - clean) ** 2)\n"
        "    return {label: 10}[f\"{'ten'} \\N{BULLET} ❤️ 👩‍🎤 {'x'}\"] * np.log10(power)"
    ),
    "an expression of 400 terms": Honest((f"FACTOR = {TERMS} - 390",)),
    "a command with a continuation": Honest(("!pip install \\\n    numpy\nFACTOR = 10",)),
    "what a command prints": Honest(("files = !ls\nFACTOR = 10 + 0 * len(files)",)),
    "a remainder beside a magic": Honest(
        ("%matplotlib inline\nx = [0] * 20\nFACTOR = (30\n % len(x))",)
    ),
    "a magic that runs a line": Honest(("%time FACTOR = 10",)),
    "a value that a magic times": Honest(("FACTOR = %time 5 + 5",)),
    "a magic that runs the cell": Honest(("%%time\n%matplotlib inline\nFACTOR = 10",)),
    "captured output": Honest(("%%capture kept\nprint(1)\nFACTOR = 10",)),
    "prompts": Honest((">>> FACTOR = 10\n>>> FACTOR\n10",)),
    "a question": Honest(("FACTOR = 10\nnp.mean?",)),
    "a file that is written and imported": Honest(
        ("%%writefile my_helper.py\nTEN = 10", "from my_helper import TEN"), factor="TEN"
    ),
    "the text of a function": Honest(
        ("import inspect\ndef g(x):\n    return x  # 10", "FACTOR = int(inspect.getsource(g)[-3:])")
    ),
    "an alias": Honest(("T = [1]\nalias = T\nalias[0] = 10",), factor="T[0]"),
    "an alias of a function": Honest(
        answer=f"{ANSWER.replace('signal_to_noise', 'mine').replace('FACTOR', '10')}\n"
        "signal_to_noise = mine"
    ),
    "a helper named like a later variable": Honest(
        ("def noise(clean, noisy):\n    return noisy - clean",),
        answer="def signal_to_noise(clean, noisy):\n"
        "    return 10 * np.log10(np.mean(clean**2) / np.mean(noise(clean, noisy) ** 2))",
        after=("noise = np.zeros(3)\ntone = clip = rate = noise",),
    ),
    "everything of a module": Honest(
        ("from numpy import *",),
        answer="def signal_to_noise(clean, noisy):\n"
        "    return 10 * log10(mean(clean**2) / mean((noisy - clean) ** 2))",
    ),
    "await": Honest(("async def load():\n    return 10", "FACTOR = await load()")),
    "a blank stub below": Honest(("FACTOR = 10",), after=(STUB,)),
    "a blank stub between": Honest(("FACTOR = 10", ANSWER), answer=STUB),
    "another function is checked": Honest(
        ("FACTOR = 10", STUB),
        answer=ANSWER.replace("signal_to_noise", "mine"),
        check='check("1.3", mine)',
    ),
    "check under another name": Honest(
        ("from refimpl.course import check as test\nFACTOR = 10",),
        check='test("1.3", signal_to_noise)',
        after=("FACTOR = 0",),
    ),
    "a name made by exec": Honest(("exec('FACTOR = 10')",)),
    "a setting of a module": Honest(("np.ten = 10",), factor="np.ten"),
    "a class that keeps its subclasses": Honest(
        (
            "class Base:\n    known = []\n    def __init_subclass__(cls):\n"
            "        Base.known.append(cls)",
            "class Ten(Base):\n    value = 10",
        ),
        factor="Base.known[0].value",
    ),
    "a heavy cell above": Honest(
        ("n = 0\nwhile True:\n    n += 1", "T = [1]\nalias = T\nalias[0] = 10"), factor="T[0]"
    ),
    "a heavy cell that catches all above": Honest(
        (
            "n = 0\nfor _ in range(3):\n    try:\n        while True: n += 1\n"
            "    except BaseException: pass",
            "T = [1]\nalias = T\nalias[0] = 10",
        ),
        factor="T[0]",
    ),
}
