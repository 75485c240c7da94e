"""MP3, Opus and Vorbis as comparison: bits, quality, delay, and errors in words."""

import numpy as np
import pytest

from refimpl.codecs import CLASSICAL, CodecError, compress, find_delay
from refimpl.metrics import si_sdr

RATE = 22050


def notes(seconds=1.5, rate=RATE, seed=0):
    """Notes of random pitches with soft starts, and a little noise: (n_samples,)."""
    rng = np.random.default_rng(seed)
    n_samples = round(seconds * rate)
    pitches = np.repeat(rng.uniform(150, 1500, 12), -(-n_samples // 12))[:n_samples]
    audio = 0.4 * np.sin(2 * np.pi * np.cumsum(pitches) / rate) + 0.02 * rng.normal(size=n_samples)
    return audio.astype(np.float32)


@pytest.fixture(scope="module")
def audio():
    return notes()


@pytest.mark.parametrize("kind", CLASSICAL)
def test_more_bits_give_better_sound_and_are_within_what_was_allowed(kind, audio):
    found = [compress(audio, RATE, kind, allowed) for allowed in (36_000, 72_000)]
    rates = [one.bits_per_second for one in found]
    assert rates[0] < rates[1] and rates[0] <= 36_000 and rates[1] <= 72_000
    assert rates[0] > 9_000, "it makes use of what it may"
    low, high = (si_sdr(audio, one.sound) for one in found)
    assert 3 < low < high


@pytest.mark.parametrize("kind", CLASSICAL)
def test_the_sound_comes_back_in_time_and_as_long_as_it_was(kind, audio):
    found = compress(audio, RATE, kind, 48_000)
    assert found.sound.shape == audio.shape and found.sound.dtype == np.float32
    assert found.sample_rate == RATE and found.kind == kind
    assert abs(find_delay(audio, found.sound, 4000)) <= 1  # a resampled sample, for Opus


def test_a_delay_of_mp3_is_found_and_taken_out(audio):
    """At low constant rates the decoder leaves the filter banks' delay in the sound."""
    found = compress(audio, RATE, "mp3", 26_000)
    assert 0.02 < found.delay < 0.1
    assert si_sdr(audio, found.sound) > 6 > si_sdr(audio[:-1102], found.sound[1102:])


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("rate", [16_000, 17_000, 44_100])
def test_any_sample_rate_goes_in_and_comes_out(kind, rate):
    audio = notes(0.6, rate)
    found = compress(audio, rate, kind, 96_000)
    assert found.sound.shape == audio.shape
    assert si_sdr(audio, found.sound) > 8


@pytest.mark.parametrize("kind", CLASSICAL)
def test_the_header_does_not_count(kind, audio):
    """Twice the sound takes about twice the bits; a header that was counted would not double."""
    once = compress(audio, RATE, kind, 40_000)
    twice = compress(np.concatenate([audio, audio]), RATE, kind, 40_000)
    assert twice.n_header_bits == once.n_header_bits
    assert twice.n_bits == pytest.approx(2 * once.n_bits, rel=0.25)


@pytest.mark.parametrize("kind", CLASSICAL)
def test_silence_stays_silence(kind):
    found = compress(np.zeros(RATE, np.float32), RATE, kind, 70_000)
    assert found.delay == 0 and np.abs(found.sound).max() < 1e-3


@pytest.mark.parametrize("kind", CLASSICAL)
def test_a_tenth_of_a_second_is_enough(kind):
    audio = notes(0.1)
    assert compress(audio, RATE, kind, 96_000).sound.shape == audio.shape


@pytest.mark.parametrize(
    ("given", "kind", "allowed", "words"),
    [
        (notes(0.5), "mp4", 64_000, "no format 'mp4'.*mp3"),
        (notes(0.5), "vorbis", 2_000, "takes at least .* 2,000 were allowed"),
        (notes(0.5), "mp3", 0, "takes at least"),
        (notes(0.05), "opus", 64_000, "0.050 s; give at least"),
        (np.zeros(0, np.float32), "opus", 64_000, "0 samples"),
        (np.zeros((RATE, 2), np.float32), "opus", 64_000, "one channel"),
        (np.zeros(RATE, np.int16), "opus", 64_000, "floating-point"),
        (np.full(RATE, np.nan, np.float32), "opus", 64_000, "finite"),
    ],
)
def test_errors_say_what_is_needed(given, kind, allowed, words):
    with pytest.raises(CodecError, match=words):
        compress(given, RATE, kind, allowed)


def test_a_delay_is_found_to_either_side():
    audio = notes(0.5)
    assert find_delay(audio, np.pad(audio, (300, 0)), 500) == 300
    assert find_delay(audio, audio[120:], 500) == -120
    assert find_delay(audio, audio, 500) == 0
    assert find_delay(audio, np.zeros_like(audio), 500) == 0
