"""Objectives by name, made from configurations without unknown keys."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from refimpl.errors import suggest
from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.objective import Objective

_CLASSES: dict[str, type[Objective]] = {}


def register(cls: type[Objective]) -> type[Objective]:
    """Make an objective known by its name; use it as a decorator.

    Raises:
        ObjectiveError: it has no name, or another class has this one.
    """
    if not cls.name:
        raise ObjectiveError(f"{cls.__name__} has no name; give it a class attribute `name`")
    known = _CLASSES.get(cls.name)
    # Running a notebook's cell again defines the same class again, which is not a conflict.
    if known is not None and (known.__module__, known.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise ObjectiveError(
            f"there is an objective {cls.name!r} already ({known.__module__}); choose another name"
        )
    _CLASSES[cls.name] = cls
    return cls


def objective_names() -> tuple[str, ...]:
    """The names of all objectives that are registered."""
    return tuple(_CLASSES)


def make_objective(name: str, **parameters: Any) -> Objective:
    """Make an objective from its name and its parameters.

    Raises:
        ObjectiveError: an unknown name or parameter, with the nearest right one; or a value that
            the parameter cannot have.
    """
    if name not in _CLASSES:
        raise ObjectiveError(f"there is no objective {name!r}; {suggest(name, _CLASSES)}")
    cls = _CLASSES[name]
    known = [field.name for field in fields(cls)]
    for key in parameters:
        if key not in known:
            raise ObjectiveError(f"{name} has no parameter {key!r}; {suggest(key, known)}")
    return cls(**parameters)


def split_configuration(configuration: Mapping[str, Any]) -> tuple[Objective, float]:
    """Turn {"name": …, "prob": …, parameters} into an objective and its share.

    Raises:
        ObjectiveError: as `make_objective`; no name; or a share that is negative or no number.
    """
    if not isinstance(configuration, Mapping) or "name" not in configuration:
        raise ObjectiveError(
            f'an objective looks like {{"name": "infilling", "prob": 0.3}}, not {configuration!r}'
        )
    parameters = dict(configuration)
    name, share = parameters.pop("name"), parameters.pop("prob", 1.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1e300:
        raise ObjectiveError(f"{name}: prob is {share!r}; it must be a number of 0 or more")
    if name in _CLASSES:  # "prob" misspelt is not a parameter of the objective either
        known = [field.name for field in fields(_CLASSES[name])] + ["prob"]
        for key in parameters:
            if key not in known:
                raise ObjectiveError(f"{name} has no parameter {key!r}; {suggest(key, known)}")
    return make_objective(name, **parameters), float(share)
