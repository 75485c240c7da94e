"""Embeddings: sounds as vectors, which measures of sets compare.

`embedding` is the interface. `mel_statistics` and `turned_chroma` are computed and not trained,
`joint` is the course's own, trained on captions, and `heard_notes` and `pretrained` bring those of
others. `table` finds them by name.

>>> vectors = load_embedding("turned chroma").embed(sounds, 22050)  # one array a sound
"""

from refimpl.embeddings.embedding import Embedding
from refimpl.embeddings.heard_notes import HeardNotes
from refimpl.embeddings.joint import JointSounds, JointSteps
from refimpl.embeddings.mel_statistics import MelStatistics
from refimpl.embeddings.pretrained import PretrainedEmbedding
from refimpl.embeddings.table import EMBEDDINGS, load_embedding
from refimpl.embeddings.turned_chroma import TurnedChroma

__all__ = [
    "EMBEDDINGS",
    "Embedding",
    "HeardNotes",
    "JointSounds",
    "JointSteps",
    "MelStatistics",
    "PretrainedEmbedding",
    "TurnedChroma",
    "load_embedding",
]
