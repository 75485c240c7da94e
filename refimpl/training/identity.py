"""The settings that a run shares with the checkpoint from which it resumes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from refimpl.training.config import TrainingError


def with_defaults(saved: dict | None, config: Any) -> dict | None:
    """A saved configuration, with the defaults of what an older version did not write down."""
    if not saved or not dataclasses.is_dataclass(config):
        return saved
    known = {f.name: f.default for f in dataclasses.fields(config)}
    return {k: v for k, v in known.items() if v is not dataclasses.MISSING} | saved


def check_same(saved: Any, now: Any, name: str, source: Path) -> None:
    """Raise an error that names the first difference between two nested configurations."""
    if isinstance(saved, dict) and isinstance(now, dict):
        for key in saved.keys() | now.keys():
            check_same(saved.get(key), now.get(key), f"{name}{key}.", source)
    elif saved != now:
        raise TrainingError(
            f"{source} was saved with {name[:-1]} = {saved}, and this run has {now}; resume with"
            " the same value, or train in another folder"
        )
