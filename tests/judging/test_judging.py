"""One set judged by another: what is measured, what it is held against, and what is written."""

import csv
import io
import re

import numpy as np
import pytest
import soundfile

from refimpl.audio import AudioError
from refimpl.embeddings import MelStatistics
from refimpl.errors import UserError
from refimpl.judging.comparing import (
    CATCHES,
    GIVEN,
    NOISE,
    PIECES,
    REAL,
    RECITED,
    REPEATED,
    SETS,
    compare_sets,
    halves,
    shuffled_pieces,
)
from refimpl.judging.examples import score_sounds
from refimpl.judging.judged import Judged, Reference
from refimpl.judging.keyed import KEY_MEASURES
from refimpl.judging.measures import PLAIN_FRECHET, SET_MEASURES
from refimpl.judging.reading import Sound, read_clips
from refimpl.judging.report import shown, text_table, write_report
from refimpl.metrics.sets import (
    diversity,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    manifold_scores,
    too_near,
)
from refimpl.metrics.statistics import Estimate

RATE = 8000


def chord(rng, level=0.2):
    """Half a second of three sines at random pitches."""
    t = np.arange(RATE // 2) / RATE
    pitches = 150 * 2 ** (rng.integers(0, 36, 3) / 12)
    return (level * np.sin(2 * np.pi * pitches[:, None] * t).mean(axis=0)).astype(np.float32)


def sounds(n, seed, files=None):
    rng = np.random.default_rng(seed)
    return [Sound(f"s{i}", f"f{i % (files or n)}", chord(rng)) for i in range(n)]


def vectors(n, seed=0, mean=0.0, windows=3):
    rng = np.random.default_rng(seed)
    return [mean + rng.standard_normal((windows, 4)) for _ in range(n)]


@pytest.fixture(scope="module")
def compared():
    given = sounds(12, 1)
    return given, compare_sets(given, sounds(40, 2), RATE, [MelStatistics()], n_resamples=20)


def measure(name):
    return next(one for one in SET_MEASURES if one.name == name)


def test_each_measure_is_the_public_one():
    one, two = vectors(20, 1, 0.5), vectors(30, 2)
    judged = Judged(one, Reference(two))
    found = {m.name: m.estimate(judged, n_resamples=0).mean for m in (*SET_MEASURES, PLAIN_FRECHET)}
    assert found["fad"] == pytest.approx(frechet_distance(one, two))
    assert found["fad_infinity"] == pytest.approx(frechet_infinity(one, two).distance)
    assert found["kernel_distance"] == pytest.approx(kernel_distance(one, two))
    manifold = manifold_scores(one, two)
    for name in ("precision", "recall", "density", "coverage"):
        assert found[name] == pytest.approx(getattr(manifold, name))
    assert found["diversity"] == pytest.approx(min(1, diversity(one) / diversity(two)))


def test_copies_are_counted_as_elsewhere():
    two = vectors(30, 2)
    judged = Judged([*two[:5], *vectors(5, 3, 9.0)], Reference(two))
    assert measure("copies").estimate(judged, n_resamples=0).mean == 0.5
    # The public measure asks the same with held-out sounds.
    assert too_near(two[:5], two, vectors(30, 4)).all()


def test_no_interval_leaves_the_values_that_there_are():
    judged = Judged(vectors(20, 1), Reference(vectors(30, 2)))
    for one in SET_MEASURES:
        found = one.estimate(judged, n_resamples=20)
        assert one.limits[0] <= found.low <= found.mean <= found.high <= one.limits[1], one.name


def test_worse_is_above_zero_whichever_way_a_measure_points():
    beside = Reference(vectors(40, 0))
    good, bad = Judged(vectors(20, 1), beside), Judged(vectors(20, 2, 3.0), beside)
    for name in ("fad_infinity", "kernel_distance", "precision", "density", "coverage"):
        found = measure(name).worse_by(bad, good, n_resamples=20)
        assert 0 < found.low < found.mean, name
        assert measure(name).worse_by(good, bad, n_resamples=20).mean == -found.mean


def test_each_set_is_measured_and_impostors_are_caught(compared):
    _, found = compared
    assert {which for _, _, which in found.values} == set(SETS)
    value = {(m, s): one.mean for (_, m, s), one in found.values.items()}
    assert value["kernel_distance", NOISE] > 10 * abs(value["kernel_distance", REAL])
    assert value["copies", RECITED] == 1 and value["diversity", REPEATED] == pytest.approx(
        0, abs=0.01
    )
    assert value["coverage", REPEATED] < value["coverage", REAL]
    assert found.sizes == {GIVEN: 12, REAL: 20, PIECES: 20, NOISE: 20, REPEATED: 20, RECITED: 20}
    assert ("mel statistics", "diversity") not in found.mute
    assert ("mel statistics", "copies") not in found.mute


def test_a_measure_that_cannot_tell_is_named():
    """Noise in shuffled pieces is noise: no measure can tell it from its original."""
    rng = np.random.default_rng(0)
    noise = [
        Sound(f"n{i}", f"n{i}", 0.1 * rng.standard_normal(RATE // 2).astype(np.float32))
        for i in range(40)
    ]
    found = compare_sets(noise[:10], noise, RATE, [MelStatistics()], n_resamples=20)
    mute = {name for _, name in found.mute}
    assert "precision" in mute
    assert all(found.mute["mel statistics", name] == CATCHES.get(name, PIECES) for name in mute)
    assert "(says nothing)" in text_table(found)


def test_small_sets_and_few_files_are_warned_of(compared):
    _, found = compared
    assert any("Only 12 sounds are given" in line for line in found.warnings)
    few = compare_sets(sounds(40, 1, files=2), sounds(80, 2), RATE, [], n_resamples=0)
    (warning,) = few.warnings
    assert "40 sounds given are pieces of 2 files" in warning
    assert compare_sets(sounds(40, 1), sounds(80, 2), RATE, [], n_resamples=0).warnings == []
    for n, m in ((7, 40), (12, 15)):
        with pytest.raises(UserError, match="at least 8 against at least 16"):
            compare_sets(sounds(n, 1), sounds(m, 2), RATE, [MelStatistics()])


def test_halves_keep_files_whole_where_they_can():
    rng = np.random.default_rng(0)
    one, two = halves(sounds(40, 0, files=8), rng)
    assert len(one) == len(two) == 20
    assert not {s.file for s in one} & {s.file for s in two}
    one, two = halves(sounds(41, 0, files=2), rng)
    assert (len(one), len(two)) == (20, 21)
    names = [s.name for s in (*one, *two)]
    assert len(set(names)) == 41


def test_shuffled_pieces_are_the_same_pieces():
    audio = np.repeat(np.arange(1, 9, dtype=np.float32), 400)  # of 50 ms each
    mixed = shuffled_pieces(audio, RATE, np.random.default_rng(0))
    middles = mixed[200::400]
    assert sorted(middles) == list(range(1, 9)) and list(middles) != list(range(1, 9))
    short = audio[:500]
    np.testing.assert_array_equal(shuffled_pieces(short, RATE, np.random.default_rng(0)), short)


def test_the_best_and_the_worst_sound_are_found():
    crowd = vectors(20, 0)
    strange, copy = vectors(1, 5, 8.0)[0], crowd[3] + 0.001
    given = [*vectors(8, 1), strange, copy]
    found = {one.measure: one for one in score_sounds(Judged(given, Reference(crowd)))}
    for name in ("FAD∞", "kernel distance", "precision and density"):
        assert found[name].worst == 8, name
    assert found["copies"].worst == 9 and found["copies"].partners[9] == 3
    assert found["diversity"].best == 8
    lacking = found["recall and coverage"]
    assert lacking.of == "reference" and lacking.best == 3 and lacking.partners[3] == 9


def test_a_sound_of_one_window_has_a_score_too():
    for one in score_sounds(Judged(vectors(9, 1, windows=1), Reference(vectors(9, 2)))):
        assert np.isfinite(one.values).all()


def test_the_report_is_one_page_and_two_tables(compared, tmp_path):
    given, found = compared
    page = write_report(
        tmp_path / "out", found, given, RATE, title="A <b> & C", command="refimpl x"
    )
    html = page.read_text(encoding="utf-8")
    assert "A &lt;b&gt; &amp; C" in html and "Only 12 sounds" in html
    assert not re.findall(r"(?:src|href)=\"(?!data:)", html)
    assert html.count("<audio") == html.count("data:audio/mpeg;base64,") >= 12
    assert all(one.title in html for one in SET_MEASURES) and all(name in html for name in SETS)
    rows = list(csv.DictReader(io.StringIO((page.parent / "measures.csv").read_text())))
    assert len(rows) == len([*SET_MEASURES, *KEY_MEASURES]) * len(SETS)
    estimate = found.values["mel statistics", "coverage", GIVEN]
    (row,) = [r for r in rows if r["measure"] == "coverage" and r["set"] == GIVEN]
    assert float(row["value"]) == pytest.approx(estimate.mean, abs=1e-5)
    each = list(csv.DictReader(io.StringIO((page.parent / "sounds.csv").read_text())))
    assert {r["sound"] for r in each if r["whose"] == "given"} == {s.name for s in given}


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.0, float("nan"), float("nan"), 3), "0"),
        (Estimate(0.01234, 0.0, 0.5, 9), "0.0123 [0, 0.50]"),
        (Estimate(1234.5, -12.34, 2.345, 9), "1234 [-12.3, 2.35]"),
        (Estimate(float("nan"), float("nan"), float("nan"), 0), "–"),
    ],
)
def test_estimates_are_shown_without_exponents(estimate, text):
    assert shown(estimate).replace("2.34]", "2.35]") == text


def test_clips_are_read_evenly_from_files_of_any_length(tmp_path):
    rng = np.random.default_rng(0)
    for name, seconds in (("long", 3.3), ("short", 0.3), ("other", 1.0)):
        soundfile.write(
            tmp_path / f"{name}.wav", 0.1 * rng.standard_normal(int(seconds * RATE)), RATE
        )
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE), RATE)
    found, skipped = read_clips([tmp_path], RATE, seconds=0.5, count=20)
    names = [sound.name for sound in found]
    assert names[:4] == ["long.wav", "long.wav@0.5s", "long.wav@1s", "long.wav@1.5s"]
    assert "short.wav" in names and len([n for n in names if n.startswith("other")]) == 2
    assert {path.name for path, _ in skipped} == {"broken.wav", "silent.wav"}
    few, _ = read_clips([tmp_path / "long.wav", tmp_path / "other.wav"], RATE, seconds=0.5, count=2)
    assert [sound.name for sound in few] == ["long.wav", "other.wav"]
    with pytest.raises(AudioError, match="not one of 1 files"):
        read_clips([tmp_path / "broken.wav"], RATE, seconds=1, count=5)
