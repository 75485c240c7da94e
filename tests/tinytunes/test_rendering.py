"""Sound: every note has the pitch that was written, and the mix is the sum of its parts."""

import numpy as np
import pytest

from refimpl.tinytunes.note import Note
from refimpl.tinytunes.percussion import SOUNDS, hit
from refimpl.tinytunes.rendering import add_room, room_response
from refimpl.tinytunes.timbres import INSTRUMENTS, partials, pitch_to_frequency, tone
from tests.tinytunes.helpers import LEVELS, corpus, spectral_peak

RATE = 22050


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_tone_has_its_pitch(name):
    pitches = range(40, 52, 3) if "bass" in name else range(52, 82, 5)
    for pitch in pitches:
        audio = tone(name, pitch, RATE)[: RATE // 2]
        assert abs(spectral_peak(audio, RATE, pitch)) < 10  # cents


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_tones_are_equally_loud_and_never_clip(name):
    levels = []
    for pitch in range(40, 82, 6):
        audio = tone(name, pitch, RATE)
        assert np.isfinite(audio).all()
        assert np.abs(audio).max() < 0.7
        levels.append(20 * np.log10(np.sqrt(np.mean(audio[: int(0.3 * RATE)] ** 2))))
    assert max(levels) - min(levels) < 0.1
    assert -24 < levels[0] < -19


def test_a_shared_tone_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        tone("piano", 60, RATE)[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        hit(36, RATE)[0] = 1


def test_a_plucked_string_lacks_the_partials_with_a_node_at_the_finger():
    _, strengths, decays = partials(INSTRUMENTS["harp"], 220.0)  # plucked at 2/5 of its length
    assert strengths[4] < 1e-6 * strengths[0]
    assert (np.diff(decays) < 0).all()


def test_no_partial_is_folded_back():
    # At 8 kHz most partials of a high tone lie above half the sample rate.
    audio = tone("violin", 81, 8000)[:4000]
    spectrum = np.abs(np.fft.rfft(audio * np.hanning(len(audio))))
    frequencies = np.arange(len(spectrum)) * 2.0
    harmonic = np.abs(frequencies / pitch_to_frequency(81) % 1 - 0.5) > 0.42
    assert spectrum[~harmonic].max() < 0.02 * spectrum.max()


@pytest.mark.parametrize("level", LEVELS)
def test_stems_add_up_to_the_mix(level):
    for tune in corpus(level).take(6):
        mix, stems = tune.render(), tune.stems()
        assert set(stems) == {n.part for n in tune.notes}
        assert mix.dtype == np.float32
        assert mix.shape == (tune.n_samples,)
        assert np.abs(sum(stems.values()) - mix).max() < 2e-6


@pytest.mark.parametrize("level", LEVELS)
def test_tunes_are_equally_loud_and_never_clip(level):
    mixes = [t.render() for t in corpus(level).take(30)]
    peaks = [np.abs(m).max() for m in mixes]
    levels = [20 * np.log10(np.sqrt(np.mean(m**2))) for m in mixes]
    assert min(peaks) > 0.4
    assert max(peaks) < 0.99
    assert np.std(levels) < 1.5
    assert all(abs(m.mean()) < 1e-3 for m in mixes)
    assert all(np.abs(m[-1]) < 1e-3 for m in mixes)  # no click at the end


def test_the_melody_sounds_as_written():
    for tune in corpus(1).take(8):
        melody = tune.stems()["melody"]
        for note in (n for n in tune.notes if n.part == "melody"):
            start = round(note.onset * RATE)
            audio = melody[start : start + round(note.duration * RATE)]
            assert abs(spectral_peak(audio, RATE, note.pitch)) < 15  # cents


def test_the_bass_can_be_told_by_its_harmonics():
    # A mel filterbank blurs the fundamental of a bass; its upper harmonics must carry the pitch.
    _, strengths, _ = partials(INSTRUMENTS["plucked bass"], 82.4)
    assert strengths[2:12].max() > 0.5 * strengths[0]
    assert np.sum(strengths[2:12] ** 2) > np.sum(strengths[:2] ** 2) / 2


def test_a_dry_room_is_no_room():
    assert np.flatnonzero(room_response(RATE, 0.0)).tolist() == [0]
    dry, wet = corpus(1, room=0.0)[0].render(), corpus(1)[0].render()
    assert np.abs(dry - wet).max() > 0.01


def test_another_sample_rate_gives_the_same_tune():
    low, high = corpus(2, sample_rate=16000)[0], corpus(2, sample_rate=44100)[0]
    assert low.notes == high.notes
    assert abs(low.duration - high.duration) < 1e-4
    assert len(high.render()) == high.n_samples
    levels = [np.sqrt(np.mean(t.render() ** 2)) for t in (low, high)]
    assert abs(20 * np.log10(levels[0] / levels[1])) < 0.5


@pytest.mark.parametrize("pitch", SOUNDS)
@pytest.mark.parametrize("sample_rate", [8000, 22050, 48000])
def test_drums_are_short_and_tame(pitch, sample_rate):
    audio = hit(pitch, sample_rate)
    assert np.isfinite(audio).all()
    assert 0.05 < np.abs(audio).max() <= 0.5 + 1e-6
    quarter = len(audio) // 4
    assert np.mean(audio[-quarter:] ** 2) < 0.01 * np.mean(audio[:quarter] ** 2)


def test_the_kick_is_low_and_the_hat_is_high():
    def centroid(audio):
        spectrum = np.abs(np.fft.rfft(audio)) ** 2
        return np.sum(spectrum * np.arange(len(spectrum))) / np.sum(spectrum) / len(audio) * RATE

    assert centroid(hit(36, RATE)) < 200
    assert centroid(hit(42, RATE)) > 5000


def test_a_note_ends_when_it_is_over():
    tune = corpus(2, room=0.0)[0]
    note = Note(0.5, 0.25, 69, 96, "violin", "melody")
    alone = type(tune)(
        **{f: getattr(tune, f) for f in tune.__dataclass_fields__} | {"notes": (note,)}
    )
    audio = alone.render()
    assert np.abs(audio[: RATE // 2]).max() == 0
    assert np.abs(audio[int(0.76 * RATE) :]).max() == 0
    last = audio[int(0.748 * RATE) : int(0.75 * RATE)]
    assert np.abs(last).max() < 0.05 * np.abs(audio).max()  # it fades, it is not cut off


@pytest.mark.parametrize("level", [2, 3])
def test_the_melody_stands_out(level):
    def power(audio):
        return 10 * np.log10(np.mean(audio**2))

    stems = [t.stems() for t in corpus(level).take(12)]
    for part in set(stems[0]) - {"melody", "bass"}:
        assert np.mean([power(s["melody"]) - power(s[part]) for s in stems]) > 2


def test_what_rings_at_the_end_fades():
    audio = add_room(np.ones(RATE, dtype=np.float32), RATE, 0.12)
    assert abs(audio[-1]) < 1e-6
    assert np.abs(np.diff(audio[-RATE // 20 :])).max() < 0.02
