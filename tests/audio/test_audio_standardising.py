"""Standardising: one channel, rate, duration and level, for any sound that can exist."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from refimpl.audio import AudioError, is_silent, resample, standardise, to_mono
from tests.audio.sounds import RATE, noise, tone

sounds = hnp.arrays(
    np.float32,
    st.one_of(
        st.integers(1, 300),
        st.tuples(st.integers(1, 300), st.integers(1, 4)),
    ),
    elements=st.floats(-(2.0**100), 2.0**100, width=32) | st.floats(-1, 1, width=32) | st.just(0.0),
)


@settings(deadline=None)
@given(audio=sounds, normalise=st.sampled_from(["peak", "rms"]), n_samples=st.integers(1, 400))
def test_any_sound_comes_out_finite_of_the_right_length_and_within_range(
    audio, normalise, n_samples
):
    result = standardise(audio, 1000, duration=n_samples / 1000, normalise=normalise)
    assert result.shape == (n_samples,)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert np.abs(result).max() <= 1.0


@settings(deadline=None)
@given(audio=sounds, normalise=st.sampled_from(["peak", "rms", None]))
def test_standardising_twice_changes_nothing_more(audio, normalise):
    once = standardise(audio, RATE, normalise=normalise)
    np.testing.assert_allclose(
        standardise(once, RATE, normalise=normalise), once, rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("gain", [1e-3, 1.0, 1e3])
def test_the_level_reached_is_the_one_asked_for_whatever_it_was(gain):
    audio = gain * tone()
    assert np.abs(standardise(audio, RATE)).max() == pytest.approx(0.95)
    assert np.abs(standardise(audio, RATE, level=0.5)).max() == pytest.approx(0.5)
    by_rms = standardise(audio, RATE, normalise="rms", level=0.2)
    assert np.sqrt(np.mean(by_rms**2)) == pytest.approx(0.2, rel=1e-4)
    np.testing.assert_array_equal(standardise(audio, RATE, normalise=None), audio)


def test_a_click_is_not_raised_beyond_full_scale_for_the_sake_of_its_rms():
    audio = np.zeros(RATE, np.float32)
    audio[100] = 0.5
    assert np.abs(standardise(audio, RATE, normalise="rms")).max() == pytest.approx(1.0)


@pytest.mark.parametrize("normalise", ["peak", "rms", None])
@pytest.mark.parametrize("level", [0.0, 1e-7, 1e-38])
def test_silence_stays_silence(normalise, level):
    audio = np.full(1000, level, np.float32)
    np.testing.assert_array_equal(standardise(audio, RATE, normalise=normalise), audio)


def test_longer_audio_is_cut_and_shorter_padded_at_the_end():
    audio = tone(1.0)
    np.testing.assert_array_equal(
        standardise(audio, RATE, duration=0.25, normalise=None), audio[: round(0.25 * RATE)]
    )
    longer = standardise(audio, RATE, duration=1.5, normalise=None)
    np.testing.assert_array_equal(longer[:RATE], audio)
    assert len(longer) == round(1.5 * RATE)
    assert not longer[RATE:].any()


def test_padding_does_not_raise_the_rms_level_of_what_is_heard():
    padded = standardise(tone(1.0), RATE, duration=10.0, normalise="rms", level=0.1)
    assert np.sqrt(np.mean(padded[:RATE] ** 2)) == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("normalise", ["peak", "rms"])
def test_the_level_is_that_of_what_is_left_after_the_cut(normalise):
    quiet_then_loud = np.concatenate([0.01 * tone(1.0), tone(1.0)])
    cut = standardise(quiet_then_loud, RATE, duration=1.0, normalise=normalise)
    np.testing.assert_allclose(cut, standardise(tone(1.0), RATE, normalise=normalise), atol=1e-5)


def test_channels_and_rate_are_standardised_together():
    stereo = np.stack([tone(1.0, 44100), 0.2 * tone(1.0, 44100)], axis=1)
    result = standardise(stereo, 22050, from_rate=44100)
    assert result.shape == (22050,)
    assert np.argmax(np.abs(np.fft.rfft(result))) == 440


@settings(deadline=None)
@given(
    n_samples=st.integers(1, 5000),
    rates=st.tuples(*[st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000])] * 2),
)
def test_resampling_keeps_the_duration_to_one_sample(n_samples, rates):
    audio = np.ones(n_samples, np.float32)
    expected = n_samples * rates[1] / rates[0]
    if expected < 0.5:
        with pytest.raises(AudioError, match="longer audio or a higher rate"):
            resample(audio, *rates)
    else:
        assert len(resample(audio, *rates)) == pytest.approx(expected, abs=0.501)


def test_resampling_up_and_down_again_gives_the_sound_back():
    audio = tone(1.0, 22050)
    there_and_back = resample(resample(audio, 22050, 48000), 48000, 22050)
    np.testing.assert_allclose(there_and_back[300:-300], audio[300:-300], atol=1e-4)


def test_mixing_down_averages_and_takes_float64():
    stereo = np.stack([noise(), noise(seed=1)], axis=1).astype(np.float64)
    mono = to_mono(stereo)
    assert mono.dtype == np.float32
    np.testing.assert_allclose(mono, stereo.mean(axis=1), atol=1e-6)


def test_silence_is_what_one_step_of_16_bits_cannot_exceed():
    assert is_silent(np.zeros(10, np.float32))
    assert is_silent(np.full(10, -(2.0**-15), np.float32))
    assert not is_silent(np.full(10, -(2.0**-14), np.float32))
    assert is_silent(np.zeros(0, np.float32))


@pytest.mark.parametrize(
    ("audio", "options", "needed"),
    [
        (np.zeros(0), {}, "at least one sample"),
        (np.zeros((3, 4, 5)), {}, r"shape \(3, 4, 5\)"),
        (np.zeros(9, np.int16), {}, "divide 16-bit integers by 32768"),
        (np.full(9, np.nan), {}, "NaN"),
        (tone(), {"normalise": "loud"}, '"peak", "rms" or None'),
        (tone(), {"level": 0.0}, "more than 0 and at most 1"),
        (tone(), {"level": 1.5}, "more than 0 and at most 1"),
        (tone(), {"duration": -1.0}, "more than 0 s"),
        (tone(), {"duration": float("nan")}, "more than 0 s"),
        (tone(), {"from_rate": 44}, "sample rate 44"),
        (tone(), {"level": -0.5}, "more than 0 and at most 1"),
    ],
)
def test_what_cannot_be_standardised_is_an_error_with_the_way_out(audio, options, needed):
    with pytest.raises(AudioError, match=needed):
        standardise(audio, RATE, **options)
