"""Change one setting of a nested configuration by its dotted name, as files and commands do.

Every configuration of the course is a frozen dataclass, so a change makes a new one. A misspelt
name is an error that offers the nearest right one: a setting that is silently ignored costs a
training run.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from refimpl.backbones import backbone_config
from refimpl.codecs import CodecConfig, codec_config
from refimpl.errors import UserError, suggest

Config = TypeVar("Config")


def override(config: Config, changes: dict[str, Any], *, prefix: str = "") -> Config:
    """Return a copy of a nested dataclass with some settings changed.

    Args:
        config: a frozen dataclass whose fields may be dataclasses themselves.
        changes: dotted names to values, `{"codec.mel.n_fft": 2048, "training.steps": 500}`.
        prefix: the text before the names in an error message.

    Raises:
        UserError: a name that is no setting, or a value of the wrong type.
    """
    names = [field.name for field in dataclasses.fields(config)]
    kinds = typing.get_type_hints(type(config))
    inner: dict[str, dict[str, Any]] = {}  # of each group of settings, its changes
    values: dict[str, Any] = {}
    for name, value in changes.items():
        head, _, rest = name.partition(".")
        full_name = prefix + name
        if head not in names:
            advice = suggest(name, [*names, *_names(config)])
            raise UserError(
                f"{full_name}: {type(config).__name__} has no setting {head!r}; {advice}"
            )
        current = getattr(config, head)
        if rest and not dataclasses.is_dataclass(current):
            raise UserError(f"{full_name}: {head} is a value, which has no settings inside")
        if rest:
            inner.setdefault(head, {})[rest] = value
        elif dataclasses.is_dataclass(current):
            group = ", ".join(f"{full_name}.{field.name}" for field in dataclasses.fields(current))
            raise UserError(f"{full_name} is a group of settings; set one of {group}")
        else:
            values[head] = _convert(value, kinds[head], full_name)
    if "backbone" in values:  # the settings of its own configuration, as far as they are the same
        values["model"] = backbone_config(values["backbone"], like=config.model)
    for head, group in inner.items():
        current = values.get(head, getattr(config, head))
        if isinstance(current, CodecConfig) and group.get("kind", current.kind) != current.kind:
            current = codec_config(group["kind"], like=current)
        values[head] = override(current, group, prefix=f"{prefix}{head}.")
    # All at once: n_fft and hop_length may each be wrong beside the other's old value.
    return dataclasses.replace(config, **values)


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read `name=value` as the command line gives it; the value is JSON where it can be read so.

    >>> parse_assignment("codec.mel.n_fft=2048")
    ('codec.mel.n_fft', 2048)
    """
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UserError(
            f"--set got {text!r}; it needs NAME=VALUE, for example codec.mel.n_fft=2048"
        )
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def read_changes(path: str | Path) -> dict[str, Any]:
    """Read a TOML file of settings by dotted names: `n_train` in `[data]` is `data.n_train`."""
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot read the settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the settings file {path} is not valid TOML: {error}") from error
    return _flatten(tables)


def _names(config: Any, prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            yield from _names(value, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _convert(value: Any, kind: Any, full_name: str) -> Any:
    """Accept what a person may write for a type (int for float, list for tuple), no more."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        # TOML has no null: "none" stands for it there, and reads better on the command line.
        if type(None) in typing.get_args(kind) and value in (None, "none"):
            return None
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
        origin = typing.get_origin(kind)
    if origin is typing.Literal:
        allowed = typing.get_args(kind)
        if value in allowed:
            return value
        raise UserError(f"{full_name} is one of {', '.join(map(repr, allowed))}, not {value!r}")
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, bool):
        raise UserError(f"{full_name} needs int, got {value!r}")
    if isinstance(kind, type) and not isinstance(value, kind):
        raise UserError(f"{full_name} needs {kind.__name__}, got {value!r}")
    return value
