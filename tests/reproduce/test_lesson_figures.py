"""Figures that lessons quote, and their pages of results, are those that were measured."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from refimpl.reproduce.level_codecs import level_tables
from refimpl.reproduce.score_codecs import score_table

ROOT = Path(__file__).parents[2]
LESSON = (ROOT / "book/lessons/08-neural-codecs.md").read_text(encoding="utf-8")
PAGE = (ROOT / "book/results-codecs.md").read_text(encoding="utf-8")
NAMES = {  # in the lesson, and in the results
    "MP3": "MP3, 8.4 kbit/s",
    "the course's codebook": "the course's codebook, 1,024",
    "neural codec, 4 books": "neural codec, 4 × 512",
    "neural codec, 2 books": "neural codec, 2 × 512",
    "neural codec, 1 book": "neural codec, 1 × 512",
}
MEASURES = ("bits_per_second", "si_sdr", "mel_sound", "melody", "bass")


def results(name: str) -> dict:
    return json.loads((ROOT / f"book/results/{name}.json").read_text(encoding="utf-8"))


def number(cell: str) -> float:
    return float(re.sub(r"[^\d.-]", "", cell.replace("−", "-")))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_codecs_says_what_was_measured(name):
    (line,) = re.findall(rf"^\| {re.escape(name)} \|(.*)\|$", LESSON, re.MULTILINE)
    cells = [cell.strip() for cell in line.split("|")]
    (row,) = [row for row in results("codecs")["rows"] if row["name"] == NAMES[name]]
    for cell, measure in zip(cells, MEASURES, strict=True):
        decimals = len(cell.split(" ")[0].partition(".")[2])
        assert number(cell) == round(row[measure]["mean"], decimals), measure


def test_what_a_critic_changes_is_what_was_measured():
    found = results("critic-effect")
    seconds = {
        name: sum(run["core_seconds"] for run in found["runs"] if run["name"] == name)
        for name in ("without", "with a critic")
    }
    ratio = f"{seconds['with a critic'] / seconds['without']:.1f} times"
    mel, sdr = found["differences"]["mel_db"], found["differences"]["si_sdr"]
    assert mel["n"] == sdr["n"] == 3
    assert found["differences"]["melody"]["mean"] == found["differences"]["bass"]["mean"] == 0
    for text in (LESSON, " ".join(PAGE.split())):
        assert ratio in text
        assert f"the mel distance by {mel['mean']:.1f} dB" in text
        assert f"SI-SDR by {-sdr['mean']:.1f} dB" in text
    assert f"95 % interval {mel['low']:.1f} to {mel['high']:.1f}" in PAGE
    assert f"({-sdr['high']:.1f} to {-sdr['low']:.1f})" in PAGE


def test_the_vocoder_is_described_as_it_was_measured():
    found = results("vocoders")
    ours, search = found["measures"]["vocoder"], found["measures"]["Griffin-Lim"]
    text = " ".join(PAGE.split())
    assert f"{found['steps']} steps ({found['core_seconds']:.0f} seconds of one core)" in text
    assert f"{ours['speed'] / search['speed']:.0f} times as fast" in text
    assert (
        f"{ours['melody']:.2f}".lstrip("0")
        + f" of the melody is right against {search['melody']:.2f}"
        in text
    )
    assert f"{ours['mel_db']:.1f} dB against {search['mel_db']:.1f} dB" in text


def test_the_tables_of_chords_and_drums_are_those_of_the_results():
    found = results("levels")
    tables = (ROOT / "book/results/levels.md").read_text(encoding="utf-8")
    assert tables == level_tables(found)
    for level in (2, 3):
        notes = {r["name"]: r["f_score"]["mean"] for r in found["rows"] if r["level"] == level}
        bits = {r["name"]: r["bits_per_second"]["mean"] for r in found["rows"]}
        first, four = "neural codec, 1 × 512", "k-means, 4 × 512"
        assert bits[four] / bits[first] == pytest.approx(16)
        assert notes[first] > notes[four]
        assert 0.5 < notes["k-means, 1 × 512"] / notes["mel frames, no codes"] < 0.65


def test_the_notes_of_chorales_are_those_that_were_measured():
    found = results("chorales")
    table = (ROOT / "book/results/chorales.md").read_text(encoding="utf-8")
    assert table == score_table(found)
    notes = {row["name"]: row["f_score"]["mean"] for row in found["rows"]}
    bits = {row["name"]: row["bits_per_second"]["mean"] for row in found["rows"]}
    two, eight = "neural codec, 2 × 512", "neural codec, 8 × 512"
    own, course = "k-means, 1 × 1,024", "the course's codebook, fitted on tinytunes"
    text = PAGE[PAGE.index("## Four voices") :]
    for name in ("the sound itself", course, own, two, eight):
        assert f"{notes[name]:.2f}".lstrip("0") in text, name
    assert bits[two] < bits[own] == bits[course] and notes["k-means, 4 × 512"] <= notes[own]


def test_the_exchanged_colours_are_those_that_were_heard():
    sounds = results("swap")["sounds"]
    for name in sounds:
        assert (ROOT / f"book/results/sounds/results-swap-{name}.mp3").exists()
        assert f"results-swap-{name}.mp3" in PAGE
    assert sounds["one"]["notes"] == "clarinet" and sounds["other"]["notes"] == "piano"
    text = PAGE[PAGE.index("### Two melodies") :]
    for name, to in (("one", "piano"), ("one-own", "piano"), ("one-swapped", "piano")):
        assert f"{sounds[name]['distances'][to]:.1f} dB" in text
    for name in ("other-own", "other-swapped"):
        assert f"{sounds[name]['distances']['clarinet']:.1f} dB" in text


# Lesson 10 ----------------------------------------------------------------------------------------

MEMORY = ROOT / "book/results/memory.json"


@pytest.mark.skipif(not MEMORY.exists(), reason="refimpl reproduce --memory makes them")
def test_what_lesson_10_says_of_memory_was_measured():
    """It says in words what its table shows, of the shortest training."""
    found = results("memory")
    seconds = min(run["seconds"] for run in found["runs"])
    known, guessed, returns = {}, {}, {}
    for run in (run for run in found["runs"] if run["seconds"] == seconds):
        phrase, name = run["recall"]["32"], run["name"]
        known.setdefault(name, []).append(phrase["right"])
        guessed.setdefault(name, []).append(phrase["first_right"])
        returns.setdefault(name, []).append(run["sets"]["top-p 0.9"]["returns"]["mean"])
    real = found["references"]["sets"]["held-out tunes"]["returns"]["mean"]
    shifted = "RoPE, shifted keys"
    assert min(known[shifted]) > 0.5  # "most of a phrase is known the second time"
    assert np.mean(returns[shifted]) < 0.25 * real  # "hardly"
    for name in set(known) - {shifted}:
        third = 0.4 if name == "RoPE" else 1 / 3  # "or two fifths with RoPE"
        assert np.mean(known[name]) == pytest.approx(third, abs=0.015), name
        for one, first in zip(known[name], guessed[name], strict=True):
            assert one - first < 0.1, name  # "little more than they guess the first time"
    for name in ("RoPE", "recurrence"):
        asked = known.get(f"{name}, eight objectives", [0.0])
        assert sum(asked) / len(asked) < sum(known[name]) / len(known[name])


@pytest.mark.skipif(not MEMORY.exists(), reason="refimpl reproduce --memory makes them")
def test_what_lesson_10_says_of_the_longer_training_was_measured():
    found = results("memory")
    real = found["references"]["sets"]["held-out tunes"]
    lesson = (ROOT / "book/lessons/10-long-memory.md").read_text(encoding="utf-8")

    def mean(seconds, measure):
        runs = [run for run in found["runs"] if run["seconds"] == seconds]
        runs = [run for run in runs if run["name"] == "RoPE, shifted keys"]
        assert len(runs) == 3
        return float(np.mean([run["sets"]["top-p 0.9"][measure]["mean"] for run in runs]))

    shares = mean(80, "returns"), real["returns"]["mean"], mean(600, "returns")
    words = (
        "hardly: {:.2f} of its runs return, against {:.2f} in real tunes. After 600 seconds {:.2f}"
    )
    assert words.format(*shares) in lesson
    assert round(mean(600, "times")) == 8  # "this model eight times"
    assert 2 <= real["times"]["mean"] < 2.5  # "about twice"
