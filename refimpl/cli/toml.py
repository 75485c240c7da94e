"""Writing settings as TOML; the standard library only reads it."""

from __future__ import annotations

import json
from typing import Any


def to_toml(settings: dict[str, Any], *, table: str = "") -> str:
    """Write nested settings as tables; None, which TOML has not, becomes "none".

    >>> print(to_toml({"name": "x", "codec": {"kind": "y", "mel": {"f_max": None}}}), end="")
    name = "x"
    <BLANKLINE>
    [codec]
    kind = "y"
    <BLANKLINE>
    [codec.mel]
    f_max = "none"
    """
    plain = [f"{k} = {_value(v)}\n" for k, v in settings.items() if not isinstance(v, dict)]
    if table:
        plain.insert(0, f"\n[{table}]\n")
    for name, values in settings.items():
        if isinstance(values, dict):
            plain.append(to_toml(values, table=f"{table}.{name}".lstrip(".")))
    return "".join(plain)


def _value(value: Any) -> str:
    if value is None:
        return '"none"'
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # Strings, numbers and truth values are written as in JSON.
    return json.dumps(value, ensure_ascii=False)
