"""Configurations: frozen records that check the type and the range of every field, in one place.

A configuration comes from a user or from an untrusted file. The class declares the allowed values
of each field; pydantic checks them before anything is built from it:

>>> @configuration
... class Shape(Configuration):
...     n_layers: Count = 4
>>> Shape(n_layers=0)
Traceback (most recent call last):
refimpl.errors.UserError: n_layers is 0; it must be a whole number of at least 1
"""

import math
import operator
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import wraps
from numbers import Real
from typing import Annotated, Any, ClassVar, Self, dataclass_transform

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from refimpl.errors import UserError, suggest

LARGEST = 2**31 - 1  # of a count: beyond it, sizes overflow in the libraries underneath


def _whole(value: Any) -> int:
    """Accept an integer, numpy's too, and a float that is one; a bool is a mistake."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise PydanticCustomError("whole", "a whole number")
    return operator.index(value)


def _finite(value: Any) -> float:
    """Accept a finite number; a bool is a mistake."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise PydanticCustomError("finite", "a finite number")
    return float(value)


def _truth(value: Any) -> bool:
    """Accept True and False, but no number or text in their place."""
    if not isinstance(value, bool):
        raise PydanticCustomError("truth", "True or False")
    return value


# Types of fields. A range is added as `Annotated[Number, Field(gt=0)]`.
Whole = Annotated[int, BeforeValidator(_whole), Field(le=LARGEST)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=LARGEST)]
Number = Annotated[float, BeforeValidator(_finite)]
Positive = Annotated[float, BeforeValidator(_finite), Field(gt=0)]
NotNegative = Annotated[float, BeforeValidator(_finite), Field(ge=0)]
Share = Annotated[float, BeforeValidator(_finite), Field(ge=0, le=1)]
Truth = Annotated[bool, BeforeValidator(_truth)]


class Configuration:
    """The base class of configurations, with conversion to and from JSON.

    Attributes:
        error: The exception for a wrong field; each module has its own kind of `UserError`.
        later: Names of fields that came after the first files. A fingerprint leaves them out where
            they have their default, so that those files keep theirs.
    """

    error: ClassVar[type[UserError]] = UserError
    later: ClassVar[frozenset[str]] = frozenset()

    def identity(self) -> dict[str, Any]:
        """Return the fields by name as `to_dict` does, without `later` ones at their default."""
        return {
            field.name: value.identity() if isinstance(value, Configuration) else value
            for field in fields(self)
            for value in [getattr(self, field.name)]
            if not (field.name in self.later and value == field.default)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return every field by name, ready for JSON."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Undo `to_dict`; a field that is missing keeps its default.

        Raises:
            UserError: an unknown field; the message suggests the nearest name.
        """
        if not isinstance(values, Mapping):
            raise cls.error(f"{cls.__name__} needs settings by name, got {values!r:.60}")
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise cls.error(f"{cls.__name__} has no setting {name!r}; {suggest(name, known)}")
        return cls(**values)


@dataclass_transform(frozen_default=True)
def configuration(cls: type) -> type:
    """Make a frozen dataclass whose constructor checks every field; for `Configuration`s."""
    made = dataclass(frozen=True, config=ConfigDict(extra="forbid"))(cls)
    checked = made.__init__

    @wraps(checked)
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            checked(self, *args, **kwargs)
        except ValidationError as error:
            raise _told(made, error) from None

    made.__init__ = construct
    return made


def _told(cls: type[Configuration], error: ValidationError) -> UserError:
    """Return pydantic's first complaint, in one line."""
    found = error.errors()[0]
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, UserError):  # raised by `__post_init__`, which compares fields
        return cause
    name = str(found["loc"][0]) if found["loc"] else cls.__name__
    if len(found["loc"]) > 1:  # an item of a tuple
        return cls.error(f"{name} is wrong at item {found['loc'][1]}: {found['msg']}")
    if found["type"] == "missing":
        return cls.error(f"{name} is missing; give it a value")
    if found["type"] == "unexpected_keyword_argument":
        return cls.error(f"{cls.__name__} has no setting {name!r}")
    return cls.error(f"{name} is {found['input']!r:.80}; it must be {_needed(cls, name, found)}")


def _needed(cls: type, name: str, found: Mapping[str, Any]) -> str:
    """Describe in words the value that a field needs."""
    kind, context = found["type"], found.get("ctx", {})
    whole = "whole number" if isinstance(found["input"], int) else "number"
    if kind == "literal_error":
        return f"one of {context['expected']}"
    relations = {"ge": "of at least", "gt": "above", "le": "of at most", "lt": "below"}
    for bound, words in relations.items():
        if bound in context:
            return f"a {whole} {words} {context[bound]:,}"
    return found["msg"][:1].lower() + found["msg"][1:]
