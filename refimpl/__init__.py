"""The reference package of the course: from a raw waveform to a language model that writes music.

The modules read in the order of the lessons, and data flows one way through them:
waveform -> mel frames -> token ids -> batches -> model -> token ids -> mel frames -> waveform.
"""

from refimpl._moved import find_moved

__version__ = "0.1.0"
find_moved()
