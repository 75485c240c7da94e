"""Captions as words and numbers."""

import pytest
import torch

from refimpl.audio_text import TextEncoder, WordList, split_words


def test_words_are_split_with_their_sharps():
    assert split_words("A calm Tune, in F# minor: 96.5 bpm!") == [
        *("a", "calm", "tune", "in", "f#", "minor", "96.5", "bpm")
    ]
    assert split_words(" ,. ") == []


def test_a_vocabulary_knows_what_it_has_read():
    words = WordList.of(["A tune at 90 bpm", "a flute"])
    assert words.words == ("<pad>", "<unknown>", "<number>", "a", "at", "bpm", "flute", "tune")
    ids, numbers = words.read(["A flute at 90", "oboe"])
    assert ids.tolist() == [[3, 6, 4, 2], [1, 0, 0, 0]]
    assert numbers.tolist() == [[0, 0, 0, 90], [0, 0, 0, 0]]
    assert words.unknown("an oboe and a flute at 90") == ["an", "oboe", "and"]


def test_names_of_keys_can_be_words():
    plain = WordList.of(["a tune in C"])
    words = plain.with_keys()
    assert words.split("A tune in F# minor") == ["a", "tune", "in", "f# minor"]
    assert words.split("in A minor, 96") == ["in", "a minor", "96"]
    assert plain.split("in A minor") == ["in", "a", "minor"]
    ids, _ = words.read(["a A major"])
    assert words.words[ids[0, 1]] == "a major" and words.words[ids[0, 0]] == "a"
    assert words.unknown("a minor tune, sad and minor") == ["sad", "and", "minor"]


def test_every_phrasing_for_training_is_known_and_the_held_out_one_is_not():
    import numpy as np

    from refimpl.tinytunes import TuneConfig, Tunes
    from refimpl.tinytunes.attributes import Attributes
    from refimpl.tinytunes.phrasings import write_phrase

    words = WordList.of_phrasings()
    for level in (1, 2, 3):
        for tune in Tunes("test", TuneConfig(level=level)).take(20):
            known = Attributes.of(tune.facts)
            assert words.unknown(write_phrase(known, np.random.default_rng(tune.index))) == []
            for phrasing in ("held-out", "rephrased"):
                assert words.unknown(write_phrase(known, np.random.default_rng(0), phrasing))


def encoder():
    torch.manual_seed(0)
    return TextEncoder(WordList.of(["a tune in c major for flute at bpm"]), 32)


def test_a_caption_does_not_depend_on_its_neighbours():
    model = encoder().eval()
    alone = model(*model.read(["a tune for flute"]))
    together = model(*model.read(["a tune for flute", "a tune in c major for flute at 90 bpm"]))
    assert torch.allclose(alone[0], together[0], atol=1e-5)


def test_near_numbers_are_near_and_words_are_hidden_in_training_only():
    model = encoder().eval()
    vectors = model(*model.read([f"{n} bpm" for n in (96, 98, 140)]))
    near, far = (vectors[0] - vectors[1]).norm(), (vectors[0] - vectors[2]).norm()
    assert near < 0.6 * far
    model.train()
    torch.manual_seed(1)
    seen = {round(float(model(*model.read(["a tune for flute"])).sum()), 4) for _ in range(30)}
    assert len(seen) > 1


@pytest.mark.parametrize("caption", ["", "flute " * 200])
def test_captions_of_any_length_have_a_vector(caption):
    model = encoder().eval()
    assert torch.isfinite(model(*model.read([caption]))).all()
