"""One tune in many words: phrasings, each a way to say the attributes of a tune.

A phrasing has a template for each attribute, and words for each of its values. `TRAINED` is for
training; `HELD_OUT` says the same with other words, to test what a model makes of words that it
has never read. The names of keys, instruments and styles are the same in all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from refimpl.errors import UserError, suggest
from refimpl.tinytunes.attributes import Attributes

OPTIONAL = ("mood", "style", "family", "pace", "register", "size")


@dataclass(frozen=True)
class Phrasing:
    """A way to write captions.

    Attributes:
        openings: how a caption begins; `{mood}` and `{style}` may be empty.
        clauses: for each attribute, templates; each has the name of its attribute in braces.
        words: words for the values of mood, pace, register, size and family, by value; a value
            without an entry stands for itself.
        joint: between clauses.
        end: of the caption.
    """

    openings: tuple[str, ...]
    clauses: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    joint: str = ", "
    end: str = ""


WORDS = {
    "calm": ("calm", "peaceful"),
    "gentle": ("gentle", "relaxed"),
    "lively": ("lively", "cheerful"),
    "wistful": ("wistful", "sad"),
    "dark": ("dark", "gloomy"),
    "restless": ("restless", "stormy"),
    "slow": ("slow", "unhurried", "leisurely"),
    "medium": ("medium", "moderate"),
    "fast": ("fast", "quick", "brisk"),
    "low": ("low", "deep"),
    "middle": ("middle", "central"),
    "high": ("high", "bright"),
    "duo": ("duo", "pair"),
    "trio": ("trio", "group of three"),
    "band": ("band", "group of four"),
}

PROSE = Phrasing(
    openings=("A {mood} {style} tune", "A {mood} {style} melody", "This is a {mood} {style} piece"),
    clauses={
        "key": ("in {key}", "in the key of {key}"),
        "melody": ("for {melody}", "played on the {melody}", "with a {melody} lead"),
        "others": ("over {others}", "with {others} behind it", "accompanied by {others}"),
        "tempo": ("at {tempo} bpm", "{tempo} beats per minute"),
        "pace": ("at a {pace} tempo", "{pace}"),
        "register": ("in the {register} register", "with a {register} melody"),
        "size": ("by a {size}",),
        "family": ("a {family} melody",),
    },
    words=WORDS,
    end=".",
)
TAGS = Phrasing(
    openings=("{mood}, {style}", "{style}, {mood}"),
    clauses={
        "key": ("{key}", "key: {key}"),
        "melody": ("{melody} melody", "melody: {melody}"),
        "others": ("{others} accompaniment", "backing: {others}"),
        "tempo": ("{tempo} bpm", "tempo: {tempo}"),
        "pace": ("{pace}", "{pace} tempo"),
        "register": ("{register} register", "register: {register}"),
        "size": ("{size}",),
        "family": ("{family}",),
    },
    words=WORDS,
)
REQUEST = Phrasing(
    openings=(
        "Play me a {mood} {style} tune",
        "I would like a {mood} {style} song",
        "Give us some {mood} {style} music",
    ),
    clauses={
        "key": ("in {key}", "{key}"),
        "melody": ("on a {melody}", "let the {melody} play it", "sung by the {melody}"),
        "others": ("with {others}", "and {others} below it"),
        "tempo": ("at {tempo} bpm", "take it at {tempo}"),
        "pace": ("{pace}", "make it {pace}"),
        "register": ("keep it {register}", "{register} notes"),
        "size": ("for a {size}",),
        "family": ("on something {family}",),
    },
    words=WORDS,
)
TRAINED: Mapping[str, Phrasing] = {"prose": PROSE, "tags": TAGS, "request": REQUEST}

HELD_OUT = Phrasing(
    openings=("Here comes one {mood} {style} number", "Somebody performs one {mood} {style} ditty"),
    clauses={
        "key": ("whose tonality happens to be {key}", "written around {key}"),
        "melody": ("its theme carried through {melody}", "featuring {melody} up front"),
        "others": ("underpinned using {others}", "while {others} support"),
        "tempo": ("metronome mark {tempo}", "clocked near {tempo}"),
        "pace": ("moving along {pace}",),
        "register": ("pitched {register}",),
        "size": ("from one {size}",),
        "family": ("its tones get {family}",),
    },
    words={
        "calm": ("serene", "tranquil"),
        "gentle": ("mild", "soft"),
        "lively": ("joyful", "spirited"),
        "wistful": ("melancholy", "sorrowful"),
        "dark": ("sombre", "bleak"),
        "restless": ("agitated", "turbulent"),
        "slow": ("sluggishly", "lazily"),
        "medium": ("averagely",),
        "fast": ("rapidly", "speedily"),
        "low": ("down",),
        "middle": ("halfway",),
        "high": ("aloft",),
        "duo": ("couple",),
        "trio": ("threesome",),
        "band": ("foursome",),
    },
)
# The templates of the held-out phrasing alone: moods and the like have the words of training.
REPHRASED = replace(HELD_OUT, words=WORDS)
PHRASINGS: Mapping[str, Phrasing] = TRAINED | {"held-out": HELD_OUT, "rephrased": REPHRASED}


def write_phrase(
    attributes: Attributes,
    rng: np.random.Generator,
    phrasing: str | Sequence[str] = tuple(TRAINED),
    *,
    keep: float = 1.0,
    without: Collection[str] = (),
) -> str:
    """Say the attributes of a tune in one of many ways.

    Args:
        attributes: what is known of the tune.
        rng: chooses the phrasing, its templates, its words, and the order of its clauses.
        phrasing: a name in `PHRASINGS`, or several to choose from; "held-out" and "rephrased" are
            for tests.
        keep: the chance that each of the attributes in `OPTIONAL` is mentioned. Key, tempo and
            instruments always are.
        without: attributes that are not mentioned, such as "size".

    Returns:
        For example "Play me a gloomy ballad tune, E minor, on a flute, at 84 bpm, make it slow,
        with piano, double bass and drums".

    Raises:
        UserError: there is no such phrasing.

    Taught in lesson 11.
    """
    names = [phrasing] if isinstance(phrasing, str) else list(phrasing)
    for name in names:
        if name not in PHRASINGS:
            raise UserError(f"phrasing is {name!r}; {suggest(name, PHRASINGS)}")
    chosen = PHRASINGS[_pick(names, rng)]
    said = {
        name: _say(chosen, value, rng)
        for name, value in _values(attributes).items()
        if value and name not in without and (name not in OPTIONAL or rng.random() < keep)
    }
    opening = _pick(chosen.openings, rng).format(
        mood=said.pop("mood", ""), style=said.pop("style", "")
    )
    order = [list(said)[i] for i in rng.permutation(len(said))]
    clauses = [_pick(chosen.clauses[name], rng).format(**{name: said[name]}) for name in order]
    parts = [" ".join(part.split()) for part in (*opening.split(","), *clauses)]
    return chosen.joint.join(part for part in parts if part) + chosen.end


def _values(attributes: Attributes) -> dict[str, str | None]:
    """The text of each attribute in a caption."""
    others = attributes.others
    *first, last = others or ("",)
    listed = f"{', '.join(first)} and {last}" if first else last
    return {
        "mood": attributes.mood,
        "style": attributes.style,
        "key": attributes.key,
        "melody": attributes.melody,
        "others": listed or None,
        "tempo": None if attributes.tempo is None else f"{attributes.tempo:.0f}",
        "pace": attributes.pace,
        "register": attributes.register,
        "size": attributes.size,
        "family": attributes.family,
    }


def _say(phrasing: Phrasing, value: str, rng: np.random.Generator) -> str:
    return _pick(phrasing.words.get(value, (value,)), rng)


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
