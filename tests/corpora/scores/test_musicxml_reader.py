"""MusicXML: notes of all parts, ties, repeats, and files that are none."""

import pytest

from refimpl.corpora.scores.musicxml import read_musicxml, read_score
from refimpl.corpora.scores.score import ScoreError
from tests.corpora.scores.score_examples import musicxml, note, table, write_mxl


def read(content, **head):
    return read_score(musicxml(content, **head).encode(), "piece")


def test_parts_are_voices_that_sound_together():
    score = read(
        {"Soprano": [note("C5", 4) + note("F#5", 4)], "Bass": [note("Bb2", 8)]},
        fifths=-2,
        mode="minor",
        beats=3,
    )
    assert score.voices == ("Soprano", "Bass")
    assert table(score) == [(0, 4, 46, 1), (0, 2, 72, 0), (2, 2, 78, 0)]
    assert (score.key, score.tonic, score.metre, score.title) == ("G minor", 7, "3/4", "A piece")


def test_chords_rests_and_voices_of_a_part_have_their_places():
    back = "<backup><duration>8</duration></backup><forward><duration>2</duration></forward>"
    content = note("C4", 2) + note("E4", 2, chord=True) + note("r", 2) + note("G4", 4)
    score = read({"Piano": [content + back + note("C3", 6)]})
    assert table(score) == [(0, 1, 60, 0), (0, 1, 64, 0), (1, 3, 48, 0), (2, 2, 67, 0)]


def test_ties_join_notes_across_bar_lines():
    score = read({"Tune": [note("C4", 8, tie="start"), note("C4", 2, tie="stop") + note("C4", 2)]})
    assert table(score) == [(0, 5, 60, 0), (5, 1, 60, 0)]


def test_repeats_and_endings_are_played_in_all_parts():
    def bar(pitch, left="", right=""):
        return f"<barline>{left}</barline>{note(pitch, 8)}<barline>{right}</barline>"

    forward, backward = '<repeat direction="forward"/>', '<repeat direction="backward"/>'
    first, second = (f'<ending number="{n}" type="start"/>' for n in "12")
    stop = '<ending number="1" type="stop"/>'
    score = read(
        {
            "Tune": [
                bar("C4", forward),
                bar("D4", first, backward + stop),
                bar("E4", second, stop),
                bar("F4"),
            ],
            "Bass": [note("C3", 8)] * 4,
        }
    )
    assert [pitch for _, _, pitch, voice in table(score) if voice == 0] == [60, 62, 60, 64, 65]
    assert [onset for onset, _, _, voice in table(score) if voice == 1] == [0, 4, 8, 12, 16]


def test_grace_notes_take_no_time_and_transposing_parts_sound_as_heard():
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>"
    horn = "<attributes><transpose><chromatic>-7</chromatic></transpose></attributes>"
    score = read({"Horn": [horn + grace + note("C5", 4)]})
    assert table(score) == [(0, 2, 65, 0)]


def test_a_zipped_score_is_the_same(tmp_path):
    content = musicxml({"Tune": [note("C4", 8)]})
    (tmp_path / "a.musicxml").write_text(content)
    write_mxl(tmp_path / "a.mxl", content, inside="deep/a.xml")
    left_out = []
    plain, zipped = (
        table(next(read_musicxml(tmp_path / name, left_out))) for name in ("a.musicxml", "a.mxl")
    )
    assert plain == zipped == [(0, 4, 60, 0)]
    assert not left_out


DIVISIONS = "<attributes><divisions>{}</divisions></attributes>"
ALTERED = note("C4", 2).replace("</step>", "</step><alter>inf</alter>")
BACK = "<backup><duration>8</duration></backup>"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xml", "no xml", "no MusicXML"),
        ("a.xml", "<html/>", "it is a html"),
        ("a.xml", "<score-timewise/>", "score-partwise is needed"),
        ("a.xml", musicxml({"Tune": [note("r", 8)]}), "no notes"),
        ("a.xml", musicxml({"Tune": [note("C4", "long")]}), "damaged"),
        ("a.xml", musicxml({"Tune": ["<note><pitch/></note>"]}), "damaged"),
        ("a.xml", musicxml({"Tune": [note("H4", 2)]}), "damaged"),
        ("a.xml", musicxml({"Tune": [f"{DIVISIONS.format(0)}{note('C4', 2)}"]}), "damaged"),
        ("a.xml", musicxml({"Tune": [f"{DIVISIONS.format('nan')}{note('C4', 2)}"]}), "three hours"),
        ("a.xml", musicxml({"Tune": [note("C4", "inf")]}), "three hours"),
        ("a.xml", musicxml({"Tune": [note("C4", 0)]}), "no time"),
        ("a.xml", musicxml({"Tune": [note("C9", 2)]}), "outside"),
        ("a.xml", musicxml({"Tune": [ALTERED]}), "damaged"),
        ("a.xml", "<?xml version='1.0' encoding='of-no-name'?><a/>", "unknown encoding"),
        ("a.xml", musicxml({"Tune": [BACK + note("C4", 2)]}), "before the first bar"),
        ("a.mxl", "no zip", "no MusicXML"),
    ],
)
def test_a_bad_file_is_left_out_with_the_reason(tmp_path, name, content, reason):
    (tmp_path / name).write_text(content)
    left_out = []
    assert list(read_musicxml(tmp_path / name, left_out)) == []
    assert left_out[0][0] == tmp_path / name and reason in left_out[0][1]


def test_an_octave_change_is_heard():
    bass = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>"
    score = read({"Bass": [f"<attributes>{bass}</attributes>" + note("C4", 4)]})
    assert table(score) == [(0, 2, 48, 0)]


@pytest.mark.parametrize(
    ("beats", "metre"), [("3", "3/4"), ("0", None), ("3+2", None), ("x", None)]
)
def test_a_metre_that_is_none_is_unknown(beats, metre):
    score = read_score(musicxml({"Tune": [note("C4", 4)]}, beats=beats).encode(), "a")
    assert score.metre == metre


@pytest.mark.parametrize(
    ("fifths", "key"), [("-3", "Eb major"), ("18", None), ("", None), ("two", None)]
)
def test_a_key_that_is_none_is_unknown(fifths, key):
    score = read_score(musicxml({"Tune": [note("C4", 4)]}, fifths=fifths).encode(), "a")
    assert score.key == key


@pytest.mark.parametrize(
    ("tempo", "known"), [("96", 96.0), ("-96", None), ("0", None), ("inf", None), ("nan", None)]
)
def test_a_tempo_that_nobody_plays_is_unknown(tempo, known):
    assert read({"Tune": [f'<sound tempo="{tempo}"/>' + note("C4", 4)]}).tempo == known


def test_an_archive_with_a_password_is_left_out(tmp_path):
    write_mxl(tmp_path / "a.mxl", musicxml({"Tune": [note("C4", 8)]}))
    content = bytearray((tmp_path / "a.mxl").read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(header, place + 1)) >= 0:
            content[place + flags] |= 1
    (tmp_path / "a.mxl").write_bytes(content)
    left_out = []
    assert list(read_musicxml(tmp_path / "a.mxl", left_out)) == []
    assert "encrypted" in left_out[0][1]


def test_an_archive_without_its_score_is_left_out(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as archive:
        archive.writestr("score.xml", "<score-partwise/>")
    left_out = []
    assert list(read_musicxml(tmp_path / "a.mxl", left_out)) == []
    assert "damaged" in left_out[0][1]


def test_another_document_is_refused():
    with pytest.raises(ScoreError, match="score-partwise"):
        read_score(b"<opus/>", "a")
