"""tinytunes: the corpus of the course, made of rules and sines.

Nothing to download and nothing to license. Tunes are composed (`harmony`, `melody`,
`composition`), arranged (`bass`, `accompaniment`, `drums`, `arrangement`), played (`timbres`,
`percussion`, `rendering`) and drawn without end (`config`, `endless_tunes`). Every tune knows its
key, tempo, chords, notes and stems (`tune`), so that what a model writes can be measured and not
only heard.

>>> tune = Tunes("train")[0]
>>> audio = tune.render()
"""

from refimpl.tinytunes.config import COURSE_TEMPO, SAMPLES_PER_BEAT, TuneConfig
from refimpl.tinytunes.endless_tunes import Tunes
from refimpl.tinytunes.export import write_corpus
from refimpl.tinytunes.note import Chord, Note
from refimpl.tinytunes.tune import Tune

__all__ = [
    "COURSE_TEMPO",
    "SAMPLES_PER_BEAT",
    "Chord",
    "Note",
    "Tune",
    "TuneConfig",
    "Tunes",
    "write_corpus",
]

Corpus = Tunes  # its old name, which notebooks from before import
