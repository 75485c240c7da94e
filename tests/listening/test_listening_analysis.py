"""The analysis on made-up listeners whose preferences are known: it finds them, and no others."""

import csv
import json

import numpy as np
import pytest
from scipy import stats

from refimpl.listening import (
    ListeningError,
    analyse,
    compare_systems,
    holm,
    listener_scores,
    listeners_needed,
    made_up_result,
    mean_of,
    means_of,
    read_result,
    screened_out,
    text_of,
    write_analysis,
)
from refimpl.listening.results import Key, KeyTrial
from refimpl.listening.scores import all_systems, paired_scores

ANCHORS = {"anchor 3.5 kHz": 20, "anchor 7 kHz": 45}


def key_of(kind, systems, *, n_trials=8, questions=(), faint=()):
    """The key of a test that was never rendered."""
    names = [f"{i:08x}" for i in range(10_000)]
    shown = [*systems, "reference", *ANCHORS] if kind == "mushra" else systems
    parts = {
        "mushra": [shown] * n_trials,
        "ab": [(a, b) for a in systems for b in systems if a < b] * n_trials,
        "questions": [(a,) for a in systems] * n_trials,
    }[kind]
    trials = {
        names.pop(): KeyTrial(
            item=f"item {n}",
            training=False,
            sounds={names.pop(): system for system in part},
            questions=len(questions),
            faint=list(faint),
        )
        for n, part in enumerate(parts)
    }
    return Key(
        format="refimpl listening test key",
        version=1,
        test="made-up",
        kind=kind,
        systems=list(systems),
        questions=list(questions),
        ties=False,
        trials=trials,
    )


@pytest.fixture
def listeners(tmp_path):
    """Make listeners of a quality: results as `read_result` gives them."""

    def make(key, quality, n, seed=0, **options):
        results = []
        for rng in np.random.default_rng(seed).spawn(n):
            path = tmp_path / "one.json"
            path.write_text(json.dumps(made_up_result(key, quality, rng, **options)))
            results.append(read_result(path, key))
        return results

    return make


def test_means_lie_where_the_listeners_put_them(listeners):
    key = key_of("mushra", ["a", "b"])
    found = analyse(listeners(key, ANCHORS | {"a": 70, "b": 40}, 30), key).means["overall"]
    assert list(found) == ["a", "b", "reference", "anchor 7 kHz", "anchor 3.5 kHz"]
    for system, true in {"a": 70, "b": 40, "anchor 7 kHz": 45, "anchor 3.5 kHz": 20}.items():
        assert found[system].low - 3 < true < found[system].high + 3
        assert found[system].n == 30
    assert found["reference"].mean == 100


@pytest.mark.parametrize("kind", ["mushra", "ab", "questions"])
def test_a_known_preference_is_found_and_in_its_direction(listeners, kind):
    key = key_of(kind, ["a", "b", "c"], questions=("q",) if kind == "questions" else ())
    quality = ANCHORS | {"a": 75, "b": 45, "c": 72}
    analysis = analyse(listeners(key, quality, 24), key)
    (pairs,) = analysis.comparisons.values()
    verdicts = {(one.first, one.second): one for one in pairs}
    assert verdicts["a", "b"].is_told_apart and verdicts["a", "b"].difference.low > 0
    assert verdicts["b", "c"].is_told_apart and verdicts["b", "c"].difference.high < 0
    assert verdicts["a", "b"].needed < 24
    (means,) = analysis.means.values()
    assert means["a"].mean > means["b"].mean < means["c"].mean


def test_alike_systems_are_seldom_told_apart(listeners):
    # Four systems that are all alike: six tests, corrected. One false finding in twenty tests.
    key = key_of("mushra", list("abcd"), n_trials=3)
    found = 0
    for seed in range(30):
        results = listeners(key, ANCHORS | dict.fromkeys("abcd", 50), 14, seed=seed)
        found += analyse(results, key).comparisons["overall"][0].is_told_apart
    assert found <= 5  # 1.5 are expected; more than 5 have a chance below 1 %


def test_without_the_correction_there_would_be_more(listeners):
    differences = np.random.default_rng(0).normal(size=(200, 20, 15))  # tests, listeners, pairs
    p = stats.wilcoxon(differences, axis=1).pvalue
    any_found = (p < 0.05).any(axis=1).mean()
    after = np.mean([(holm(row) < 0.05).any() for row in p])
    assert any_found > 0.4 and after < 0.1


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])
    np.testing.assert_allclose(holm(np.array([0.5, 0.9])), [1.0, 1.0])
    assert holm(np.array([])).shape == (0,)


def test_the_listeners_that_are_needed_find_it_four_times_out_of_five():
    rng = np.random.default_rng(0)
    large = 0.6 + rng.normal(size=100_000)  # a pilot that knows the effect
    needed = listeners_needed(large)
    assert needed == 23  # (1.96 + 0.84)^2 / 0.36 = 21.8 for a t-test, a little more for ranks
    found = stats.wilcoxon(0.6 + rng.normal(size=(1000, needed)), axis=1).pvalue < 0.05
    assert 0.75 < found.mean() < 0.88
    assert listeners_needed(large, n_tests=10) > 1.5 * needed
    assert listeners_needed(large, power=0.95) > 1.4 * needed


def test_the_number_needed_is_never_below_what_the_test_can_say():
    sure = np.full(20, 30.0)
    assert listeners_needed(sure) == 6  # 2 / 2^6 is the first below 5 %
    assert stats.wilcoxon(sure[:6]).pvalue < 0.05 < stats.wilcoxon(sure[:5]).pvalue
    assert listeners_needed(sure, n_tests=10) == 9
    assert listeners_needed(np.zeros(5)) is None
    assert listeners_needed(np.array([3.0])) is None


def test_mean_and_interval_by_hand():
    mean = mean_of(np.array([1.0, 2, 3, np.nan]))
    assert (mean.mean, mean.n) == (2, 3)
    assert mean.high - 2 == pytest.approx(4.303 / np.sqrt(3), rel=1e-3)
    assert mean_of(np.array([5.0])).high == np.inf
    assert np.isnan(mean_of(np.array([np.nan])).mean)
    assert means_of(np.array([[1.0, 2], [3, 4]]), ["a", "b"])["b"].mean == 3


def test_careless_listeners_are_screened_and_others_are_not(listeners):
    key = key_of("mushra", ["a", "b"])
    quality = ANCHORS | {"a": 70, "b": 40}
    good = listeners(key, quality, 20)
    careless = listeners(key, quality, 20, seed=1, careless=1.0)
    reasons = screened_out(good + careless)
    assert set(reasons) == {one.listener for one in careless}
    assert "below 90 in" in next(iter(reasons.values())) and "of 8 trials" in str(reasons)
    analysis = analyse(good + careless, key)
    assert len(analysis.results) == 20 and analysis.screened == reasons
    assert len(analyse(good + careless, key, screening=False).results) == 40
    with pytest.raises(ListeningError, match="no listener is left"):
        analyse(careless, key)


@pytest.mark.parametrize(("missed", "is_out"), [(1, False), (2, True)])
def test_the_share_of_missed_references_decides(listeners, missed, is_out):
    key = key_of("mushra", ["a"], n_trials=10)  # 1 of 10 is 10 %, 2 of 10 are 20 %
    (one,) = listeners(key, ANCHORS | {"a": 50}, 1)
    for answer in one.answers:
        answer.ratings.update({"reference": (90,), "anchor 7 kHz": (90,)})
    assert not screened_out([one])  # 90 is not below, and not above
    for answer in one.answers[:missed]:
        answer.ratings["reference"] = (89,)
    assert bool(screened_out([one])) == is_out


def test_an_anchor_rated_like_the_reference_screens_if_asked_unless_nobody_can_hear_it(listeners):
    for faint in ((), ("anchor 7 kHz",)):
        key = key_of("mushra", ["a"], faint=faint)
        (one,) = listeners(key, ANCHORS | {"a": 50}, 1)
        for answer in one.answers:
            answer.ratings["anchor 7 kHz"] = (91,)
        assert not screened_out([one])
        text = text_of(analyse([one], key))
        assert ("--screen-anchor leaves them out" in text) == (not faint)
        reasons = screened_out([one], anchor=True)
        assert bool(reasons) == (not faint)
        assert faint or "rated the anchor 7 kHz above 90 in 8 of 8" in reasons[one.listener]


def test_each_listener_counts_once_whatever_the_number_of_trials(listeners):
    key = key_of("ab", ["a", "b"], n_trials=40)
    busy = listeners(key, {"a": 90, "b": 10}, 1)
    others = [r for r in listeners(key, {"a": 10, "b": 90}, 3, seed=1, share=0.2)]
    scores = listener_scores(busy + others, key)["preference"]
    assert scores.shape == (4, 2)
    assert scores[:, 0].mean() < 0.5  # though there are more answers for a
    np.testing.assert_allclose(scores.sum(axis=1), 1)


def test_a_difference_in_comparisons_is_of_these_two_alone(listeners):
    key = key_of("ab", ["a", "b", "c"])
    one = paired_scores(listeners(key, {"a": 95, "b": 50, "c": 5}, 1, spread=1), key)["preference"]
    np.testing.assert_array_equal(one[0, [0, 1, 0], [1, 2, 2]], [1, 1, 1])
    np.testing.assert_array_equal(one[0], -one[0].T)


def test_who_did_not_rate_a_system_has_no_say_on_it(listeners):
    key = key_of("questions", ["a", "b"], questions=("q",), n_trials=2)
    results = listeners(key, {"a": 80, "b": 20}, 9)
    for result in results[:2]:
        object.__setattr__(result, "answers", tuple(a for a in result.answers if "a" in a.ratings))
    (one,) = compare_systems(paired_scores(results, key)["q"], all_systems(key), ["a", "b"])
    assert one.difference.n == 7


def test_the_second_question_counts_where_it_was_asked(listeners):
    key = key_of("questions", ["a", "b"], questions=("quality", "fit"))
    results = listeners(key, {"a": 80, "b": 20}, 5)
    for result in results:
        for answer in result.answers[::2]:
            answer.ratings.update({s: (r[0],) for s, r in answer.ratings.items()})
    means = analyse(results, key).means
    assert list(means) == ["quality", "fit"] and means["fit"]["a"].n == 0 < means["fit"]["b"].n


def test_text_tables_and_picture_say_the_same(listeners, tmp_path):
    key = key_of("mushra", ["a", "b"])
    analysis = analyse(listeners(key, ANCHORS | {"a": 75, "b": 40}, 14), key)
    text = text_of(analysis)
    assert text.startswith("14 listeners, 112 answers")
    assert "a - b" in text and "told apart" in text
    files = write_analysis(analysis, tmp_path / "out")
    assert all(path.stat().st_size for path in files)
    answers, means, pairs = (list(csv.DictReader(path.open())) for path in files[:3])
    assert len(answers) == 112 * 5
    of_a = [float(row["answer"]) for row in answers if row["system"] == "a"]
    (row,) = (row for row in means if row["system"] == "a")
    assert float(row["mean"]) == pytest.approx(np.mean(of_a))
    assert f"{float(row['mean']):.3g}" in text
    assert pairs[0]["told_apart"] == "True"
    alt = (tmp_path / "out/picture.txt").read_text()
    assert "over 14 listeners" in alt and "anchor 3.5 kHz" in alt


def test_few_listeners_are_told_that_they_are_few(listeners):
    key = key_of("ab", ["a", "b"])
    text = text_of(analyse(listeners(key, {"a": 90, "b": 10}, 4), key))
    assert "With fewer than 6 listeners" in text and "1 listener," not in text
    alone = text_of(analyse(listeners(key, {"a": 90, "b": 10}, 1), key))
    assert alone.startswith("1 listener, 8 answers")
