"""Sets of a reproduction as wholes, and how they are added to results that lack them."""

import json

import numpy as np
import pytest

from refimpl.embeddings import MelStatistics
from refimpl.errors import UserError
from refimpl.judging.judged import Reference
from refimpl.pipeline import load_run, read_facts
from refimpl.reproduce import complete_whole_sets
from refimpl.reproduce.completing import SAME, shipped_runs
from refimpl.reproduce.experiments import Experiment, whole_tunes_only
from refimpl.reproduce.measuring import Workshop
from refimpl.reproduce.page import tables
from refimpl.reproduce.reproduction import Reproduction
from refimpl.reproduce.whole_sets import measure_whole
from refimpl.tinytunes import TuneConfig, Tunes

N = 8
LITTLE = {
    "tunes.n_bars": 1,
    "data.n_train": N,
    "data.n_validation": 2,
    "codec.n_clusters": 16,
    "model.n_layers": 1,
    "model.hidden_size": 32,
    "training.steps": 4,
    "model.context_length": 80,
    "training.validate_every": None,
}
TITLE = "Each set as a whole beside training tunes, in the joint embedding"


def vectors(n, seed, spread=1.0, mean=0.0):
    rng = np.random.default_rng(seed)
    return [mean + spread * rng.standard_normal((1, 4)) for _ in range(n)]


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    """The measured run of a small model on very short tunes, and a record without its run."""
    folder = tmp_path_factory.mktemp("whole")
    made = Reproduction(folder / "out", folder / "work", LITTLE, 1, lambda line: None)
    record = made.experiment(Experiment("small", whole_tunes_only()), N, None)
    return folder, {
        "references": made.references(N),
        "experiments": [record, record | {"name": "lost"}],
        "first_losses": dict.fromkeys(("uniform", "tied", "untied", "repeats"), 0.0),
        "command": "refimpl reproduce",
    }


def named_sets(results):
    records = [results["references"], *results["experiments"]]
    return [pair for record in records for pair in record["sets"].items()]


def all_the_sets(results):
    return [one for _, one in named_sets(results)]


def summaries(results):
    return [(name, one["summary"]) for name, one in named_sets(results)]


def test_a_far_set_is_far_and_a_narrow_one_is_not_diverse():
    reference = Reference(vectors(60, 0))
    same, far, narrow = (
        measure_whole(some, reference)
        for some in (vectors(40, 1), vectors(40, 2, mean=3.0), vectors(40, 3, spread=0.1))
    )
    assert same["fad_infinity"].high < far["fad_infinity"].low
    assert narrow["diversity"].high < 0.3 < 0.7 < same["diversity"].mean <= 1
    assert measure_whole(vectors(7, 1), reference) == {}
    assert measure_whole(vectors(40, 1), Reference(vectors(7, 0))) == {}


def test_a_workshop_can_listen_without_measuring():
    tune = next(Tunes("test", TuneConfig(n_bars=1)).take(1))
    (heard,) = Workshop(tune.sample_rate, 0.5, 1, MelStatistics()).hear([tune.render], "a set")
    (expected,) = MelStatistics().embed([tune.render()], tune.sample_rate)
    np.testing.assert_array_equal(heard, expected)


def test_every_set_of_a_reproduction_is_measured_as_a_whole(little):
    _, results = little
    for name, summary in summaries(results):
        for measure in ("fad_infinity", "diversity"):
            found = summary[measure]
            assert found["low"] <= found["mean"] <= found["high"], name
            assert found["n"] == N
    rows = tables(results)[TITLE].splitlines()
    assert len(rows) == 2 + len(summaries(results))
    assert not any("not measured" in row for row in rows)


def test_results_without_these_measures_get_the_same_from_finished_runs(little, tmp_path):
    folder, results = little
    bare = json.loads(json.dumps(results))
    for one in all_the_sets(bare):
        del one["summary"]["fad_infinity"], one["summary"]["diversity"], one["heard_by"]
    assert TITLE not in tables(bare)
    path, said = tmp_path / "results.json", []
    path.write_text(json.dumps(bare), encoding="utf-8")
    options = {"n_tunes": N, "n_training": N, "log": said.append}
    options["runs"] = {"small": load_run(folder / "work/small")}
    found = complete_whole_sets(tmp_path, **options)
    for (name, before), (_, after) in zip(summaries(results)[:4], summaries(found), strict=False):
        for measure in ("fad_infinity", "diversity"):
            assert after[measure] == pytest.approx(before[measure], rel=1e-6), name
    row = next(r for r in tables(found)[TITLE].splitlines() if "lost: model" in r)
    assert "not measured" in row  # nobody has this run
    assert TITLE in (tmp_path / "tables.md").read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == found
    assert len(said) == 4
    complete_whole_sets(tmp_path, **options)
    assert len(said) == 4  # nothing was missing


def test_what_another_version_of_the_embedding_heard_does_not_stay(little, tmp_path):
    folder, results = little
    other = json.loads(json.dumps(results))
    for one in all_the_sets(other):
        one["heard_by"] = "joint, an older one"
        one["summary"]["fad_infinity"]["mean"] = -1.0
    (tmp_path / "results.json").write_text(json.dumps(other), encoding="utf-8")
    options = {"n_tunes": N, "n_training": N, "log": lambda _: None}
    options["runs"] = {"small": load_run(folder / "work/small")}
    found = complete_whole_sets(tmp_path, **options)
    heard = {one["heard_by"] for one in all_the_sets(found) if "fad_infinity" in one["summary"]}
    assert heard == {one["heard_by"] for one in all_the_sets(results)}
    means = [one["summary"].get("fad_infinity", {"mean": 0})["mean"] for one in all_the_sets(found)]
    assert len(means) > 4 and min(means) > -1.0


def test_a_record_gets_nothing_from_a_model_that_is_not_its_own():
    facts = read_facts("course")
    record = {key: facts[key] for key in SAME} | {"sets": {}}
    assert set(shipped_runs({"course": record}, 1)) == {"course"}
    assert shipped_runs({"course": record | {"steps": record["steps"] + 1}}, 1) == {}
    assert shipped_runs({}, 1) == {}


def test_without_results_there_is_nothing_to_complete(tmp_path):
    with pytest.raises(UserError, match="run refimpl reproduce"):
        complete_whole_sets(tmp_path)
