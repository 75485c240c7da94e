"""Text to music in miniature: a caption, and perhaps a melody, becomes a tune.

`tunes`, `frames`, `codec` and `corpus` make the training tunes; `captions` says them in words, and
reads the tempo of a caption. The model (`model`) is a transformer that looks at the words of a
caption (`refimpl.audio_text.CaptionReader`), while the pitch classes of a melody (`melody_track`)
and a clock that ticks in beats (`beat_clock`) are added to its tokens (`listening`). `fitting`
trains it, `saved` keeps it, and a `Composer` writes with it. `pretrained` is MusicGen itself, an
optional extra.

>>> composer = load_composer()
>>> clips = composer.write(["a calm tune in G major on a flute, with drums, slow"], guidance=3.0)
"""

from refimpl.text_to_music.beat_clock import BeatClock, beat_phases
from refimpl.text_to_music.captions import asked_tempo, training_caption
from refimpl.text_to_music.composer import Composer
from refimpl.text_to_music.listening import Listening
from refimpl.text_to_music.melody_track import MelodyTrack, melody_of
from refimpl.text_to_music.model import TextToMusic, TextToMusicConfig
from refimpl.text_to_music.saved import load_composer, save_composer

__all__ = [
    "BeatClock",
    "Composer",
    "Listening",
    "MelodyTrack",
    "TextToMusic",
    "TextToMusicConfig",
    "asked_tempo",
    "beat_phases",
    "load_composer",
    "melody_of",
    "save_composer",
    "training_caption",
]
