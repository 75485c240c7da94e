"""`refimpl listening-test`: from folders to a page, and from listeners' files to tables."""

import json

import numpy as np
import pytest

from refimpl.listening import key_path, made_up_result, read_key
from tests.listening.examples import RATE, write_folders


@pytest.fixture
def folders(tmp_path):
    return write_folders(tmp_path)


def test_folders_become_a_page_and_answers_become_tables(refimpl, folders, tmp_path):
    site = tmp_path / "site"
    done = refimpl("listening-test", *folders, "--out", site, "--rate", RATE, "--trials", 2)
    assert done.code == 0 and "3 trials, 2 systems" in done.out and "site.key.json" in done.out
    key = read_key(key_path(site))
    assert key.kind == "ab" and (site / "index.html").exists()
    for number, rng in enumerate(np.random.default_rng(0).spawn(8)):
        said = made_up_result(key, {"good": 90, "bad": 20}, rng)
        (tmp_path / "results").mkdir(exist_ok=True)
        (tmp_path / f"results/{number}.json").write_text(json.dumps(said))
    (tmp_path / "results/broken.json").write_text("{")
    done = refimpl("listening-test", "--analyse", tmp_path / "results", "--out", tmp_path / "found")
    assert done.code == 0 and "broken.json: damaged" in done.err
    assert "8 listeners, 24 answers" in done.out and "told apart" in done.out
    assert {path.name for path in (tmp_path / "found").iterdir()} >= {"pairs.csv", "picture.png"}
    done = refimpl("listening-test", "--analyse", tmp_path / "results", "--key", key_path(site))
    assert done.code == 0 and "picture" not in done.out


def test_a_reference_makes_a_mushra_test(refimpl, folders, tmp_path):
    words = ["listening-test", folders[0], "--out", tmp_path / "site", "--rate", RATE]
    (tmp_path / "own.txt").write_text("Listen well.\n\nThank you.")
    own = ["--reference", tmp_path / "real", "--no-anchors", "--instructions", tmp_path / "own.txt"]
    assert refimpl(*words, *own).code == 0
    key = read_key(key_path(tmp_path / "site"))
    assert key.kind == "mushra"
    assert {len(trial.sounds) for trial in key.trials.values()} == {2}
    assert "<p>Thank you.</p>" in (tmp_path / "site/index.html").read_text()


def test_what_the_user_should_know_is_remarked(refimpl, folders, tmp_path):
    words = ["listening-test", *folders, "--kind", "questions", "--out", tmp_path / "site"]
    assert "only the first question" in refimpl(*words, "--rate", RATE).err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give a FOLDER of sounds for each system"),
        (["good"], "give --out"),
        (["good", "--out", "site"], "1 folders given, 2 to 12 needed"),
        (["good", "bad", "--out", "site", "--kind", "mushra"], "needs a --reference"),
        (["good", "bad", "--out", "site", "--consent", "x.wav"], "no text in UTF-8"),
        (["good", "bad", "--out", "site", "--consent", "nowhere"], "nowhere"),
        (["good", "bad", "--out", "good"], "holds something else"),
        (["good", "--analyse", "results"], "--analyse takes no other folders"),
        (["--analyse", "good"], "0 keys in good and beside it"),
        (["--analyse", "good", "--key", "nowhere.json"], "no such file"),
    ],
)
def test_wrong_words_are_one_line_and_exit_code_2(refimpl, folders, tmp_path, words, told):
    (tmp_path / "x.wav").write_bytes(b"\xff\xfe\xfd")
    done = refimpl("listening-test", *words, *(["--rate", RATE] if "--out" in words else []))
    assert done.code == 2 and told in done.error
