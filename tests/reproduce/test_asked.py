"""The study of what is asked for: what it measures, keeps and shows."""

import json
import shutil
from types import SimpleNamespace

import pytest

from refimpl.reproduce.asked import comparison, measure_asked
from refimpl.reproduce.asked.as_sets import SetListener
from refimpl.reproduce.asked.prompts import OTHER, held_out_prompts
from tests.text_to_music.composer_examples import small_composer

ARMS = ["real tunes", "guidance 3", "melody, no key"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked")
    options = {"n_prompts": 3, "n_judge_tunes": 24, "n_heard": 2, "log": lambda _: None}
    options |= {"composer": small_composer(), "arms": ARMS, "work": folder}
    return folder, options, measure_asked(folder / "out", **options)


def test_every_arm_is_judged_and_measured(measured):
    _, _, results = measured
    assert [arm["name"] for arm in results["arms"]] == ARMS
    real, written, _ = results["arms"]
    assert real["agreed"]["tempo"]["mean"] > 0.6
    assert real["melody"]["mean"] > written["melody"]["mean"]
    assert set(real["agreed"]) == set(written["agreed"])
    assert real["level 1"]["grid"]["n"] == 1


def test_tables_and_sounds_are_kept(measured):
    folder, _, results = measured
    assert json.loads((folder / "out" / "asked.json").read_text()) == json.loads(
        json.dumps(results)
    )
    table = (folder / "out" / "asked.md").read_text()
    assert all(arm in table for arm in ARMS)
    assert results["heard"][1]["text"] in table
    sounds = sorted(path.name for path in (folder / "out" / "sounds").iterdir())
    assert sounds == ["results-asked-01.mp3", "results-asked-02.mp3"]


def test_an_arm_that_is_there_is_not_made_again(measured):
    folder, options, results = measured
    before = {path: path.stat().st_mtime_ns for path in (folder / "asked").iterdir()}
    assert measure_asked(folder / "out", **options) == results
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "asked").iterdir()}


@pytest.mark.parametrize("name", ["heard_by", "written_by", "n_judge_tunes"])
def test_an_arm_of_another_version_is_made_again(name, measured, tmp_path, monkeypatch):
    folder, options, results = measured
    said, (one, *_) = [], ARMS
    monkeypatch.setattr(comparison, "Judges", SimpleNamespace(fit=lambda _: None))
    monkeypatch.setattr(SetListener, "of", lambda *_: SimpleNamespace(measure=lambda _: {}))
    shutil.copytree(folder / "asked", tmp_path / "asked")
    path = tmp_path / "asked/real-tunes.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    tunes = {"name": one, "seconds_a_tune": 7.0, "tunes": record["tunes"]}
    monkeypatch.setattr(comparison, "measure_arm", lambda *_: (tunes, []))
    path.write_text(json.dumps(record | {name: "another"}), encoding="utf-8")
    again = measure_asked(tmp_path / "out", **options | {"work": tmp_path, "log": said.append})
    assert said[0] == f"1 of 3 records differ in {name}, and are made again"
    assert [arm["seconds_a_tune"] == 7.0 for arm in again["arms"]] == [True, False, False]
    assert again[name] == results[name] != "another"


def test_prompts_ask_for_what_test_tunes_have_in_other_words():
    prompts = held_out_prompts(4)
    assert [prompt.tune.level for prompt in prompts] == [1, 2, 3, 1]
    one = prompts[1]
    assert one.text() == held_out_prompts(2)[1].text() != one.text(OTHER)
    assert one.tune.instruments["melody"] in one.text()
    assert one.tune.key_name in one.text(OTHER)
    assert one.tune.key_name not in one.text(without=("key",))
