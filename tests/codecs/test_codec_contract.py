"""What every codec of the table promises. Whoever adds a codec adds a line there, and none here.

A codec that reads notes promises the same of a clip's notes as others of its sound, but for two
things, each marked with `ReadsNotes` here: its steps do not keep time, and it refuses every sound.
"""

import dataclasses
import inspect
import json
from types import SimpleNamespace

import numpy as np
import pytest

from refimpl.audio import Clip
from refimpl.codecs import (
    CODECS,
    Codec,
    CodecConfig,
    CodecError,
    ReadsNotes,
    codec_config,
    encode_clip,
    load_codec,
)
from refimpl.errors import UserError

SECONDS = 1.0


def sound(rate, seconds=SECONDS, seed=0):
    """Notes of random pitches, (n_samples,): a codec hears many different frames in them."""
    rng = np.random.default_rng(seed)
    n_notes = max(1, round(8 * seconds))
    pitches = np.repeat(rng.uniform(100, 2000, n_notes), -(-round(seconds * rate) // n_notes))
    phase = 2 * np.pi * np.cumsum(pitches) / rate
    return (0.4 * np.sin(phase)).astype(np.float32)[: round(seconds * rate)]


def clip(rate, seconds=SECONDS, seed=0, tempo=120.0):
    """The same sound, and notes of random pitches that last as long."""
    rng = np.random.default_rng(seed)
    starts = np.arange(0, seconds, 0.125)
    notes = [[start, 0.125, int(rng.integers(50, 80)), 0] for start in starts.tolist()]
    facts = {"notes": notes, "tempo": tempo, "instruments": {"melody": "flute"}}
    return Clip(f"clip {seed}", sound(rate, seconds, seed), rate, "", facts)


def clips(config, n=6, **how):
    return [clip(config.sample_rate, seed=seed, **how) for seed in range(n)]


class Contract:
    """The promises, one method each; every one fails for some codec that breaks it."""

    def __init__(self, codec, config):
        self.codec, self.config = codec, config
        self.clip = clip(codec.sample_rate, seed=99)
        self.audio = self.clip.audio

    def _encode(self, one=None):
        return encode_clip(self.codec, one or self.clip)[0]

    def has_the_interface(self):
        assert isinstance(self.codec, Codec)
        assert isinstance(self.config, CodecConfig)
        assert CODECS[self.codec.kind] is type(self.codec)
        assert self.codec.config_class is type(self.config)

    def is_what_its_config_says(self):
        for name in ("sample_rate", "step_rate", "stream_sizes", "kind"):
            assert getattr(self.codec, name) == getattr(self.config, name)
        assert self.config.difference(self.codec) is None

    def writes_codes_of_its_streams(self):
        codes = self._encode()
        assert codes.dtype == np.int64
        assert codes.ndim == 2 and codes.shape[1] == len(self.codec.stream_sizes)
        assert (codes >= 0).all() and (codes < self.codec.stream_sizes).all()
        assert len(np.unique(codes, axis=0)) > 2, "it tells sounds apart"

    def keeps_time(self):
        """Twice the sound takes twice the steps, and comes back twice as long, but for a step."""
        codec, long = self.codec, clip(self.codec.sample_rate, 3 * SECONDS)
        for one in (self.clip, long):
            codes, seconds = encode_clip(codec, one)
            assert seconds == pytest.approx(len(one.audio) / codec.sample_rate, abs=0.01)
            samples_a_step = codec.sample_rate / codec.step_rate
            back = len(codec.decode(codes))
            if isinstance(codec, ReadsNotes):  # which do not keep time; their last one rings on
                assert back == pytest.approx(len(one.audio), abs=0.6 * codec.sample_rate)
                continue
            assert len(codes) == pytest.approx(seconds * codec.step_rate, abs=2)
            assert back == pytest.approx(len(one.audio), abs=2 * samples_a_step)

    def gives_sound_back(self):
        audio = self.codec.decode(self._encode())
        assert audio.dtype == np.float32 and audio.ndim == 1 and np.isfinite(audio).all()
        loudness, again = (np.sqrt(np.mean(one**2)) for one in (self.audio, audio))
        assert loudness / 10 < again < 10 * loudness

    def repeats_itself(self):
        codes = self._encode()
        assert np.array_equal(codes, self._encode())
        assert np.array_equal(self.codec.decode(codes), self.codec.decode(codes))

    def takes_no_sound_as_no_steps(self):
        facts = dict(self.clip.facts) | {"notes": []}
        nothing = Clip("nothing", np.zeros(0, np.float32), self.codec.sample_rate, "", facts)
        codes = self._encode(nothing)
        assert codes.shape == (0, len(self.codec.stream_sizes))
        assert self.codec.decode(codes).shape == (0,)

    def refuses_what_is_no_code(self):
        good = self._encode()
        too_large = good.copy()
        too_large[0, 0] = self.codec.stream_sizes[0]
        for wrong in (too_large, good - self.codec.stream_sizes, good[:, 0], good / 2):
            with pytest.raises(CodecError):
                self.codec.decode(wrong)

    def refuses_what_is_no_sound(self):
        for wrong in (np.full(2000, np.nan), np.zeros((2000, 2))):
            with pytest.raises(UserError):
                self.codec.encode(wrong)
        if isinstance(self.codec, ReadsNotes):
            with pytest.raises(CodecError, match="reads notes, not sound"):
                self.codec.encode(self.audio)
            with pytest.raises(CodecError, match="nothing is known of the notes"):
                self._encode(Clip("sound alone", self.audio, self.codec.sample_rate))

    def comes_back_from_its_file(self, folder):
        self.codec.notes["made from"] = ["sines"]
        loaded = load_codec(self.codec.save(folder / self.codec.file_name))
        assert type(loaded) is type(self.codec)
        assert loaded.fingerprint == self.codec.fingerprint
        assert loaded.notes == self.codec.notes
        assert self.config.difference(loaded) is None
        codes = self._encode()
        assert np.array_equal(encode_clip(loaded, self.clip)[0], codes)
        assert np.array_equal(loaded.decode(codes), self.codec.decode(codes))


PROMISES = [name for name, _ in inspect.getmembers(Contract, inspect.isfunction) if name[0] != "_"]


@pytest.fixture(scope="module", params=list(CODECS))
def config(request):
    return CODECS[request.param].config_class.small()


@pytest.fixture(scope="module")
def codec(config):
    return config.fit_clips(clips(config), seed=3, show=False)


def keep(promise, codec, config, folder):
    check = getattr(Contract(codec, config), promise)
    check(folder) if promise == "comes_back_from_its_file" else check()


@pytest.mark.parametrize("promise", PROMISES)
def test_a_codec_keeps_the_promise(codec, config, promise, tmp_path):
    keep(promise, codec, config, tmp_path)


def test_the_same_sounds_and_seed_give_the_same_codec_and_others_another(codec, config):
    again = config.fit_clips(clips(config), seed=3, show=False)
    assert again.fingerprint == codec.fingerprint
    others = [
        dataclasses.replace(one, sound=0.1 * one.audio[::-1]) for one in clips(config, tempo=60.0)
    ]
    other = config.fit_clips(others, seed=3, show=False)
    assert other.fingerprint != codec.fingerprint


def test_fitting_needs_sound(config):
    with pytest.raises(CodecError):
        config.fit_clips(iter([]), show=False)
    with pytest.raises(CodecError):
        config.fit(iter([]), show=False)


def test_settings_survive_json_and_have_defaults(config):
    assert type(config).from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert type(codec_config(config.kind)) is type(config)
    assert config.seconds > 0


def test_settings_tell_codecs_of_other_kinds_apart(codec):
    for one in CODECS.values():
        difference = one.config_class.small().difference(codec)
        assert (difference is None) == isinstance(codec, one)


# A codec that rounds samples, and ways to get it wrong: the contract can fail.


class Rounding:
    """A level for every hundredth sample: 8 levels a stream, all codes the same in both streams."""

    kind, file_name, config_class = "rounding", "rounding.npz", CodecConfig
    sample_rate, step_rate, stream_sizes = 8000, 80.0, (8, 8)

    def __init__(self):
        self.notes = {}
        self.fingerprint = "0"

    def encode(self, audio):
        if np.ndim(audio) != 1 or not np.isfinite(audio).all():
            raise UserError("no sound")
        levels = np.clip(4 + 8 * np.asarray(audio)[::100], 0, 7).astype(np.int64)
        return np.stack([levels, levels], axis=1)

    def decode(self, codes):
        codes = np.asarray(codes)
        if codes.ndim != 2 or codes.dtype.kind != "i" or ((codes < 0) | (codes > 7)).any():
            raise CodecError("no codes")
        return np.repeat((codes[:, 0] - 3.5) / 8, 100).astype(np.float32)


class OneColumn(Rounding):
    def encode(self, audio):
        return super().encode(audio)[:, 0]


class Flattened(Rounding):
    def encode(self, audio):
        return super().encode(audio) + [0, 8]


class Half(Rounding):
    def decode(self, codes):
        return super().decode(codes)[::2]


class Random(Rounding):
    def encode(self, audio):
        return np.random.default_rng().integers(8, size=super().encode(audio).shape)


class Silent(Rounding):
    def decode(self, codes):
        return 0 * super().decode(codes)


class Deaf(Rounding):
    def encode(self, audio):
        return 0 * super().encode(audio)


class Trusting(Rounding):
    def decode(self, codes):
        return np.repeat((np.asarray(codes)[:, :1] - 3.5) / 8, 100).astype(np.float32)


class Careless(Rounding):
    def encode(self, audio):
        return super().encode(np.nan_to_num(np.ravel(audio)))


KEPT = ["writes_codes_of_its_streams", "keeps_time", "gives_sound_back", "repeats_itself"]
KEPT += ["takes_no_sound_as_no_steps", "refuses_what_is_no_code", "refuses_what_is_no_sound"]


@pytest.mark.parametrize("promise", KEPT)
def test_a_right_codec_of_another_kind_keeps_it_too(promise, tmp_path):
    keep(promise, Rounding(), None, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "promise"),
    [
        (OneColumn, "writes_codes_of_its_streams"),
        (Flattened, "writes_codes_of_its_streams"),
        (Deaf, "writes_codes_of_its_streams"),
        (Half, "keeps_time"),
        (Random, "repeats_itself"),
        (Silent, "gives_sound_back"),
        (OneColumn, "takes_no_sound_as_no_steps"),
        (Trusting, "refuses_what_is_no_code"),
        (Careless, "refuses_what_is_no_sound"),
    ],
)
def test_a_codec_that_breaks_a_promise_is_found_out(wrong, promise, tmp_path):
    with pytest.raises((AssertionError, pytest.fail.Exception, ValueError, IndexError)):
        keep(promise, wrong(), None, tmp_path)


def test_other_settings_than_the_codecs_are_found_out(codec, config):
    other = SimpleNamespace(**{name: getattr(codec, name) for name in ("kind", "sample_rate")})
    other.step_rate, other.stream_sizes = codec.step_rate * 2, codec.stream_sizes
    assert "step_rate" in CodecConfig.difference(config, other)
