"""Listeners' files: honest ones are read, damaged and hostile ones are named."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refimpl.listening import (
    KINDS,
    ListeningError,
    key_path,
    made_up_result,
    read_key,
    read_result,
    read_results,
)
from tests.listening.examples import SYSTEMS, small_key, small_site

QUALITY = {"good": 80, "bad": 30, "anchor 3.5 kHz": 20, "anchor 7 kHz": 50}


def made_up(kind, seed=0, **options):
    return made_up_result(small_key(kind), QUALITY, np.random.default_rng(seed), **options)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_listener_said_comes_back_under_the_systems_names(tmp_path, kind):
    said, key = made_up(kind), small_key(kind)
    result = read_result(write(tmp_path / "one.json", said), key)
    assert result.listener == said["listener"] and result.complete
    assert [answer.trial for answer in result.answers] == [one["trial"] for one in said["answers"]]
    for answer, one in zip(result.answers, said["answers"], strict=True):
        sounds = key.trials[one["trial"]].sounds
        if kind == "ab":
            assert answer.preferred == sounds[one["choice"]]
            assert set(answer.pair) == set(SYSTEMS)
            continue
        for sound, rating in one["ratings"].items():
            assert list(answer.ratings[sounds[sound]]) == np.atleast_1d(rating).tolist()


def test_no_preference_is_an_answer_where_it_was_offered(tmp_path):
    key, said = small_key("ab", ties=True), made_up("ab")
    said["test"] = key.test
    said["answers"][0]["choice"] = "none"
    assert read_result(write(tmp_path / "one.json", said), key).answers[0].preferred is None
    said["test"] = small_key("ab").test
    with pytest.raises(ListeningError, match="a choice that there was not"):
        read_result(write(tmp_path / "one.json", said), small_key("ab"))


def test_the_training_does_not_count(tmp_path):
    key, said = small_key("mushra"), made_up("mushra")
    (name, training) = next((n, one) for n, one in key.trials.items() if one.training)
    order = list(training.sounds)
    rated = dict.fromkeys(order, 1)
    said["answers"].append(
        {"trial": name, "order": order, "seconds": 1, "plays": rated, "ratings": rated}
    )
    result = read_result(write(tmp_path / "one.json", said), key)
    assert len(result.answers) == 3


def first(said):
    return said["answers"][0]


def rate(value):
    def change(said):
        ratings = first(said)["ratings"]
        ratings[next(iter(ratings))] = value

    return change


CHANGES = {
    "too high": (rate(101), "ratings"),
    "below zero": (rate(-1), "ratings"),
    "no number": (rate("100"), "ratings"),
    "true": (rate(True), "ratings"),
    "a fraction": (rate(55.5), "ratings"),
    "a list": (rate([50, 60]), "2 ratings of a sound, 0 needed"),
    "nothing": (rate(None), "ratings"),
    "one less": (lambda s: first(s)["ratings"].popitem(), "ratings of other sounds"),
    "one more": (lambda s: first(s)["ratings"].update(aaaaaaaaaa=5), "ratings of other sounds"),
    "another trial": (lambda s: first(s).update(trial="aaaaaaaaaa"), "does not have"),
    "twice": (lambda s: s["answers"].append(first(s)), "answered twice"),
    "another order": (lambda s: first(s)["order"].reverse() or first(s)["order"].pop(), "order"),
    "a choice": (lambda s: first(s).update(choice="none"), "ratings of other sounds"),
    "infinite time": (lambda s: first(s).update(seconds=float("inf")), "seconds"),
    "another test": (lambda s: s.update(test="0123"), "answers of another test"),
    "a formula for a code": (lambda s: s.update(listener="=1+1"), "listener"),
    "a code of two lines": (lambda s: s.update(listener="ABCD\n"), "listener"),
    "another version": (lambda s: s.update(version=2), "version"),
    "more fields": (lambda s: s.update(admin=True), "admin"),
    "a novel": (lambda s: s.update(comment="x" * 3000), "comment"),
    "no answers": (lambda s: s.pop("answers"), "answers"),
    "answers of text": (lambda s: s.update(answers="all"), "answers"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_page_cannot_have_written_is_a_named_error(tmp_path, name):
    change, told = CHANGES[name]
    said = made_up("mushra")
    change(said)
    path = write(tmp_path / "one.json", said)
    with pytest.raises(ListeningError, match=told) as error:
        read_result(path, small_key("mushra"))
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "NaN", '{"format": "\\ud800"}', "[" * 100_000, "\x00"]
)
def test_a_damaged_file_is_named(tmp_path, text):
    with pytest.raises(ListeningError, match="damaged, or not a listener's answers"):
        read_result(write(tmp_path / "one.json", text), small_key("ab"))


def test_a_huge_file_is_not_even_read(tmp_path):
    path = tmp_path / "one.json"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(ListeningError, match="too large"):
        read_result(path, small_key("ab"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_any_damaged_byte_gives_a_named_error_or_valid_answers(tmp_path, place, byte):
    data = bytearray(json.dumps(made_up("mushra")).encode())
    data[place % len(data)] = byte
    path = tmp_path / "one.json"
    path.write_bytes(data)
    try:
        result = read_result(path, small_key("mushra"))
    except ListeningError:
        return
    ratings = [r for one in result.answers for (r,) in one.ratings.values()]
    assert all(0 <= rating <= 100 for rating in ratings)


def test_a_folder_gives_all_that_can_be_used_and_says_what_cannot(tmp_path):
    key = small_key("ab")
    listeners = [made_up("ab", seed) for seed in range(3)]
    for n, said in enumerate(listeners):
        write(tmp_path / f"group/{n}.json", said)
    part = dict(listeners[0], answers=listeners[0]["answers"][:1], complete=False)
    write(tmp_path / "a-sent-before.json", part)
    write(tmp_path / "z-sent-again.json", listeners[0])
    write(tmp_path / "broken.json", "{")
    write(tmp_path / "site.key.json", "{}")
    write(tmp_path / "notes.txt", "not read")
    results, left_out = read_results(tmp_path, key)
    assert sorted(one.listener for one in results) == sorted(s["listener"] for s in listeners)
    assert all(one.complete for one in results)
    reasons = {path.name: reason for path, reason in left_out}
    assert set(reasons) == {"a-sent-before.json", "z-sent-again.json", "broken.json"}
    assert "with more answers" in reasons["a-sent-before.json"]
    assert reasons["broken.json"].startswith("damaged")


def test_a_folder_without_usable_answers_is_an_error(tmp_path):
    key = small_key("ab")
    with pytest.raises(ListeningError, match="no such folder"):
        read_results(tmp_path / "nowhere", key)
    with pytest.raises(ListeningError, match="no listener's answers"):
        read_results(tmp_path, key)
    write(tmp_path / "one.json", made_up("mushra"))
    with pytest.raises(ListeningError, match=r"one\.json: answers of another test"):
        read_results(tmp_path, key)
    write(tmp_path / "one.json", dict(made_up("ab"), answers=[]))
    with pytest.raises(ListeningError, match="no listener's answers"):
        read_results(tmp_path, key)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda key: key.update(kind="abx"), "kind"),
        (lambda key: key.update(systems=[]), "systems"),
        (lambda key: key["systems"].remove("bad"), "a system that is not listed"),
        (lambda key: key.pop("trials"), "trials"),
    ],
)
def test_a_damaged_key_is_named(tmp_path, change, told):
    key = json.loads(key_path(small_site("ab")).read_text(encoding="utf-8"))
    change(key)
    with pytest.raises(ListeningError, match=told):
        read_key(write(tmp_path / "key.json", key))
    with pytest.raises(ListeningError, match="no such file; give the key"):
        read_key(tmp_path / "nowhere.json")
