"""Models of tokens that learn for as long as the diffusion model: how long, how, and their row."""

import json

import pytest

from refimpl.diffusion import SavedDiffusion
from refimpl.pipeline import load_run, load_tokenizer
from refimpl.presets import get_preset, override
from refimpl.reproduce.diffusion import compare_diffusion
from refimpl.reproduce.diffusion.comparison import slug
from refimpl.reproduce.diffusion.equal_time import equal_preset, equal_seconds, train_equal
from refimpl.reproduce.diffusion.measuring import Measurer
from refimpl.reproduce.diffusion.rows import FAMILIES, all_rows
from tests.reproduce.diffusion_studio import small_saved

SMALL = {
    "data.n_train": 2,
    "data.n_validation": 1,
    "model.n_layers": 1,
    "model.hidden_size": 16,
    "model.n_heads": 2,
    "model.ffn_hidden_size": 16,
    "training.warmup_steps": 1,
    "training.progress": False,
    "batch_size": 2,
}
SECONDS = 0.3


@pytest.fixture(scope="module")
def saved():
    made = small_saved()
    return SavedDiffusion(made.model, made.codec, made.branch, facts=made.facts | {"steps": 500})


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("equal-time")
    preset = equal_preset(override(get_preset("neural"), SMALL), SECONDS)
    train_equal(preset, folder / "neural", codec="neural", log=lambda _: None)
    return folder


def test_the_time_is_that_of_the_steps_and_is_kept(tmp_path, saved):
    seconds = equal_seconds(tmp_path, saved, timed=0.2, show=False)
    kept = json.loads((tmp_path / "time.json").read_text())
    assert kept["timed_steps"] >= 1 and kept["diffusion_steps"] == 500
    assert seconds == pytest.approx(500 * kept["seconds_a_step"])
    assert equal_seconds(tmp_path, saved, timed=1000.0) == seconds  # read, not timed again
    more = SavedDiffusion(saved.model, saved.codec, facts={"steps": 1000})
    assert equal_seconds(tmp_path, more, timed=0.2, show=False) != seconds


def test_a_run_begins_with_random_weights_and_ends_by_the_clock(runs):
    run = load_run(runs / "neural")
    assert run.preset.training.steps is None and run.preset.start_from is None
    assert SECONDS <= run.facts["seconds"] < 20 and run.facts["steps"] >= 1
    assert run.tokenizer.codec.fingerprint == load_tokenizer("neural").codec.fingerprint


def test_a_run_that_is_there_has_a_row(tmp_path, saved, runs):
    work = tmp_path / "diffusion"
    work.mkdir()
    for row in all_rows():  # all others are there already, those of further students too
        if row.group == FAMILIES and row.run is None:
            record = {"version": 1, "name": row.name, "group": FAMILIES, "n_tunes": 2}
            (work / f"{slug(row)}.json").write_text(json.dumps(record))
            (work / f"{slug(row)}.mp3").write_bytes(b"sound")
    results = compare_diffusion(
        tmp_path / "out",
        n_tunes=2,
        groups=[FAMILIES],
        work=tmp_path,
        saved=saved,
        students=tmp_path / "none",
        equal_time=runs,
        measurer=lambda studio: Measurer(studio, n_training=2, n_near=3),
        log=lambda _: None,
    )
    rows = {row["name"]: row for row in results["rows"]}
    assert "tokens, equal time" not in rows and "distilled, 4 steps" in rows
    found = rows["residual tokens, equal time"]
    assert found["training"]["core_seconds"] >= SECONDS and found["training"]["steps"] >= 1
    assert found["n_tunes"] == 2 and found["seconds"] > 0
    assert "| residual tokens, equal time |" in (tmp_path / "out" / "diffusion.md").read_text()
    name = "results-diffusion-families-residual-tokens-equal-time.mp3"
    assert (tmp_path / "out" / "sounds" / name).stat().st_size > 1000
