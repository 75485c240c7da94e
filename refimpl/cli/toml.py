"""Writing settings as TOML; the standard library only reads it."""

from __future__ import annotations

import json
from typing import Any


def to_toml(settings: dict[str, Any]) -> str:
    """Write settings of one level of tables; None, which TOML has not, becomes "none".

    >>> print(to_toml({"name": "x", "mel": {"n_fft": 512, "f_max": None}}), end="")
    name = "x"
    <BLANKLINE>
    [mel]
    n_fft = 512
    f_max = "none"
    """
    plain = [f"{k} = {_value(v)}\n" for k, v in settings.items() if not isinstance(v, dict)]
    for table, values in settings.items():
        if isinstance(values, dict):
            plain.append(f"\n[{table}]\n")
            plain += [f"{name} = {_value(value)}\n" for name, value in values.items()]
    return "".join(plain)


def _value(value: Any) -> str:
    if value is None:
        return '"none"'
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # Strings, numbers and truth values are written as in JSON.
    return json.dumps(value, ensure_ascii=False)
