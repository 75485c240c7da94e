"""Which trials each listener gets, and in which order: all trials are heard equally often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np


def balanced_plans(
    groups: Sequence[int], n_trials: int, n_plans: int, rng: np.random.Generator
) -> list[list[int]]:
    """Deal trials to listeners.

    Without a server, no page knows what the other listeners got. So the orders are dealt
    beforehand: each plan takes the trials that its groups and the plans before it had least of.

    Args:
        groups: `(n,)` for each trial what it compares, such as the number of its pair of systems.
        n_trials: for each listener, at most n.
        n_plans: number of plans.
        rng: decides among equals, and shuffles.
    Returns:
        n_plans lists of n_trials different indices. In a plan, two groups differ by at most one
        trial as long as both have trials left; over all plans, so do two trials of a group.
    """
    heard = Counter()
    plans = []
    for _ in range(n_plans):
        plan: list[int] = []
        in_plan = Counter()
        for _ in range(n_trials):
            left = [trial for trial in rng.permutation(len(groups)) if trial not in plan]
            next_one = min(left, key=lambda t: (in_plan[groups[t]], heard[t]))
            plan.append(int(next_one))
            in_plan[groups[next_one]] += 1
            heard[next_one] += 1
        plans.append([plan[i] for i in rng.permutation(n_trials)])
    return plans
