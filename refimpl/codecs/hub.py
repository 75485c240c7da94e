"""Models that others have trained, from the Hugging Face Hub or a folder, by `transformers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from refimpl.errors import UserError, suggest


def import_transformers(who: str, error: type[UserError]) -> Any:
    """Import `transformers`, which takes seconds, only where a model of it is asked for.

    Args:
        who: the models that need it, for the error's message.
        error: what is raised where it is not installed.
    """
    try:
        import transformers
    except ImportError as missing:
        raise error(
            f"{who} need the library transformers, which is not installed; run "
            "pip install 'refimpl[codecs]', or pip install transformers"
        ) from missing
    return transformers


def check_place(place: str, known: Iterable[str], example: str, error: type[UserError]) -> None:
    """Refuse what is neither a folder nor a name on the Hub, such as `example`."""
    if not Path(place).is_dir() and (Path(place).is_absolute() or place.count("/") != 1):
        raise error(
            f"{place} is no folder, and no name on the Hub such as {example}; "
            f"{suggest(place, known)}"
        )


def load_model(
    transformers: Any,
    place: str,
    classes: Mapping[str, str],
    known: Iterable[str],
    options: Mapping[str, Any],
    error: type[UserError],
) -> tuple[str, nn.Module]:
    """Load a model, and return its kind with it.

    Args:
        transformers: the library.
        place: a name on the Hub, or a folder.
        classes: the library's class for each kind that will do.
        known: names of models that will do, for the error's message.
        options: of `from_pretrained`.
        error: what is raised for another kind.
    """
    kind = transformers.AutoConfig.from_pretrained(place, **options).model_type
    if kind not in classes:
        raise error(f"{place} holds a {kind}; {suggest('', known)}")
    model_class = getattr(transformers, classes[kind])
    # Only safetensors: loading a pickle would run whatever its author put into it.
    return kind, model_class.from_pretrained(place, use_safetensors=True, **options)


@contextmanager
def weights_within_reach(place: str, error: type[UserError]) -> Iterator[None]:
    """Say in words that weights cannot be had, where loading them fails."""
    try:
        yield
    except (OSError, ValueError) as failure:
        if isinstance(failure, UserError):
            raise
        reason = (str(failure).splitlines() or [type(failure).__name__])[0][:200]
        raise error(
            f"{place}: its weights are not within reach ({reason}); connect to the internet, "
            "or give a folder with config.json and model.safetensors"
        ) from failure
