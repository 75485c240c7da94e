"""Captions as words and numbers.

A number is no word: a model that has read "96 bpm" and "104 bpm" should have an idea of "100 bpm".
So every number has the same word, and its value beside it. The name of a key can be one word: "A"
in "A minor" is no article, and neither word alone says which notes sound.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from refimpl.tinytunes.arrangement import STYLES
from refimpl.tinytunes.drums import KIT
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.phrasings import TRAINED
from refimpl.tinytunes.timbres import INSTRUMENTS

PADDING, UNKNOWN, NUMBER = "<pad>", "<unknown>", "<number>"
SPECIAL = (PADDING, UNKNOWN, NUMBER)
MOST_WORDS = 64  # of a caption that are read
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+#?")


def split_words(caption: str) -> list[str]:
    """The words of a caption in small letters, with "#" where it belongs to a note.

    Taught in lesson 11.
    """
    return _WORD.findall(caption.lower())


@dataclass(frozen=True)
class WordList:
    """The words that a text encoder knows.

    Attributes:
        words: in the order of their ids, the special ones first.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, captions: Iterable[str]) -> WordList:
        """Collect the words of captions, numbers left out."""
        known = {word for caption in captions for word in split_words(caption)}
        return cls((*SPECIAL, *sorted(w for w in known if not w[0].isdigit())))

    @classmethod
    def of_phrasings(cls) -> WordList:
        """Collect the words of all phrasings for training, and the names of what tunes can have."""
        texts = [f"{tonic} {mode}" for mode, tonics in KEY_NAMES.items() for tonic in tonics]
        texts += [f"{each.name} {each.family}" for each in INSTRUMENTS.values()]
        texts += [KIT, *(style.name for style in STYLES)]
        for phrasing in TRAINED.values():
            groups = (phrasing.openings, *phrasing.clauses.values(), *phrasing.words.values())
            texts += [re.sub(r"{.*?}", "", text) for group in groups for text in group]
        return cls.of([*texts, "and"])

    def with_keys(self) -> WordList:
        """Know the name of each key as one word beside, such as "f# minor".

        Source: Mikolov et al. 2013, section 4, for names of several words as one.
        """
        names = [f"{tonic} {mode}" for mode, tonics in KEY_NAMES.items() for tonic in tonics]
        return WordList((*self.words, *sorted(name.lower() for name in names)))

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each word."""
        return {word: i for i, word in enumerate(self.words)}

    def split(self, caption: str) -> list[str]:
        """The words of a caption, and names of two words as one where the list has them so."""
        words: list[str] = []
        for word in split_words(caption):
            if words and f"{words[-1]} {word}" in self.ids:
                words[-1] += f" {word}"
            else:
                words.append(word)
        return words

    def unknown(self, caption: str) -> list[str]:
        """The words of a caption that are not known, in their order."""
        return [w for w in self.split(caption) if w not in self.ids and not w[0].isdigit()]

    def nearest_to_unknown(self, caption: str) -> dict[str, list[str]]:
        """The words of a caption that are not known, each with the nearest that are.

        Near is what is spelt alike; the list is empty where no word is.
        """
        known = [word for word in self.words if word.isalpha()]
        return {
            word: difflib.get_close_matches(word, known, n=2, cutoff=0.7)
            for word in self.unknown(caption)
        }

    def read(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Captions as ids `(B, S)` int64, 0 where a caption is over, and numbers `(B, S)`.

        A word that is not known has the id 1. Numbers are 0 where the word is none.
        """
        rows = [self.split(caption)[:MOST_WORDS] for caption in captions]
        longest = max(1, *(len(row) for row in rows)) if rows else 1
        ids = np.zeros((len(rows), longest), np.int64)
        numbers = np.zeros((len(rows), longest), np.float32)
        for i, row in enumerate(rows):
            for j, word in enumerate(row):
                if word[0].isdigit():
                    ids[i, j], numbers[i, j] = 2, float(word)
                else:
                    ids[i, j] = self.ids.get(word, 1)
        return torch.from_numpy(ids), torch.from_numpy(numbers)
