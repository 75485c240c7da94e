"""The comparison of layouts: what it keeps, what it measures, and the claims that it decides."""

import json
import shutil
from math import log2

import numpy as np
import pytest
import torch

from refimpl.conditioning import Metadata
from refimpl.errors import UserError
from refimpl.layouts import LAYOUTS, make_layout
from refimpl.reproduce.claims import judge
from refimpl.reproduce.claims.claim import DOES_NOT_SHOW, SHOWS
from refimpl.reproduce.claims.layouts import layouts
from refimpl.reproduce.layouts import compare_layouts, comparison
from refimpl.reproduce.layouts.arms import (
    DELAY,
    FLATTEN,
    FLATTEN_LONG,
    PARALLEL,
    all_arms,
    batch_size,
)
from refimpl.reproduce.layouts.comparison import Size, Study
from refimpl.reproduce.layouts.measuring import JUDGED, bits_per_second
from refimpl.reproduce.layouts.row_clock import RowClock, steps_of_rows
from refimpl.reproduce.layouts.training import new_layout_model
from refimpl.text_to_music import BeatClock
from refimpl.text_to_music.corpus import TuneCodes
from refimpl.text_to_music.tunes import mixed_tunes
from refimpl.tinytunes.attributes import Attributes
from refimpl.training.checkpoint import list_checkpoints
from tests.text_to_music.composer_examples import SMALL, small_composer, sound_of

SIZE = Size(seconds=0.2, n_prompts=2, n_train=3, n_held_out=3, n_judge_tunes=24, shape=SMALL)
STREAMS = (5, 5, 5, 5)
MEASURES = ("bits", "asked", "agreed", "fad", "seconds_a_tune")


def small_corpus(split):
    codec, tunes = small_composer().tokenizer.codec, list(mixed_tunes(split, range(3)))
    codes = [codec.encode(sound_of(tune)) for tune in tunes]
    unsung = [np.empty(0, dtype=np.int64)] * len(tunes)
    return TuneCodes(codes, unsung, [Attributes.of(tune.facts) for tune in tunes])


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layouts")
    options = {"size": SIZE, "composer": small_composer(), "n_seeds": 1, "work": folder}
    options["corpus"] = {split: small_corpus(split) for split in ("train", "validation")}
    options |= {"arms": [FLATTEN_LONG, DELAY, FLATTEN], "log": lambda _: None}
    return folder, options, compare_layouts(folder / "out", **options)


def test_every_layout_is_trained_and_measured(compared):
    _, _, results = compared
    runs = {run["name"]: run for run in results["runs"]}
    assert list(runs) == [DELAY, FLATTEN, FLATTEN_LONG]
    # As long as the others, or as many tunes as one of them.
    assert runs[DELAY]["stopped_by"] == runs[FLATTEN]["stopped_by"] == "seconds"
    size = batch_size(make_layout("flat", small_composer().tokenizer.codec.stream_sizes))
    assert abs(runs[FLATTEN_LONG]["tunes_seen"] - runs[DELAY]["tunes_seen"]) <= size / 2
    n_streams = small_composer().tokenizer.layout.n_streams
    rate = small_composer().step_rate
    assert runs[FLATTEN]["rows_a_second"] == n_streams * rate
    for run in runs.values():
        assert run["bits"] > 0 and run["fad"] > 0 and run["seconds_a_tune"] > 0
        assert set(run["agreed"]) == set(JUDGED)
        assert run["asked"] == pytest.approx(np.mean(list(run["agreed"].values())))
    real, coded = results["references"]
    assert real["asked"] > 0.8
    assert real["fad"] != coded["fad"] > 0


def test_results_are_kept_and_not_made_again(compared):
    folder, options, results = compared
    stored = json.loads((folder / "out" / "layouts.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(results))
    tables = (folder / "out" / "layouts.md").read_text(encoding="utf-8")
    assert all(run["name"] in tables for run in results["runs"])
    assert f"{results['runs'][0]['bits']:.1f}" in tables
    before = {path: path.stat().st_mtime_ns for path in (folder / "layouts").glob("*.json")}
    assert len(before) == 4
    assert compare_layouts(folder / "out", **options | {"corpus": {}}) == results
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "layouts").glob("*.json")}


def test_a_long_run_needs_the_one_whose_tunes_it_counts(compared):
    folder, options, _ = compared
    with pytest.raises(UserError, match="make delay first, or both at once"):
        compare_layouts(folder / "none", **options | {"arms": [FLATTEN_LONG], "n_seeds": 2})


def test_a_run_that_was_killed_goes_on_from_its_checkpoint(compared, tmp_path, monkeypatch):
    study = Study(SIZE, tmp_path, small_composer(), compared[1]["corpus"])
    monkeypatch.setattr(Study, "bench", None)

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparison, "measure_layout", killed)
    with pytest.raises(KeyboardInterrupt):
        study.run(all_arms()[DELAY], 1)
    (checkpoint,) = list_checkpoints(study.place / "delay-0.2-1")
    monkeypatch.setattr(comparison, "measure_layout", lambda *_, **__: {"bits": 1.0})
    record = study.run(all_arms()[DELAY], 1)
    assert checkpoint.name.endswith(str(record["steps"]))
    assert record["stopped_by"] == "seconds" and study.read("delay-0.2-1") == record
    assert not (study.place / "delay-0.2-1").exists()


@pytest.mark.parametrize("name", ["heard_by", "codec"])
def test_what_is_of_another_version_is_made_again(name, compared, tmp_path, monkeypatch):
    folder, options, results = compared
    made, said = [], []

    def measured(*_, **__):
        made.append("a run")
        return {key: results["runs"][0][key] for key in MEASURES}

    monkeypatch.setattr(comparison, "train_layout", lambda *_, **__: (None, {"stopped_by": ""}))
    monkeypatch.setattr(comparison, "Composer", lambda *_: None)
    monkeypatch.setattr(comparison, "measure_layout", measured)
    monkeypatch.setattr(comparison, "measure_reference", lambda *_: {"name": "", **measured()})
    monkeypatch.setattr(comparison, "layout_tables", str)
    monkeypatch.setattr(Study, "bench", None)
    shutil.copytree(folder / "layouts", tmp_path / "layouts")
    options = options | {"arms": [DELAY, FLATTEN], "work": tmp_path, "log": said.append}
    again = compare_layouts(tmp_path / "out", **options)
    assert not made and again["runs"] == results["runs"]
    assert not any("differ" in line for line in said)
    for path in (tmp_path / "layouts").glob("[df]*-1.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(record | {name: "another"}), encoding="utf-8")
    said.clear()
    again = compare_layouts(tmp_path / "out", **options)
    assert said[0] == f"2 of 3 records differ in {name}, and are made again"
    assert len(made) == 2 and [run["name"] for run in again["runs"]] == [DELAY, FLATTEN]
    assert again[name] == results[name] != "another"


def test_there_are_only_layouts_of_the_table(compared):
    folder, options, _ = compared
    with pytest.raises(UserError, match="no layout 'delya'.*delay"):
        compare_layouts(folder / "none", **options | {"arms": ["delya"]})
    assert {arm.layout for arm in all_arms().values()} == set(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_row_belongs_to_the_step_whose_codes_it_holds(name):
    n_steps = 4
    layout = make_layout(name, (n_steps,) * 4)
    codes = np.arange(n_steps)[:, None].repeat(4, axis=1)
    rows = layout.to_tokens(codes)
    found = steps_of_rows(layout, n_steps, len(rows)).numpy()
    for row, step in zip(rows, found, strict=True):
        held = row[layout.vocabulary.is_code(row)] % n_steps
        # With delays the finer streams hold codes of steps before.
        if "delay" in name:
            assert step == row[0] or not layout.vocabulary.is_code(row[:1])[0]
        else:
            assert set(held) <= {step}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_beat_is_heard_where_the_codes_of_its_step_are(name):
    layout = make_layout(name, STREAMS)
    clip, rate, n_beats, n_steps = Metadata("", {"tempo": 120.0}), 8.0, 4, 16
    clock = RowClock(6, layout, step_rate=rate, n_rows=80, n_beats=n_beats)
    vectors, mask = clock.encode([clip])
    assert vectors.shape == (1, 80, 6) and mask.all()
    plain = BeatClock(6, step_rate=rate, n_steps=80, n_beats=n_beats)
    plain.load_state_dict(clock.state_dict())
    steps = steps_of_rows(layout, n_steps, 80)
    assert torch.allclose(vectors[0], plain.encode([clip])[0][0][steps], atol=1e-6)
    assert not clock.encode([Metadata("")])[1].any()


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_model_without_a_preference_needs_the_bits_of_a_code(name):
    layout = make_layout(name, STREAMS)
    model = new_layout_model(layout, 8.0, seed=0, shape=SMALL).eval()
    with torch.no_grad():
        for weight in model.backbone.backbone.lm_head.parameters():
            weight.zero_()
    codes = np.random.default_rng(0).integers(0, 5, (12, 4))
    tunes = TuneCodes([codes], [np.empty(0)], [Attributes(tempo=120.0)])
    wanted = 4 * 8 * log2(layout.vocabulary.size)
    assert bits_per_second(model, layout, tunes, 8.0) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_step_has_as_many_rows_under_every_layout_and_the_slowest_tune_fits(name):
    layout = make_layout(name, STREAMS)
    assert batch_size(layout) * layout.rows_per_step == 16
    model = new_layout_model(layout, 8.0, seed=0, shape=SMALL)
    slowest = layout.to_tokens(np.zeros((107, 4), dtype=np.int64))  # 16 beats at 72 a minute
    assert len(slowest) < model.config.transformer.context_length


def test_the_records_decide(tmp_path):
    def write(delay, flat, long, n=3):
        given = {PARALLEL: (140, 0.5), DELAY: delay, FLATTEN: flat, FLATTEN_LONG: long}
        runs = [
            {"name": name, "seed": seed, "bits": bits + seed / 10, "asked": asked + seed / 100}
            for name, (bits, asked) in given.items()
            for seed in range(1, n + 1)
        ]
        found = {"settings": {"seconds": 30.0}, "runs": runs}
        (tmp_path / "layouts.json").write_text(json.dumps(found), encoding="utf-8")
        claims = layouts(tmp_path)
        return {c.name: judge(c, [c.experiment(i) for i in range(c.n_seeds)])[1] for c in claims}

    assert layouts(tmp_path) == []
    assert set(write((130, 0.6), (150, 0.5), (120, 0.7)).values()) == {SHOWS}
    assert set(write((150, 0.4), (150, 0.5), (160, 0.3)).values()) == {DOES_NOT_SHOW}
    # A loss of less than .05 is none.
    assert write((130, 0.47), (150, 0.5), (120, 0.6))["Delay against flatten"] == SHOWS
    assert write((130, 0.6), (150, 0.5), (120, 0.6), n=2) == {}
