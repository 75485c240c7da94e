"""What a learner has solved is kept in one small file."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from refimpl.course import check, progress
from refimpl.course.exercises import find_exercise
from refimpl.course.progress import read_progress, record


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    path = tmp_path / "a new folder" / "progress.json"
    monkeypatch.setenv("REFIMPL_PROGRESS", str(path))
    return path


def test_a_right_answer_is_written_down(path):
    check(
        "1.1",
        lambda frequency, sample_rate: abs((frequency / sample_rate + 0.5) % 1 - 0.5) * sample_rate,
    )
    content = json.loads(path.read_text())
    assert content["version"] == 1
    assert content["exercises"]["1.1"]["points"] == content["exercises"]["1.1"]["of"] == 4
    assert content["exercises"]["1.1"]["when"].endswith("+00:00")


def test_points_are_never_taken_back():
    record(find_exercise("1.1"), 4)
    before = read_progress()
    record(find_exercise("1.1"), 0)
    assert read_progress() == before


def test_the_table_counts_what_was_earned():
    assert progress(1).earned == 0
    record(find_exercise("1.1"), 4)
    table = progress(1)
    assert table.earned == 4
    assert "✓ 1.1" in repr(table)
    assert "The tone you hear" in table._repr_html_()
    whole = progress()
    assert whole.earned == 4
    assert whole.total >= table.total


def test_a_broken_file_is_put_aside_and_not_lost(path):
    path.parent.mkdir()
    path.write_text("{ half a fi")
    with pytest.warns(UserWarning, match="kept as progress.json.unreadable"):
        record(find_exercise("1.1"), 4)
    assert path.with_name("progress.json.unreadable").read_text() == "{ half a fi"
    assert progress(1).earned == 4


@pytest.mark.parametrize(
    "held", ['{"version": 1, "exercises": {"1.1": 4}}', '{"version": 9}', "[]"]
)
def test_a_file_of_another_form_is_put_aside(path, held):
    path.parent.mkdir()
    path.write_text(held)
    with pytest.warns(UserWarning, match="holds no progress"):
        assert progress(1).earned == 0
    assert path.with_name("progress.json.unreadable").read_text() == held


def test_what_cannot_be_read_is_neither_moved_nor_overwritten(path):
    path.mkdir(parents=True)  # no file
    with pytest.warns(UserWarning, match="could not be read"):
        assert progress(1).earned == 0
    with pytest.warns(UserWarning, match="could not be saved"):
        record(find_exercise("1.1"), 4)
    assert path.is_dir()


def test_a_pipe_is_neither_read_nor_moved_nor_overwritten(path):
    path.parent.mkdir()
    os.mkfifo(path)  # as /dev/null would be, which the administrator may move
    with pytest.warns(UserWarning, match="could not be read.*no regular file"):
        assert progress(1).earned == 0
    with pytest.warns(UserWarning, match="could not be saved.*no regular file"):
        record(find_exercise("1.1"), 4)
    assert path.is_fifo()


def test_a_link_to_the_file_stays_a_link(path, tmp_path):
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere.json")
    record(find_exercise("1.1"), 4)
    assert path.is_symlink() and progress(1).earned == 4
    assert json.loads((tmp_path / "elsewhere.json").read_text())["version"] == 1


def test_where_nothing_can_be_written_the_answer_is_right_all_the_same(path):
    path.parent.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="could not be saved"):
        record(find_exercise("1.1"), 4)


def test_two_notebooks_at_once_lose_nothing():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(find_exercise(name), 4), ["1.1", "1.2"] * 8))
    assert set(read_progress()) == {"1.1", "1.2"}
