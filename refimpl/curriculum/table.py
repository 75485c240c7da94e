"""Curricula by name, as configurations and commands give them."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from refimpl.curriculum.bandit import Exp3S
from refimpl.curriculum.constant import Fixed, Uniform
from refimpl.curriculum.curriculum import Curriculum
from refimpl.curriculum.errors import CurriculumError
from refimpl.curriculum.reward_model import RewardModel
from refimpl.curriculum.strategy import StartingFrom, Strategy
from refimpl.errors import suggest

STRATEGIES: dict[str, type] = {
    "uniform": Uniform,
    "fixed": Fixed,
    "exp3s": Exp3S,
    "reward_model": RewardModel,
}


def make_curriculum(
    kind: str,
    names: Sequence[str],
    *,
    settings: dict[str, Any] | None = None,
    shares: Sequence[float] | None = None,
    **options: Any,
) -> Curriculum:
    """A curriculum of a kind.

    Args:
        kind: "uniform", "fixed", "exp3s" or "reward_model".
        names: the objectives.
        settings: of the strategy: `{"shares": {name: share}}` for "fixed", else its attributes.
        shares: of each objective, of sum 1: "fixed" keeps them, and one that adapts begins with
            them.
        options: of `Curriculum`: n_steps, warmup_steps, effect_delay, reward_fn, seed.

    Raises:
        CurriculumError: an unknown kind or setting; it names the nearest right one.

    Taught in lesson 6.
    """
    if kind not in STRATEGIES:
        raise CurriculumError(f"no curriculum is called {kind!r}; {suggest(kind, STRATEGIES)}")
    if shares is not None and kind == "fixed":
        settings = {"shares": tuple(shares)} | (settings or {})
    strategy = _strategy(kind, names, settings or {})
    if shares is not None and kind not in ("fixed", "uniform"):
        strategy = StartingFrom(strategy, tuple(shares))
    return Curriculum(names, strategy, **options)


def _strategy(kind: str, names: Sequence[str], settings: dict[str, Any]) -> Strategy:
    known = [field.name for field in dataclasses.fields(STRATEGIES[kind])]
    for name in settings:
        if name not in known:
            raise CurriculumError(f"{kind} has no setting {name!r}; {suggest(name, known)}")
    if kind == "fixed":
        if "shares" not in settings:
            raise CurriculumError("a fixed curriculum needs the setting 'shares', one an objective")
        return Fixed.of(settings["shares"], names)
    return STRATEGIES[kind](**settings)
