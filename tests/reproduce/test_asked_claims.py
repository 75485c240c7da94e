"""Claims about music to order, from the records of one model."""

import json
from pathlib import Path

import pytest

from refimpl.errors import UserError
from refimpl.reproduce.claims import Claim, judge, measure_claims
from refimpl.reproduce.claims.asked import asked, gain
from refimpl.reproduce.claims.claim import SHOWS

ROOT = Path(__file__).parents[2]


def share(mean, half):
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": 96.0}


def test_a_difference_has_the_uncertainty_of_both():
    effect = gain(share(0.9, 0.03), share(0.5, 0.04))
    assert (effect.mean, effect.low, effect.high) == pytest.approx((0.4, 0.35, 0.45))
    # The end of the one that is uncertain counts on its own side.
    skewed = {"mean": 0.9, "low": 0.6, "high": 0.95, "n": 96.0}
    effect = gain(skewed, share(0.5, 0.0))
    assert (effect.low, effect.high) == pytest.approx((0.1, 0.45))


def test_the_records_decide(tmp_path):
    arms = {
        "guidance 1": (0.6, 0.3),
        "guidance 3": (0.9, 0.3),
        "no clock": (0.1, 0.3),
        "melody": (0.9, 0.9),
    }
    records = [
        {
            "name": name,
            "agreed": dict.fromkeys(("signature", "mode", "tempo", "level"), share(one, 0.05)),
            "melody": share(other, 0.05),
        }
        for name, (one, other) in arms.items()
    ]
    (tmp_path / "asked.json").write_text(json.dumps({"arms": records}))
    claims = {claim.name: claim for claim in asked(tmp_path)}
    assert all(judge(claim, [])[1] == SHOWS for claim in claims.values())
    assert judge(claims["Beats as a condition"], [])[0].mean == pytest.approx(0.8)
    (record, *_) = measure_claims(tmp_path, claims=list(claims.values()), log=str)
    assert record["values"] == [] and record["effect"]["n"] == 96
    assert "96 orders | **shows**" in (tmp_path / "claims.md").read_text(encoding="utf-8")


def test_without_records_there_is_no_claim(tmp_path):
    assert asked(tmp_path) == []
    (tmp_path / "asked.json").write_text('{"arms": []}')
    assert asked(tmp_path) == []
    assert len(asked(ROOT / "book/results")) == 5


def test_a_claim_has_an_experiment_or_an_estimate():
    words = ["a claim", 9, "it helps", "copet2023", "music", "share", "tunes"]
    with pytest.raises(UserError, match="give an experiment, or an estimate"):
        Claim(*words)
    with pytest.raises(UserError, match="give an experiment, or an estimate"):
        Claim(*words, experiment=float, estimate=lambda: None)
