"""Corpora: clips of sound, and what is known of them.

`corpus` is their interface, and `table` lists them: `tinytunes` is embedded and knows everything
about its tunes, `recordings` are a user's own, and `scores` are real pieces with their notes.
"""

from refimpl.audio import Clip
from refimpl.corpora.corpus import SPLITS, Clips, Corpus
from refimpl.corpora.recordings import Recording, Recordings
from refimpl.corpora.scores import Scores
from refimpl.corpora.table import CORPORA, corpus_class, open_corpus, reopen_corpus
from refimpl.corpora.tinytunes import TinyTunes, clip_of, shared_facts

__all__ = [
    "CORPORA",
    "SPLITS",
    "Clip",
    "Clips",
    "Corpus",
    "Recording",
    "Recordings",
    "Scores",
    "TinyTunes",
    "clip_of",
    "corpus_class",
    "open_corpus",
    "reopen_corpus",
    "shared_facts",
]
