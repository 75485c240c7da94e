"""ABC notation: each sign has the effect that the standard gives it."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.corpora.scores import score
from refimpl.corpora.scores.abc import read_abc, read_key, read_tune
from refimpl.corpora.scores.score import ScoreError
from tests.corpora.scores.score_examples import TUNE, table


def tune(body, *, key="C", metre="4/4", unit="1/8"):
    return read_tune(f"X:1\nM:{metre}\nL:{unit}\nK:{key}\n{body}\n", "tune")


def pitches(body, **head):
    return tune(body, **head).notes[:, 2].tolist()


def rhythm(body, **head):
    """Onsets and durations in units of a whole head's unit, here eighths."""
    return [(2 * onset, 2 * duration) for onset, duration, *_ in table(tune(body, **head))]


def test_the_head_says_what_the_piece_is():
    score = read_tune(TUNE, "a")
    assert (score.title, score.key, score.metre) == ("The Test -- Reel", "G major", "4/4")
    assert score.notes[:, 2].tolist() == [62, 67, 69, 71, 72, 74, 78, 76, 74, 72, 71]
    assert (score.bars / 480).tolist() == [0, 4, 8]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C,CcC'c'", [48, 60, 72, 72, 84]),
        ("^C_D=E^^F__G", [61, 61, 64, 67, 65]),
        ("^FF|F", [66, 66, 65]),  # an accidental lasts to the bar line
        ("^Ff", [66, 77]),  # in its own octave
        ("[CEG]2", [60, 64, 67]),
        ('"Am"A!trill!B{cd}c~d', [69, 71, 72, 74]),
        ("uAvB.c(de)", [69, 71, 72, 74, 76]),
        ("A%B\nc", [69, 72]),
        ("A\\\nB", [69, 71]),
        ("A z B x C", [69, 71, 60]),
        ("A+trill+B +mf+c+f+d", [69, 71, 72, 74]),
        ("F[K:G]F", [65, 66]),
        ("F\nK:D\nFC", [65, 66, 61]),
    ],
)
def test_letters_are_pitches(body, expected):
    assert pitches(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A2B/2c/d3/2", [(0, 2), (2, 0.5), (2.5, 0.5), (3, 1.5)]),
        ("A//B", [(0, 0.25), (0.25, 1)]),
        ("A>B c<d", [(0, 1.5), (1.5, 0.5), (2, 0.5), (2.5, 1.5)]),
        ("A>>B", [(0, 1.75), (1.75, 0.25)]),
        ("(3ABc d", [(0, 2 / 3), (2 / 3, 2 / 3), (4 / 3, 2 / 3), (2, 1)]),
        ("(3:2:2AB c", [(0, 2 / 3), (2 / 3, 2 / 3), (4 / 3, 1)]),
        ("(2AB", [(0, 1.5), (1.5, 1.5)]),
        ("(1:2:2AB c", [(0, 2), (2, 2), (4, 1)]),
        ("(10:6:4A3/2B3/2cd e", [(0, 0.9), (0.9, 0.9), (1.8, 0.6), (2.4, 0.6), (3, 1)]),
        ("{g}(3A{g}Bc d", [(0, 2 / 3), (2 / 3, 2 / 3), (4 / 3, 2 / 3), (2, 1)]),
        ("A>{g}B", [(0, 1.5), (1.5, 0.5)]),
        ("A2-A2", [(0, 4)]),
        ("A4-|A2B", [(0, 6), (6, 1)]),
        ("A-B", [(0, 1), (1, 1)]),  # nothing to join
        ("z2A", [(2, 1)]),
        ("Z A", [(8, 1)]),
        ("A[L:1/4]B", [(0, 1), (1, 2)]),
    ],
)
def test_signs_are_durations(body, expected):
    found = rhythm(body)
    assert np.allclose(found, expected, atol=0.003)


def test_without_a_unit_the_metre_decides():
    short = read_tune("X:1\nM:2/4\nK:C\nA", "a")
    long = read_tune("X:1\nM:6/8\nK:C\nA", "a")
    assert (short.notes[0, 1], long.notes[0, 1]) == (120, 240)


@pytest.mark.parametrize(
    ("body", "played"),
    [
        ("|:A|B:|c|", "ABABc"),
        ("A|B:|c|d:|", "ABABcdcd"),  # a section begins where the last one ended
        ("|:A|1B:|2c||d", "ABAcd"),
        ("|:A|[1B:|[2c:|d|e:|", "ABAcdede"),
        ("|:A::B:|", "AABB"),
        ("|:A:|:B:|", "AABB"),
        ("|::A::|B", "AAAB"),
        ("|:A|[1,2B:|[3c||d", "ABABAcd"),
        ("|:A|1,3B:|2c:|d", "ABAcABd"),
        ("|:A|[1B:|[5c||d", "ABAd"),
        ("|:A|[1B:|[2c:|[3d:|e:|", "ABAcAdee"),
        ("|:A|1B|2c:|", "AB"),  # no sign says that it is played again
        ("A|B||c|", "ABc"),
    ],
)
def test_repeats_are_played(body, played):
    names = dict(zip([69, 71, 72, 74, 76], "ABcde", strict=True))
    assert "".join(names[p] for p in pitches(body)) == played


@pytest.mark.parametrize(
    ("text", "fifths", "mode"),
    [
        ("G", 1, "major"),
        ("Am", 0, "minor"),
        ("EM", 4, "major"),
        ("Bb", -2, "major"),
        ("F# minor", 3, "minor"),
        ("D Mixolydian", 1, "mixolydian"),
        ("Ador", 1, "dorian"),
        ("Hp", 2, "mixolydian"),
        ("none", 0, "major"),
        ("", 0, "major"),
    ],
)
def test_a_key_has_a_signature(text, fifths, mode):
    assert read_key(text)[:2] == (fifths, mode)


def test_a_key_may_name_further_accidentals():
    assert read_key("D =c")[2] == {"F": 1, "C": 0}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X:1\nT:no key\nABC", "K:"),
        ("X:1\nK:C\n", "no notes"),
        ("X:1\nK:Q\nABC", "key"),
        ("X:1\nK:A#\nABC", "seven"),
        ("X:1\nL:eight\nK:C\nABC", "unit length"),
        ("X:1\nK:C\nV:1\nABC\nV:2\nABC", "several voices"),
        ("X:1\nK:C\nA99999999", "three hours"),
        ("X:1\nK:C\nA,,,,,,,,", "outside"),
        ("X:1\nK:C\nA/0", "'/0'"),
        ("X:1\nK:C\nA/" + "9" * 400, "no time"),
        ("X:1\nK:C\nA" + "9" * 400, "three hours"),
        ("X:1\nK:C\nA|Z99999999|", "three hours"),
        ("X:1\nM:4/4\nL:1/" + "9" * 30 + "\nK:C\nA", "no time"),
    ],
)
def test_what_cannot_be_read_has_a_reason(text, reason):
    with pytest.raises(ScoreError, match=reason):
        read_tune(text, "bad")


def test_a_file_holds_many_tunes_and_names_those_it_leaves_out(tmp_path):
    file = tmp_path / "tunes.abc"
    file.write_bytes(("A book\n\n" + TUNE + "\nX:2\nT:Café\nABC\n\n" + TUNE).encode("latin-1"))
    left_out = []
    scores = list(read_abc(file, left_out))
    assert [score.name for score in scores] == ["tunes#1", "tunes#3"]
    assert len(left_out) == 1 and "K:" in left_out[0][1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_a_mark_of_the_encoding_costs_no_tune(encoding, tmp_path):
    file = tmp_path / "tunes.abc"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    file.write_bytes((mark + TUNE + "\n" + TUNE).encode(encoding))
    left_out = []
    assert [score.name for score in read_abc(file, left_out)] == ["tunes#1", "tunes#2"]
    assert left_out == []


def test_a_file_too_large_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(score, "LARGEST", 2**20)
    file = tmp_path / "large.abc"
    file.write_text(TUNE + " " * 2**20)
    left_out = []
    assert list(read_abc(file, left_out)) == [] and "more than 1 MB" in left_out[0][1]


@given(st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damage_is_a_reason_and_no_crash(tmp_path, data):
    content = bytearray(f"{TUNE}(3ABc [ceg]2 z4|1 A>B :|2 [K:D] c-|c/2 ::\n".encode())
    signs = [*b"()[]:|/0123456789,'^_=-<>{}!+KLMVX\n\"", *range(0, 256, 16)]
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from(signs))
    (tmp_path / "a.abc").write_bytes(content)
    left_out = []
    for one in read_abc(tmp_path / "a.abc", left_out):
        assert len(one.notes) and np.all(one.notes[:, 1] > 0) and np.all(np.diff(one.bars) > 0)
    assert all(reason for _, reason in left_out)


def test_a_file_of_one_tune_leaves_nothing_out(tmp_path):
    (tmp_path / "tune.abc").write_text(TUNE)
    left_out = []
    assert [score.name for score in read_abc(tmp_path / "tune.abc", left_out)] == ["tune#1"]
    assert left_out == []


def test_no_tune_at_all_is_said(tmp_path):
    file = tmp_path / "letter.abc"
    file.write_text("Dear friend,\nA: yes.")
    left_out = []
    assert list(read_abc(file, left_out)) == []
    assert "X:" in left_out[0][1]
