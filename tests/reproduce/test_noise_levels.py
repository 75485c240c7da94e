"""What a network should predict: measures by level of noise, and the claims they decide."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from refimpl.diffusion import DiffusionModel
from refimpl.diffusion.schedules import SCHEDULES
from refimpl.reproduce.claims import judge
from refimpl.reproduce.claims.claim import DOES_NOT_SHOW, SHOWS
from refimpl.reproduce.claims.diffusion import diffusion
from refimpl.reproduce.diffusion import noise_levels
from refimpl.reproduce.diffusion.noise_levels import (
    ARMS,
    LEVELS,
    VELOCITY,
    compare_predictions,
    time_of,
    unknown_shares,
)
from refimpl.reproduce.diffusion.noise_page import noise_tables
from refimpl.reproduce.diffusion.writers import Studio
from tests.reproduce.diffusion_studio import SHAPE, small_saved

ROOT = Path(__file__).parents[2]


class Knows(torch.nn.Module):
    """A network that predicts the velocity of one clip, which it knows."""

    def __init__(self, clip):
        super().__init__()
        self.clip = clip

    def forward(self, noisy, times, labels=None):
        signal, noise = SCHEDULES["cosine"].scales(times, noisy.ndim)
        epsilon = (noisy - signal * self.clip) / noise
        return signal * epsilon - noise * self.clip


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_level_of_noise_has_its_time_in_every_schedule(name):
    schedule = SCHEDULES[name]
    times = torch.stack([time_of(schedule, level) for level in LEVELS])
    assert torch.allclose(schedule.log_snr(times), torch.tensor(LEVELS), atol=2e-3)
    assert (times.diff() > 0).all()


def test_who_knows_the_clip_leaves_nothing_unknown_and_who_says_zero_leaves_all():
    clips = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(1)).repeat(6, 1, 1)
    knows = DiffusionModel(Knows(clips[:1]))
    assert unknown_shares(knows, clips, None) == pytest.approx([0] * len(LEVELS), abs=1e-4)
    # The velocity of a clip that is 0 everywhere.
    empty = DiffusionModel(Knows(torch.zeros(1, 4, 3)))
    share = float(clips.square().mean())
    assert unknown_shares(empty, clips, None) == pytest.approx([share] * len(LEVELS), rel=1e-3)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    place = tmp_path_factory.mktemp("noise-levels")
    given = {
        "steps": 4,
        "n_training": 3,
        "n_written": 2,
        "work": place,
        "show": False,
        "shape": SHAPE,
    }

    def compare(**options):
        return compare_predictions(place / "out", studio=Studio(small_saved()), **given | options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noise_levels, "N_HELD_OUT", 2)
        first = compare(seeds=[0], arms=[VELOCITY])
        # Hearing takes most of the time, and one run of it is enough.
        heard = {"in_asked_key": 0.5, "voiced": 0.25, "diversity": 1.0}
        patch.setattr(noise_levels, "_heard", lambda *_: heard)
        yield place / "out", first, compare(seeds=[0, 1, 2])


def test_runs_are_kept_and_each_arm_is_measured_at_each_level(compared):
    folder, first, results = compared
    assert results["runs"][:1] == first["runs"]
    assert all(0 <= way["voiced"] <= 1 for way in first["runs"][0]["ways"].values())
    assert len(results["runs"]) == 3 * len(ARMS)
    for run in results["runs"]:
        assert len(run["unknown"]) == len(LEVELS)
        assert np.isfinite(run["error_in_few_steps"])
    stored = json.loads((folder / "noise-levels.json").read_text(encoding="utf-8"))
    assert stored["runs"] == results["runs"]
    assert (folder / "noise-levels.md").read_text(encoding="utf-8") == noise_tables(results)
    assert (folder / "figures" / "noise-levels.png").stat().st_size > 1000


def test_claims_say_what_the_runs_say(compared, tmp_path):
    folder, _, results = compared
    claims = {claim.name: claim for claim in diffusion(folder)}
    assert len(claims) == 6
    few = claims["Velocity in few steps"]
    away = {(run["name"], run["seed"]): run["error_in_few_steps"] for run in results["runs"]}
    assert few.experiment(1) == away["noise", 1] - away[VELOCITY.name, 1]
    for better, worse, verdict in ((0.1, 0.5, SHOWS), (0.5, 0.1, DOES_NOT_SHOW)):
        for run in results["runs"]:
            run["error_in_few_steps"] = better if run["name"] == VELOCITY.name else worse
        (tmp_path / "noise-levels.json").write_text(json.dumps(results), encoding="utf-8")
        claim = next(c for c in diffusion(tmp_path) if c.name == few.name)
        assert judge(claim, [claim.experiment(seed) for seed in range(3)])[1] == verdict


def test_two_seeds_or_no_results_decide_no_claim(compared, tmp_path):
    assert diffusion(tmp_path) == []
    results = compared[2] | {"runs": [run for run in compared[2]["runs"] if run["seed"] < 2]}
    (tmp_path / "noise-levels.json").write_text(json.dumps(results), encoding="utf-8")
    assert diffusion(tmp_path) == []


def test_the_book_has_the_tables_of_the_results():
    folder = ROOT / "book/results"
    results = json.loads((folder / "noise-levels.json").read_text(encoding="utf-8"))
    assert (folder / "noise-levels.md").read_text(encoding="utf-8") == noise_tables(results)
