"""Every embedding by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from refimpl.embeddings.embedding import Embedding
from refimpl.embeddings.heard_notes import HeardNotes
from refimpl.embeddings.joint import JointSounds, JointSteps
from refimpl.embeddings.mel_statistics import MelStatistics
from refimpl.embeddings.pretrained import SHORT, PretrainedEmbedding
from refimpl.embeddings.turned_chroma import TurnedChroma
from refimpl.errors import UserError, suggest

EMBEDDINGS: dict[str, Callable[[], Embedding]] = {
    MelStatistics.name: MelStatistics,
    TurnedChroma.name: TurnedChroma,
    JointSounds.name: JointSounds,
    JointSteps.name: JointSteps,
}
# These need packages that are installed apart.
OTHERS: dict[str, Callable[[], Embedding]] = {HeardNotes.name: HeardNotes}


def load_embedding(name: str, *, download: bool = True) -> Embedding:
    """Find an embedding.

    Args:
        name: one of `EMBEDDINGS`; "basic-pitch", "clap", "encodec" or "ast"; a name on the Hugging
            Face Hub; or a folder with such a model.
        download: False uses only what is on this machine.

    Raises:
        UserError: there is none of this name, or its weights are not within reach.

    Taught in lesson 11.
    """
    known = EMBEDDINGS | OTHERS
    if name in known:
        return known[name]()
    if name in SHORT or "/" in name or Path(name).is_dir():
        return PretrainedEmbedding.load(name, download=download)
    raise UserError(f"there is no embedding {name!r}; {suggest(name, [*known, *SHORT])}")
