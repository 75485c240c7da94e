"""Backbones: the models that read tokens, each by another mechanism.

`backbone` is the interface and what backbones share; `refimpl.transformer` is the first.
"""

import importlib

from refimpl.backbones.backbone import Backbone, State, Where
from refimpl.configuration import Configuration
from refimpl.errors import UserError

# The module of each, which also holds its configuration, `<name>Config`; imported when asked for.
BACKBONES = {"Transformer": "refimpl.transformer"}


def find_backbone(name: str) -> tuple[type[Backbone], type[Configuration]]:
    """Return a backbone's class and that of its configuration, by its name in `BACKBONES`.

    Raises:
        UserError: no backbone of that name.
    """
    if name not in BACKBONES:
        raise UserError(f"there is no backbone {name!r}; there are {', '.join(BACKBONES)}")
    module = importlib.import_module(BACKBONES[name])
    return getattr(module, name), getattr(module, f"{name}Config")


__all__ = ["BACKBONES", "Backbone", "State", "Where", "find_backbone"]
