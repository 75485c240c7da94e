"""What every corpus of the table promises. Whoever adds one adds a line there, and none here."""

import dataclasses
import inspect
import json
import pickle

import numpy as np
import pytest

from refimpl.audio import Clip
from refimpl.corpora import CORPORA, SPLITS, TinyTunes, corpus_class, open_corpus, reopen_corpus
from refimpl.errors import UserError
from tests.pipeline.pipeline_examples import tiny

PRESET = tiny(data__clip_seconds=1.0)


class Contract:
    """The promises, one method each; every one fails for some corpus that breaks it."""

    def __init__(self, corpus):
        self.corpus = corpus
        self.train, self.held_out = (list(corpus.clips(split)) for split in SPLITS)

    def gives_clips_of_one_rate(self):
        for clip in self.train + self.held_out:
            assert isinstance(clip, Clip)
            assert clip.sample_rate == self.corpus.sample_rate == PRESET.codec.sample_rate
            assert clip.audio.dtype == np.float32 and clip.audio.ndim == 1
            assert 0 < len(clip.audio) <= self.corpus.clip_seconds * clip.sample_rate + 1
            assert np.isfinite(clip.audio).all() and np.abs(clip.audio).max() > 0.01

    def holds_clips_out(self):
        train, held_out = ({clip.name for clip in clips} for clips in (self.train, self.held_out))
        assert train and held_out and not train & held_out
        sounds = {clip.audio.tobytes() for clip in self.train}
        assert not sounds & {clip.audio.tobytes() for clip in self.held_out}

    def names_every_clip_once(self):
        names = [clip.name for clip in self.train + self.held_out]
        assert len(names) == len(set(names))

    def gives_no_more_than_the_preset_wants(self):
        assert len(self.train) <= len(self.corpus.clips("train")) <= PRESET.data.n_train
        assert len(self.held_out) <= PRESET.data.n_validation

    def repeats_itself(self):
        clips = self.corpus.clips("train")
        for _ in range(2):
            again = list(clips)
            assert [clip.name for clip in again] == [clip.name for clip in self.train]
            for one, other in zip(again, self.train, strict=True):
                assert np.array_equal(one.audio, other.audio)
                assert (one.caption, one.facts) == (other.caption, other.facts)

    def knows_what_it_says(self):
        shared = self.corpus.shared
        assert shared.keys() <= self.corpus.knows
        for clip in self.train + self.held_out:
            assert self.corpus.knows <= clip.facts.keys()
            assert all(clip.facts[name] == value for name, value in shared.items())

    def knows_in_json(self):
        for clip in self.train:
            assert json.loads(json.dumps(dict(clip.facts))) == clip.facts
            assert isinstance(clip.caption, str)

    def travels_to_other_processes(self):
        clip = self.train[0]
        assert np.array_equal(pickle.loads(pickle.dumps(clip)).audio, clip.audio)

    def says_its_peak(self):
        peaks = [np.abs(clip.audio).max() for clip in self.train]
        assert 0 < self.corpus.peak <= 1
        assert self.corpus.peak / 3 < np.mean(peaks) < 3 * self.corpus.peak

    def describes_its_splits(self):
        described = [self.corpus.describe(split) for split in SPLITS]
        assert described[0] != described[1]
        assert described[0] == self.corpus.describe("train")
        assert json.loads(json.dumps(described)) == described
        assert corpus_class(described[0]) is type(self.corpus)

    def is_opened_again_or_says_that_it_cannot_be(self):
        again = reopen_corpus(self.corpus.describe("train"), PRESET)
        if again is not None:
            assert again.describe("train") == self.corpus.describe("train")
            assert next(iter(again.clips("train"))).name == self.train[0].name


PROMISES = [name for name, _ in inspect.getmembers(Contract, inspect.isfunction) if name[0] != "_"]


def keep(promise, corpus):
    getattr(Contract(corpus), promise)()


@pytest.fixture(scope="module", params=list(CORPORA))
def corpus(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return open_corpus(CORPORA[request.param].example(folder), PRESET)


def test_its_example_is_opened_by_the_corpus_itself(corpus, request):
    assert CORPORA[corpus.kind] is type(corpus)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_corpus_keeps_the_promise(corpus, promise):
    keep(promise, corpus)


@pytest.mark.parametrize("split", ["", "training"])
def test_there_is_no_other_split(corpus, split):
    with pytest.raises(UserError, match="split"):
        list(corpus.clips(split))


# Corpora that break a promise: the contract can fail.


class Spoiled(list):
    skipped = ()


class Broken(TinyTunes):
    """A corpus whose clips are changed by `spoil`."""

    def clips(self, split):
        return Spoiled(self.spoil(clip) for clip in super().clips(split))

    def spoil(self, clip):
        return clip


class Leaky(Broken):
    def clips(self, split):
        return super().clips("train")


class Renaming(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, name=f"{clip.name} {np.random.default_rng().random()}")

    def clips(self, split):
        parent = super()

        class Anew(Spoiled):
            def __iter__(self):
                return iter(list(parent.clips(split)))

        return Anew(parent.clips(split))


class Nameless(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, name="tune")


class Forgetful(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, facts={})


class Lying(Broken):
    shared = {"tempo": 30.0}


class Numpy(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, facts=clip.facts | {"tempo": np.float32(120)})


class Slow(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, sample_rate=8000)


class Local(Broken):
    def spoil(self, clip):
        return dataclasses.replace(clip, sound=lambda: clip.audio)


class Loud(Broken):
    peak = 40.0


class Vague(Broken):
    def describe(self, split):
        return super().describe("train")


class Generous(Broken):
    def clips(self, split):
        return Spoiled([*super().clips(split), *super().clips(split)])


class Changing(TinyTunes):
    """Another tune first after it was opened again."""

    @classmethod
    def reopen(cls, preset, described):
        return cls(tiny(data__clip_seconds=1.0, tunes__level=2))


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (Leaky, "holds_clips_out"),
        (Nameless, "names_every_clip_once"),
        (Renaming, "repeats_itself"),
        (Forgetful, "knows_what_it_says"),
        (Lying, "knows_what_it_says"),
        (Numpy, "knows_in_json"),
        (Slow, "gives_clips_of_one_rate"),
        (Local, "travels_to_other_processes"),
        (Loud, "says_its_peak"),
        (Vague, "describes_its_splits"),
        (Generous, "gives_no_more_than_the_preset_wants"),
        (Changing, "is_opened_again_or_says_that_it_cannot_be"),
    ],
)
def test_a_corpus_that_breaks_a_promise_is_found_out(wrong, promise, monkeypatch):
    monkeypatch.setitem(CORPORA, wrong.kind, wrong)
    with pytest.raises((AssertionError, TypeError, AttributeError, pickle.PicklingError)):
        keep(promise, wrong(PRESET))
