"""The judges of generated music, judged: real tunes, a model's, and impostors, by every measure.

`impostors` and `judged_sets` make the sets, `matrix` measures them, and `tables` shows who passes
what.
"""

from refimpl.reproduce.judges.matrix import judge_judges

__all__ = ["judge_judges"]
