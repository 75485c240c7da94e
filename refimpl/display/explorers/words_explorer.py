"""Words explorer: an order, word by word, and the tune that each choice of words made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import product

import numpy as np
import traitlets

from refimpl.display.explorers.base import GAP_SECONDS, Explorer, front_end, to_mp3
from refimpl.errors import UserError

_MAX_SECONDS = 150.0  # all sounds together
Chosen = tuple[str, ...]


class WordsExplorer(Explorer):
    """The widget; made by `words_explorer`."""

    _esm = front_end("words_explorer.js")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices = traitlets.List().tag(sync=True)  # of each name, its words
    places = traitlets.List().tag(sync=True)  # of each combination, begin and length in seconds
    sounds = traitlets.Bytes().tag(sync=True)  # MP3, one tune after the other

    def twin(self) -> str:
        rows = zip(self.names, self.choices, strict=True)
        said = (f"<li>{escape(name)}: {escape(' / '.join(words))}</li>" for name, words in rows)
        return f"<ul>{''.join(said)}</ul>"


def words_explorer(
    choices: Mapping[str, Sequence[str]],
    sounds: Mapping[Chosen, np.ndarray],
    sample_rate: int,
    *,
    title: str = "",
) -> WordsExplorer:
    """Choose the words of an order, and hear what a model made of it.

    Args:
        choices: for each part of the order, by its name, the words to choose from.
        sounds: `(n_samples,)` for each combination, a tuple with one word for each part.
        sample_rate: in Hz.
        title: a few words about it.

    Returns:
        A widget, which works without a kernel too.

    Raises:
        UserError: nothing to choose from, a combination without a sound, or more sound than fits a
            page.

    Taught in lesson 9.
    """
    if not choices or not all(choices.values()):
        raise UserError("nothing to choose from; give each part of the order one word or more")
    places, heard, at = [], [], 0.0
    gap = np.zeros(round(GAP_SECONDS * sample_rate), np.float32)
    for chosen in product(*choices.values()):
        if chosen not in sounds:
            raise UserError(f"there is no sound for {chosen}; give one for each combination")
        heard += [np.asarray(sounds[chosen], np.float32), gap]
        seconds = len(sounds[chosen]) / sample_rate
        places.append([round(at, 4), round(seconds, 4)])
        at += seconds + len(gap) / sample_rate
    if at > _MAX_SECONDS:
        raise UserError(
            f"{at:.0f} s of sound given, {_MAX_SECONDS:.0f} s at most fit a page: give fewer words "
            "to choose from, or shorter tunes"
        )
    parts = "; ".join(f"{name}: {' or '.join(words)}" for name, words in choices.items())
    return WordsExplorer(
        title=title or "Words, and the tune that they ask for",
        alt=f"An order in {len(choices)} parts, with a tune for each of {len(places)} "
        f"combinations. {parts}.",
        names=list(choices),
        choices=[list(words) for words in choices.values()],
        places=places,
        sounds=to_mp3(np.concatenate(heard), sample_rate),
    )
