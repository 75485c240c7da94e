"""The study of what is asked for: what it measures, keeps and shows."""

import json

import pytest

from refimpl.reproduce.asked import measure_asked
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
    again = measure_asked(folder / "out", **options | {"composer": None})
    assert again == results
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "asked").iterdir()}


def test_prompts_ask_for_what_test_tunes_have_in_other_words():
    prompts = held_out_prompts(4)
    assert [prompt.tune.level for prompt in prompts] == [1, 2, 3, 1]
    one = prompts[1]
    assert one.text() == held_out_prompts(2)[1].text() != one.text(OTHER)
    assert one.tune.instruments["melody"] in one.text()
    assert one.tune.key_name in one.text(OTHER)
    assert one.tune.key_name not in one.text(without=("key",))
