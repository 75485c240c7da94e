"""All corpora by the name of their kind. A new corpus is a line here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refimpl.corpora.corpus import Corpus
from refimpl.corpora.recordings import Recordings
from refimpl.corpora.scores import Scores
from refimpl.corpora.tinytunes import TinyTunes
from refimpl.errors import UserError

if TYPE_CHECKING:
    from refimpl.presets import Preset

# The first that knows what a user means opens it: names come before paths.
CORPORA: dict[str, type[Corpus]] = {
    "tinytunes": TinyTunes,
    "scores": Scores,
    "recordings": Recordings,
}


def open_corpus(where: str | Path, preset: Preset) -> Corpus:
    """Open "tinytunes", a collection of scores, or a folder (or file) of recordings or scores.

    Args:
        where: "tinytunes", "scores:chorales", "scores:fiddle", or a path; a folder of the name
            tinytunes is "./tinytunes".
        preset: says which tunes, how many clips of what length, and their sample rate.

    Raises:
        UserError: there is no such folder, or no sound in it that can be read.

    Taught in lesson 1.
    """
    for one in CORPORA.values():
        if (corpus := one.open(where, preset)) is not None:
            if preset.recordings.captions is not None and corpus.kind != Recordings.kind:
                raise UserError(
                    f"recordings.captions is {preset.recordings.captions!r}, and {where} is no "
                    "folder of recordings; give one, or set it to none"
                )
            return corpus
    raise UserError(
        f"there is no file or folder {str(where)!r}; give a folder of recordings "
        f"or of scores, scores:chorales, scores:fiddle, or {TinyTunes.kind} for the embedded corpus"
    )


def corpus_class(described: Mapping[str, Any]) -> type[Corpus] | None:
    """Return the class that made a description (`Corpus.describe`); None for an unknown kind."""
    return CORPORA.get(str(described.get("kind")))


def reopen_corpus(described: Mapping[str, Any], preset: Preset) -> Corpus | None:
    """Open the corpus of a finished run from what it has kept; None if that is not enough.

    Args:
        described: what the corpus said of itself (`Corpus.describe`).
        preset: of the run.
    """
    made_by = corpus_class(described)
    return None if made_by is None else made_by.reopen(preset, described)
