"""What the page of judges, and lesson 7, say of them is what was measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from refimpl.judging.measures import SET_MEASURES
from refimpl.reproduce.judges.judged_sets import ALL_SETS, IMPOSTORS
from refimpl.reproduce.judges.tables import judge_tables, passed

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "book/results/judges.json").read_text(encoding="utf-8"))
PAGE = " ".join((ROOT / "book/results-judges.md").read_text(encoding="utf-8").split())
LESSON = (ROOT / "book/lessons/07-generation.md").read_text(encoding="utf-8")


def value(column, name):
    return RESULTS["columns"][column]["sets"][name]["value"]


def test_the_tables_are_those_of_the_results():
    tables = (ROOT / "book/results/judges.md").read_text(encoding="utf-8")
    assert tables == judge_tables(RESULTS)
    assert RESULTS["sets"] == list(ALL_SETS) and len(IMPOSTORS) == 11
    assert (RESULTS["n_tunes"], RESULTS["n_training"]) == (100, 300)


def test_no_impostor_passes_everything():
    n = len(RESULTS["columns"])
    counts = {name: len(passed(RESULTS, name)) for name in ALL_SETS}
    assert max(counts[name] for name in IMPOSTORS) < n
    assert counts["real, others"] == n and f"passes all {n} measures" in PAGE
    recited = counts["recited training tunes"]
    assert f"Recited training tunes pass {recited} of {n}" in PAGE
    failed = set(RESULTS["columns"]) - set(passed(RESULTS, "recited training tunes"))
    assert {column.partition("/")[2] for column in failed} == {"copies"}
    music = [column for column in passed(RESULTS, "one C on every beat") if "music" in column]
    assert f"One C on every beat passes all {len(music)} musical measures" in PAGE


@pytest.mark.parametrize(
    ("column", "name", "said"),
    [
        ("joint/fad_infinity", "real, held out", "Real {:.3f}"),
        ("joint/fad_infinity", "resynthesised", "resynthesised {:.3f}"),
        ("joint/fad_infinity", "model", "model {:.3f}"),
        ("joint/fad_infinity", "blocks of random tunes", "blocks {:.2f}"),
        ("joint/fad_infinity", "bigram", "bigram {:.2f}"),
        ("joint/fad_infinity", "shuffled frames", "shuffled {:.2f}"),
        ("joint/fad_infinity", "white noise", "noise {:.2f}"),
        ("turned chroma/fad_infinity", "beats of random length", "FAD∞ {:.3f}, and"),
        ("turned chroma/fad_infinity", "real, others", "{:.3f} for other real tunes"),
        ("music/grid", "beats of random length", "The grid says {:.2f}"),
        ("mel statistics/fad_infinity", "pasted in the wrong key", "FAD∞ {:.2f}, and"),
        ("mel statistics/fad_infinity", "real, others", "{:.2f} for other real tunes"),
        ("turned chroma/fad_infinity", "pasted in the wrong key", "Turned chroma says {:.2f}"),
        ("joint/precision", "one tune, repeated", "precision {:.2f} and"),
        ("joint/coverage", "one tune, repeated", "coverage {:.3f}"),
        ("joint/precision", "bigram", "has precision {:.2f}"),
        ("joint/precision", "resynthesised", "only {:.2f} of them"),
        ("joint/precision", "model", "tunes {:.2f} are"),
    ],
)
def test_the_page_quotes_what_was_measured(column, name, said):
    number = abs(value(column, name)[0])
    assert said.format(number) in PAGE or said.format(number).replace(" 0.", " .") in PAGE


def test_neighbours_are_told_apart_as_the_page_says():
    pairs = {
        (pair["measure"], pair["better"], pair["worse"]): pair
        for pair in RESULTS["order"]
        if pair["embedding"] == "joint"
    }
    order = [pair for key, pair in pairs.items() if key[0] == "fad_infinity"]
    assert all(pair["in_order"] for pair in order)
    assert [pair["told_apart"] for pair in order] == [True, False, True, True, True, True]
    gap = pairs["fad_infinity", "resynthesised", "model"]["gap"]
    mean, low, high = (f"{number:.3f}".replace("-", "−") for number in gap)
    assert f"difference {mean}, from {low} to {high}" in PAGE
    assert pairs["kernel_distance", "real, held out", "resynthesised"]["told_apart"]
    assert not pairs["kernel_distance", "blocks of random tunes", "bigram"]["in_order"]
    assert RESULTS["columns"]["joint/diversity"]["sets"]["bigram"]["passes"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("real, others", "other real tunes are at a Fréchet distance of {} from the corpus"),
        ("model", "the model's at {}"),
        ("bigram", "a bigram's at {}"),
        ("recited training tunes", "recited are at {}:"),
    ],
)
def test_lesson_7_quotes_what_was_measured(name, said):
    mean, _, high = np.array(value("joint/fad_infinity", name))
    number = f"{mean:.2f} ± {high - mean:.2f}".replace("-", "−")
    assert said.format(number) in LESSON


@pytest.mark.parametrize("measure", SET_MEASURES, ids=lambda measure: measure.name)
def test_each_measure_is_fooled_by_what_is_said_to_fool_it(measure):
    if measure.name == "recall":  # no set of the matrix: a claim of its own
        claims = json.loads((ROOT / "book/results/claims.json").read_text(encoding="utf-8"))
        (claim,) = [one for one in claims["claims"] if one["name"] == "Outliers raise recall"]
        assert claim["verdict"] == "shows" and "outliers" in measure.fooled_by
        return
    assert measure.fooled_by in IMPOSTORS
    assert f"joint/{measure.name}" in passed(RESULTS, measure.fooled_by)


def test_every_set_can_be_heard():
    for path in (ROOT / "book/results/sounds").glob("results-judges-*.mp3"):
        assert f"../{path.name}" in PAGE
    assert PAGE.count("<audio") == len(ALL_SETS)
