"""Loudness after ITU-R BS.1770: what the standard and EBU Tech 3341 say of sounds for tests.

The sounds of EBU Tech 3341 have two channels, whose powers are added. Ours have one, so the values
are 3.01 dB lower.
"""

import numpy as np
import pytest

from refimpl.display.loudness import loudness
from refimpl.errors import UserError
from tests.display.shown import RATE, tone

ONE_CHANNEL = -3.01  # dB


def sines(*parts):
    """Sines of 1 kHz one after the other, each given by the level of its peak and its seconds."""
    return np.concatenate(
        [tone(1000, seconds, 48_000, 10 ** (level / 20)) for level, seconds in parts]
    )


def test_a_sine_of_997_hz_at_full_scale_has_the_loudness_of_the_standard():
    assert loudness(tone(997, 20.0, 48_000, 1.0), 48_000) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [  # table 1 of EBU Tech 3341, cases 1 to 5
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_it_reads_what_a_meter_has_to_read(parts, expected):
    assert loudness(sines(*parts), 48_000) == pytest.approx(expected + ONE_CHANNEL, abs=0.1)


@pytest.mark.parametrize(("hertz", "gain"), [(38.1, -6.7), (100, -1.8), (1000, 0), (10_000, 3.3)])
def test_bass_counts_less_and_treble_more(hertz, gain):
    difference = loudness(tone(hertz, 4.0, 48_000), 48_000) - loudness(
        tone(997, 4.0, 48_000), 48_000
    )
    assert difference == pytest.approx(gain, abs=0.3)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100])
@pytest.mark.parametrize("hertz", [100, 1000, 3000])
def test_the_sample_rate_does_not_matter(rate, hertz):
    at_48 = loudness(tone(hertz, 3.0, 48_000), 48_000)
    assert loudness(tone(hertz, 3.0, rate), rate) == pytest.approx(at_48, abs=0.05)


def test_twice_the_amplitude_is_6_db_more():
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * RATE)
    assert loudness(2 * noise, RATE) - loudness(noise, RATE) == pytest.approx(6.02, abs=0.01)


def test_pauses_do_not_count_as_quietness():
    with_pause = np.concatenate([tone(seconds=2.0), np.zeros(8 * RATE)])
    assert loudness(with_pause, RATE) == pytest.approx(loudness(tone(seconds=2.0), RATE), abs=0.5)


def test_a_sound_shorter_than_a_block_counts_as_one():
    short, long = (loudness(tone(1000, s, 48_000), 48_000) for s in (0.1, 3.0))
    assert short == pytest.approx(long, abs=0.3)


@pytest.mark.parametrize("audio", [np.zeros(1000), tone(seconds=2.0, amplitude=1e-4), np.zeros(1)])
def test_silence_and_what_is_nearly_silent_have_none(audio):
    assert loudness(audio, RATE) == -np.inf


@pytest.mark.parametrize(("audio", "rate"), [(np.zeros(0), RATE), (np.zeros(9), -1)])
def test_what_is_no_sound_is_an_error(audio, rate):
    with pytest.raises(UserError):
        loudness(audio, rate)
