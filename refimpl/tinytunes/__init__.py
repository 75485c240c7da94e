"""tinytunes: the corpus of the course, made of rules and sines.

Nothing to download and nothing to license: tunes are composed (`harmony`, `melody`,
`composition`), arranged for instruments (`arrangement`, `timbres`), rendered (`rendering`) and
drawn without end (`corpus`). Every tune knows its key, tempo, chords, notes and stems, so that
what a model writes can be measured and not only heard.

>>> tune = Corpus("train")[0]
>>> audio = tune.render()
"""

from refimpl.tinytunes.corpus import COURSE_TEMPO, SAMPLES_PER_BEAT, Corpus, TuneConfig
from refimpl.tinytunes.tune import Chord, Note, Tune

__all__ = ["COURSE_TEMPO", "SAMPLES_PER_BEAT", "Chord", "Corpus", "Note", "Tune", "TuneConfig"]
