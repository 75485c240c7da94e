"""The comparison of the diffusion model: what it measures, keeps and shows."""

import json

import numpy as np
import pytest
import torch

from refimpl.diffusion import (
    tunes_of_level_1,
)
from refimpl.errors import UserError
from refimpl.reproduce.diffusion import compare_diffusion
from refimpl.reproduce.diffusion.measuring import (
    BEAT,
    Measurer,
    agreement,
    in_asked_key,
    on_grid,
    onset_f_score,
    rise_at_joins,
)
from refimpl.reproduce.diffusion.rows import GAPS, STRENGTH
from refimpl.reproduce.diffusion.tables import cell
from refimpl.reproduce.diffusion.writers import same_key
from tests.reproduce.diffusion_studio import small_saved


@pytest.fixture(scope="module")
def saved():
    return small_saved()


def compare(folder, saved, **options):
    given = {"n_tunes": 10, "students": folder / "none", "log": lambda _: None}
    given["measurer"] = lambda studio: Measurer(studio, n_training=2, n_near=3)
    return compare_diffusion(folder / "out", saved=saved, work=folder, **given | options)


def test_rows_are_kept_and_shown(tmp_path, saved):
    results = compare(tmp_path, saved, groups=[GAPS])
    assert {row["group"] for row in results["rows"]} == {GAPS}
    original, pasted = results["rows"][:2]
    assert original["n_tunes"] == 2 and pasted["seconds"] is None
    assert {"as_in_the_tune", "onsets", "on_the_grid", "diversity"} <= set(original)
    assert results["rows"][2]["seconds"] > 0
    written = json.loads((tmp_path / "out" / "diffusion.json").read_text())
    assert written == json.loads(json.dumps(results))
    table = (tmp_path / "out" / "diffusion.md").read_text()
    assert "| pasted from a tune in its key |" in table and "900 seconds" in table
    assert len(list((tmp_path / "out" / "sounds").iterdir())) == 3

    def refuse(studio):
        raise AssertionError("a row that is kept was measured again")

    assert compare(tmp_path, saved, groups=[GAPS], measurer=refuse)["rows"] == results["rows"]


def test_a_group_that_is_none_is_named(tmp_path, saved):
    with pytest.raises(UserError, match="no group 'gap'"):
        compare(tmp_path, saved, groups=["gap"])


def test_groups_are_added_to_those_that_are_there(tmp_path, saved):
    path = tmp_path / "diffusion" / "guidance-no-key.json"
    path.parent.mkdir()
    path.with_suffix(".mp3").write_bytes(b"sound")
    row = {"version": 1, "name": "no key", "group": STRENGTH, "n_tunes": 5}
    path.write_text(json.dumps(row))
    table = tmp_path / "out" / "diffusion.md"
    compare(tmp_path, saved, groups=[STRENGTH], n_tunes=2)
    assert "| no key | – |" in table.read_text() and "| guidance 8 |" in table.read_text()
    assert "2 or 5 tunes" in table.read_text()


def test_a_rise_at_joins_is_found():
    level = np.tile([6.0, 4.0, 2.0, 0.0], 10)[:, None] * np.ones((1, 5)) - 40
    assert rise_at_joins(level, 4) == pytest.approx(8.0, abs=0.01)
    falling = -2.0 * np.arange(40)[:, None] * np.ones((1, 5)) - 10
    assert rise_at_joins(falling, 4) == pytest.approx(0.0, abs=0.01)


def test_a_melody_agrees_where_it_sounds():
    heard, wanted = torch.tensor([0, 4, 7, 2]), torch.tensor([0, 4, 5, -1])
    assert agreement(heard, wanted) == pytest.approx(2 / 3)
    assert np.isnan(agreement(heard, torch.full((4,), -1)))


def test_onsets_on_the_grid_and_as_in_the_tune():
    eighth = BEAT / 2
    onsets = np.array([0, 1, 2.5, 4]) * eighth
    assert on_grid(onsets) == 0.75 and np.isnan(on_grid(np.zeros(0)))
    assert onset_f_score(onsets, onsets) == 1
    assert onset_f_score(onsets, onsets[:2]) == pytest.approx(4 / 6)
    assert onset_f_score(np.zeros(0), onsets) == 0 and onset_f_score(np.zeros(0), np.zeros(0)) == 1


def test_notes_of_a_tune_are_in_its_key():
    (tune,) = tunes_of_level_1("test", 1)
    sound = tune.render()
    assert in_asked_key(sound, tune.sample_rate, tune.key) == 1
    assert in_asked_key(sound, tune.sample_rate, tune.key + 6) < 0.6
    assert np.isnan(in_asked_key(sound, tune.sample_rate, tune.key, (0.0, 0.0)))


def test_another_tune_in_the_same_key():
    tunes = tunes_of_level_1("test", 4)
    others = tunes_of_level_1("validation", 120)
    chosen = same_key(tunes, others)
    assert [one.key for one in chosen] == [tune.key for tune in tunes]
    assert len({one.index for one in chosen}) == 4


def test_cells():
    estimate = {"mean": 0.5, "low": 0.25, "high": 0.75, "n": 2}
    assert cell(estimate, "grid") == "0.50 [0.25, 0.75]"
    assert cell({**estimate, "mean": None}, "grid") == cell(None, "grid") == "–"
    assert cell(0.0123, "seconds") == "0.012" and cell(13.37, "diversity") == "13.37"
