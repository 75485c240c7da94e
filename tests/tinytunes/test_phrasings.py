"""Captions in many words: they say what is true, and the held-out ones say it with other words."""

import re

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.tinytunes.attributes import Attributes
from refimpl.tinytunes.harmony import KEY_NAMES
from refimpl.tinytunes.phrasings import OPTIONAL, PHRASINGS, TRAINED, write_phrase
from refimpl.tinytunes.timbres import INSTRUMENTS


def tunes(level, n=20):
    return list(Tunes("train", TuneConfig(level=level)).take(n))


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_attributes_are_those_of_the_notes(level):
    for tune in tunes(level):
        known = Attributes.of(tune.facts)
        melody = [n.pitch for n in tune.notes if n.part == "melody"]
        assert known.key == tune.key_name
        assert known.tempo == tune.tempo
        assert known.melody == tune.instruments["melody"]
        assert set(known.others) | {known.melody} == set(tune.instruments.values())
        assert known.rate == pytest.approx(len(melody) / tune.duration)
        assert known.pitch == pytest.approx(np.mean(melody))
        assert known.size == ("duo", "trio", "band")[level - 1]
        assert (known.style is None) == (level < 3)
        assert known.family == INSTRUMENTS[known.melody].family
        assert tune.caption.startswith(f"A {known.mood} ")


def test_words_of_tempo_and_register_change_where_the_class_says():
    said = [Attributes(tempo=t).pace for t in (60, 95.9, 96, 119.9, 120)]
    assert said == ["slow", "slow", "medium", "medium", "fast"]
    said = [Attributes(pitch=p).register for p in (69.9, 70, 72.9, 73)]
    assert said == ["low", "middle", "middle", "high"]


def test_what_is_not_known_is_not_said():
    assert Attributes.of({}) == Attributes()
    nothing = Attributes()
    assert [nothing.key, nothing.mood, nothing.pace, nothing.register, nothing.size] == [None] * 5
    assert nothing.family is None and nothing.others == ()
    text = write_phrase(Attributes(tonic=7, mode="major"), rng(), "tags")
    assert re.fullmatch(r"(key: )?G major", text)
    assert Attributes.of({"mode": "dorian", "tonic": 2}).key is None


def test_a_score_for_one_instrument_has_it_as_its_melody():
    facts = {"instruments": {"soprano": "piano", "bass": "piano"}, "tempo": 90.0}
    assert Attributes.of({"instruments": {"soprano": "piano", "alto": "piano"}}).melody == "piano"
    assert Attributes.of({"instruments": {"soprano": "piano", "alto": "flute"}}).melody is None
    assert Attributes.of(facts).tempo == 90


def test_moving_a_tune_moves_its_attributes():
    known = Attributes.of(tunes(2)[0].facts)
    up = known.transposed(5)
    assert up.tonic == (known.tonic + 5) % 12 and up.pitch == known.pitch + 5
    assert (up.mode, up.tempo, up.rate) == (known.mode, known.tempo, known.rate)
    quick = known.at_tempo(2 * known.tempo)
    assert quick.rate == pytest.approx(2 * known.rate) and quick.tonic == known.tonic
    assert Attributes().transposed(3) == Attributes()
    with pytest.raises(UserError, match="not known"):
        Attributes().at_tempo(100)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"tonic": 12}, "pitch class"), ({"mode": "dorian"}, "major, minor"), ({"tempo": 0}, "tempo")],
)
def test_impossible_attributes_are_refused(wrong, message):
    with pytest.raises(UserError, match=message):
        Attributes(**wrong)


@pytest.mark.parametrize("phrasing", PHRASINGS)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_every_phrasing_says_key_tempo_and_instruments(level, phrasing):
    for tune in tunes(level):
        text = write_phrase(Attributes.of(tune.facts), rng(tune.index), phrasing, keep=0.0)
        assert tune.key_name in text
        assert f"{tune.tempo:.0f}" in re.findall(r"\d+", text)
        assert all(name in text for name in tune.instruments.values())
        assert "{" not in text and "  " not in text and ", ," not in text


@pytest.mark.parametrize("phrasing", TRAINED)
def test_all_attributes_are_said_where_all_are_kept(phrasing):
    words = PHRASINGS[phrasing].words
    for tune in tunes(3):
        known = Attributes.of(tune.facts)
        text = write_phrase(known, rng(tune.index), phrasing)
        for name in OPTIONAL:
            value = getattr(known, name)
            assert any(word in text for word in words.get(value, (value,))), (name, text)


def test_a_phrase_is_one_of_many_and_the_same_for_the_same_seed():
    known = Attributes.of(tunes(3)[0].facts)
    assert write_phrase(known, rng(1)) == write_phrase(known, rng(1))
    assert len({write_phrase(known, rng(seed)) for seed in range(200)}) > 190


def test_changing_one_attribute_changes_its_words_alone():
    known = Attributes(tonic=0, mode="major", tempo=100, instruments={"melody": "piano"})
    other = Attributes(tonic=7, mode="major", tempo=100, instruments={"melody": "piano"})
    for seed in range(20):
        text = write_phrase(known, rng(seed), keep=0.0)
        assert text.replace("C major", "G major") == write_phrase(other, rng(seed), keep=0.0)


def test_held_out_words_are_in_no_trained_phrasing():
    def words(phrasings, attributes):
        texts = [write_phrase(a, rng(s), phrasings) for a in attributes for s in range(60)]
        return {word for text in texts for word in re.findall(r"[a-z#]+", text.lower())}

    attributes = [Attributes.of(t.facts) for level in (1, 2, 3) for t in tunes(level, 40)]
    names = {k.lower() for mode in KEY_NAMES for k in KEY_NAMES[mode]} | set(KEY_NAMES)
    names |= {word for a in attributes for name in a.instruments.values() for word in name.split()}
    names |= {w for a in attributes for w in (a.style or "").split()}
    names |= {w for a in attributes for w in (a.family or "").split()} | {"and"}
    shared = words("held-out", attributes) & words(tuple(TRAINED), attributes)
    assert shared - names == set()


def test_an_unknown_phrasing_is_refused():
    with pytest.raises(UserError, match="prose"):
        write_phrase(Attributes(), rng(), "verse")
