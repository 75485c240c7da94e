"""Players: the sound, its label and its loudness, as a page and a screen reader get them."""

import numpy as np
import pytest

from refimpl import display
from refimpl.display.levelling import MAX_PEAK
from refimpl.display.loudness import loudness
from refimpl.errors import UserError
from tests.display.shown import RATE, Tags, heard, tone


@pytest.mark.parametrize("rate", [3675, 8000, 22050, 30000, 44100, 96000])
def test_a_player_holds_the_sound_at_its_pitch_and_duration(rate):
    audio, heard_rate = heard(display.play(tone(440, 2.0, rate), rate))
    assert len(audio) / heard_rate == pytest.approx(2.0, abs=0.01)
    assert np.argmax(np.abs(np.fft.rfft(audio))) * heard_rate / len(audio) == pytest.approx(
        440, abs=1
    )


def test_the_player_is_compressed():
    assert len(display.play(tone(seconds=5.0), RATE).mp3) < 5.0 * RATE * 2 / 3


def sounds_of_many_kinds():
    rng = np.random.default_rng(0)
    clicks = np.zeros(2 * RATE, np.float32)
    clicks[:: RATE // 4] = 1.0
    return {
        "quiet": tone(seconds=2.0, amplitude=0.001),
        "loud": tone(seconds=2.0, amplitude=1.0),
        "beyond full scale": tone(seconds=2.0, amplitude=30.0),
        "bass": tone(60.0, 2.0),
        "treble": tone(6000.0, 2.0),
        "noise": rng.normal(0, 0.2, 2 * RATE).astype(np.float32),
        "mostly pause": np.concatenate([tone(seconds=0.5), np.zeros(4 * RATE, np.float32)]),
        "clicks": clicks,
    }


def test_no_player_is_louder_than_the_next_and_none_clips():
    measured, peaks = {}, {}
    for name, audio in sounds_of_many_kinds().items():
        decoded, rate = heard(display.play(audio, RATE))
        measured[name], peaks[name] = loudness(decoded, rate), np.abs(decoded).max()
    assert max(peaks.values()) <= MAX_PEAK + 0.02
    # Clicks cannot be raised so far without clipping: they stay quieter.
    assert measured.pop("clicks") < -24
    assert measured == pytest.approx(dict.fromkeys(measured, -23.0), abs=0.3)


def test_a_player_says_what_it_plays_in_html_and_in_text():
    player = display.play(tone(seconds=1.5), RATE, 'A <b>"sine"</b> & more')
    page = Tags(player._repr_html_())
    assert 'A <b>"sine"</b> & more' in page.text  # escaped, and so not a tag
    assert "b" not in dict(page.tags)
    assert page.one("audio")["aria-label"] == 'A <b>"sine"</b> & more, 1.50 s'
    assert "controls" in page.one("audio")
    assert repr(player) == '<Player: A <b>"sine"</b> & more, 1.50 s>'
    assert repr(display.play(tone(), RATE)) == "<Player: sound, 1.00 s>"


def test_silence_is_played_and_said():
    player = display.play(np.zeros(RATE, np.float32), RATE, "nothing")
    assert "silent" in repr(player)
    assert "(silent)" in player._repr_html_()
    assert np.abs(heard(player)[0]).max() < 1e-4


def test_stereo_and_very_short_sounds_are_played():
    assert display.play(np.stack([tone(), tone()], axis=1), RATE).seconds == 1.0
    assert len(heard(display.play(np.ones(1), RATE))[0]) >= 1


def test_several_players_stand_side_by_side():
    row = display.play_all({"low": tone(220), "high": tone(880)}, RATE)
    assert repr(row) == "<Player: low, 1.00 s>\n<Player: high, 1.00 s>"
    labels = [found["aria-label"] for tag, found in Tags(row._repr_html_()).tags if tag == "audio"]
    assert labels == ["low, 1.00 s", "high, 1.00 s"]


@pytest.mark.parametrize(
    ("audio", "rate", "needed"),
    [
        (np.zeros(0), RATE, "at least one sample"),
        (np.full(9, np.nan), RATE, "NaN"),
        (tone(), 0, "sample rate 0"),
        (np.ones(700 * 1000, np.float32), 1000, "12 minutes given"),
    ],
)
def test_what_cannot_be_played_is_an_error(audio, rate, needed):
    with pytest.raises(UserError, match=needed):
        display.play(audio, rate)
