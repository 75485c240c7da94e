"""Backbones: the models that read tokens, each by another mechanism.

`backbone` is the interface and what backbones share; `refimpl.transformer` attends, and
`refimpl.state_space` remembers in a state.
"""

import importlib
from dataclasses import fields

from refimpl.backbones.backbone import Backbone, State, Where
from refimpl.configuration import Configuration
from refimpl.errors import UserError, suggest

# The module of each, which also holds its configuration, `<name>Config`; imported when asked for.
BACKBONES = {"Transformer": "refimpl.transformer", "StateSpace": "refimpl.state_space"}


def find_backbone(name: str) -> tuple[type[Backbone], type[Configuration]]:
    """Return a backbone's class and that of its configuration, by its name in `BACKBONES`.

    Raises:
        UserError: no backbone of that name.
    """
    if name not in BACKBONES:
        raise UserError(f"there is no backbone {name!r}; {suggest(name, BACKBONES)}")
    module = importlib.import_module(BACKBONES[name])
    return getattr(module, name), getattr(module, f"{name}Config")


def backbone_config(name: str, like: Configuration) -> Configuration:
    """Return a backbone's configuration that has what it can of another backbone's.

    Args:
        name: in `BACKBONES`.
        like: gives the values of the fields that both have; the others keep their defaults.
    """
    kind = find_backbone(name)[1]
    shared = {field.name for field in fields(kind)} & {field.name for field in fields(like)}
    return kind(**{field: getattr(like, field) for field in shared})


__all__ = ["BACKBONES", "Backbone", "State", "Where", "backbone_config", "find_backbone"]
