"""The claims of papers: what numbers decide about them, and what is kept of a measurement."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from refimpl.errors import UserError
from refimpl.reproduce.claims import Claim, all_claims, claims_page, judge, measure_claims
from refimpl.reproduce.claims.claim import DOES_NOT_SHOW, SHOWS, UNDECIDED
from tests.holding import held_by_another

ROOT = Path(__file__).parents[2]
TEXT = {
    "lesson": 3,
    "says": "it helps",
    "source": "arthur2007",
    "scale": "pictures",
    "measured": "error saved, %",
    "setting": "ten tunes",
}


def claim(experiment=float, name="A claim", **changes):
    return Claim(name=name, experiment=experiment, **TEXT | changes)


@pytest.mark.parametrize(
    ("values", "changes", "expected"),
    [
        ([1.0, 1.1, 0.9], {}, SHOWS),
        ([-1.0, -1.1, -0.9], {}, DOES_NOT_SHOW),
        ([1.0, -1.1, 0.2], {}, UNDECIDED),
        ([0.0, 0.0, 0.0], {}, DOES_NOT_SHOW),  # no effect at all is none
        ([1.0, 1.1, 0.9], {"least": 2.0}, DOES_NOT_SHOW),  # too small to count
        ([1.0, 1.1, 0.9], {"least": 1.0}, UNDECIDED),
        ([-0.01, 0.0, 0.01], {"least": 0.1, "as_good": True}, SHOWS),  # no loss
        ([-1.0, -1.1, -0.9], {"least": 0.1, "as_good": True}, DOES_NOT_SHOW),
        ([0.5, 0.6, 0.4], {"least": 0.1, "as_good": True}, SHOWS),  # better is as good, too
    ],
)
def test_the_whole_interval_decides(values, changes, expected):
    effect, verdict = judge(claim(**changes), values)
    assert effect.mean == pytest.approx(np.mean(values))
    assert verdict == expected


def test_two_seeds_decide_nothing():
    with pytest.raises(UserError, match="2 seeds given"):
        judge(claim(), [1.0, 2.0])


def test_a_claim_of_equality_says_which_loss_counts():
    with pytest.raises(UserError, match="above 0"):
        claim(as_good=True)


@pytest.fixture
def counted():
    """A claim whose experiment counts its calls, by seed."""
    calls = []

    def experiment(seed):
        calls.append(seed)
        return 1.0 + seed / 10

    return claim(experiment), calls


def test_what_was_measured_is_kept(tmp_path, counted):
    one, calls = counted
    measure_claims(tmp_path, claims=[one], n_seeds=3, log=str)
    assert calls == [0, 1, 2]
    (record,) = measure_claims(tmp_path, claims=[one], n_seeds=4, log=str)
    assert calls == [0, 1, 2, 3]  # only what is new
    assert record["values"] == [1.0, 1.1, 1.2, 1.3]
    assert record["verdict"] == SHOWS
    measure_claims(tmp_path, claims=[one], n_seeds=3, again=[one.name], log=str)
    assert calls == [0, 1, 2, 3, 0, 1, 2]
    assert json.loads((tmp_path / "claims.json").read_text())["claims"][0]["values"] == [
        1,
        1.1,
        1.2,
    ]


def test_a_stopped_measurement_goes_on(tmp_path):
    def experiment(seed):
        if seed == 2 and not (tmp_path / "repaired").exists():
            raise KeyboardInterrupt
        return float(seed)

    with pytest.raises(KeyboardInterrupt):
        measure_claims(tmp_path, claims=[claim(experiment)], n_seeds=3, log=str)
    (tmp_path / "repaired").touch()
    asked = []
    after = claim(lambda seed: asked.append(seed) or experiment(seed))
    (record,) = measure_claims(tmp_path, claims=[after], n_seeds=3, log=str)
    assert asked == [2]
    assert record["values"] == [0.0, 1.0, 2.0]


def test_two_processes_do_not_measure_into_one_folder(tmp_path, counted):
    one, seeds = counted
    with (
        held_by_another(tmp_path),
        pytest.raises(UserError, match="another process is measuring claims in"),
    ):
        measure_claims(tmp_path, claims=[one], n_seeds=3, log=str)
    assert not seeds


def test_a_change_of_words_keeps_the_numbers(tmp_path, counted):
    one, calls = counted
    measure_claims(tmp_path, claims=[one], n_seeds=3, log=str)
    other = dataclasses.replace(one, says="it helps a lot")
    (record,) = measure_claims(tmp_path, claims=[other], n_seeds=3, log=str)
    assert record["says"] == "it helps a lot"
    assert len(calls) == 3


def test_numbers_of_another_setting_are_not_kept(tmp_path, counted):
    one, calls = counted
    measure_claims(tmp_path, claims=[one], n_seeds=3, log=str)
    other = dataclasses.replace(one, setting="a hundred tunes")
    measure_claims(tmp_path, claims=[other], n_seeds=3, log=str)
    assert len(calls) == 6


def test_a_claim_has_no_more_seeds_than_there_are(tmp_path, counted):
    one, calls = counted
    few = dataclasses.replace(one, n_seeds=3)
    measure_claims(tmp_path, claims=[few], n_seeds=5, log=str)
    assert calls == [0, 1, 2]


def test_what_is_measured_again_is_first_forgotten(tmp_path, counted):
    one, calls = counted
    forgotten = []
    other = dataclasses.replace(one, forget=lambda: forgotten.append(len(calls)))
    measure_claims(tmp_path, claims=[other], n_seeds=3, log=str)
    assert not forgotten
    measure_claims(tmp_path, claims=[other], n_seeds=3, again=[one.name], log=str)
    assert forgotten == [3] and len(calls) == 6


def test_an_unknown_claim_is_named(tmp_path, counted):
    with pytest.raises(UserError, match="there is no claim 'A clam'.*A claim"):
        measure_claims(tmp_path, claims=[counted[0]], again=["A clam"], log=str)


def test_the_page_counts_the_verdicts_and_cites(tmp_path):
    claims = [
        claim(lambda seed: 1.0 + seed / 100, "One"),
        claim(lambda seed: -1.0, "Two", lesson=5),
    ]
    page = claims_page(measure_claims(tmp_path, claims=claims, n_seeds=3, log=str))
    assert page == (tmp_path / "claims.md").read_text(encoding="utf-8")
    assert page.startswith("2 claims: 1 show here, 1 do not, and 0 would")
    assert (
        "| One: it helps {cite:p}`arthur2007` | pictures | error saved, %; ten tunes | +1.01 ["
        in page
    )
    assert page.index("[Lesson 3](lesson:3)") < page.index("[Lesson 5](lesson:5)")


def test_every_claim_cites_a_work_and_has_a_name_of_its_own():
    claims = all_claims(ROOT / "book/results")
    bibliography = (ROOT / "book/references.bib").read_text(encoding="utf-8")
    assert len({one.name for one in claims}) == len(claims) >= 25
    for one in claims:
        assert f"{{{one.source}," in bibliography, one.name


def test_what_the_mixtures_decide_needs_their_results(tmp_path):
    names = {one.name for one in all_claims(tmp_path)}
    more = {one.name for one in all_claims(ROOT / "book/results")} - names
    assert "A curriculum over objectives" in more


def test_the_book_shows_what_its_records_say():
    content = json.loads((ROOT / "book/results/claims.json").read_text(encoding="utf-8"))
    page = (ROOT / "book/results/claims.md").read_text(encoding="utf-8")
    assert page == claims_page(content["claims"])
    for one in all_claims(ROOT / "book/results"):
        record = next(record for record in content["claims"] if record["name"] == one.name)
        effect, verdict = judge(one, record["values"])
        assert (dataclasses.asdict(effect), verdict) == (record["effect"], record["verdict"])
        assert record["says"] == one.says
