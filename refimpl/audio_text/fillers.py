"""Captions with words that nobody knows, in the places where words carry nothing.

"On a flute", "with a flute lead" and "featuring flute up front" say the same. A model that has seen
unknown words around the flute has learnt to look at the flute.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from refimpl.tinytunes.arrangement import STYLES
from refimpl.tinytunes.drums import KIT
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.phrasings import WORDS
from refimpl.tinytunes.timbres import INSTRUMENTS

STRANGER = "unknown"  # a word that is in no caption
_WORD = re.compile(r"[^\W\d_]+#?")


@cache
def telling_words() -> frozenset[str]:
    """The words that say something of a tune: of keys, instruments, styles, moods, and so on."""
    texts = [f"{tonic} {mode}" for mode, tonics in KEY_NAMES.items() for tonic in tonics]
    texts += [f"{each.name} {each.family}" for each in INSTRUMENTS.values()]
    texts += [KIT, *(style.name for style in STYLES), *WORDS]
    texts += [text for several in WORDS.values() for text in several]
    return frozenset(word for text in texts for word in _WORD.findall(text.lower()))


def forget_fillers(caption: str, rng: np.random.Generator) -> str:
    """Put an unknown word in the place of some of the words that say nothing of the tune.

    Args:
        caption: of a tune.
        rng: chooses how many are replaced, from none to all, and which.
    """
    share = rng.random()

    def replaced(found: re.Match) -> str:
        telling = found[0].lower() in telling_words()
        return found[0] if telling or rng.random() >= share else STRANGER

    return _WORD.sub(replaced, caption)
