"""Files that are whole or not there, places that are no files, and folders with one writer."""

import ast
import json
import multiprocessing
import os
import stat
import threading
from pathlib import Path

import numpy as np
import pytest

import refimpl
from refimpl.audio import save_audio
from refimpl.course.grading.tables import write_table
from refimpl.display import save_comparison
from refimpl.errors import UserError
from refimpl.files import (
    alone,
    make_folder,
    replace_file,
    replace_json,
    replacing,
    write_atomically,
)

RATE = 22050
TONE = 0.1 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)


def write_text(path):
    replace_file(path, b"new")


def write_by_function(path):
    write_atomically(path, lambda temporary: temporary.write_text("new"))


def write_sound(path):
    save_audio(path.with_suffix(".wav") if path.suffix == "" else path, TONE, RATE)


def write_picture(path):
    save_comparison(path, {"tone": TONE}, RATE)


WRITERS = {"a.txt": write_text, "b.txt": write_by_function, "c.wav": write_sound}
WRITERS |= {"d.png": write_picture, "e.csv": lambda path: write_table(path, ["a"], [["new"]])}
writers = pytest.mark.parametrize(("name", "write"), WRITERS.items(), ids=WRITERS)


@writers
def test_a_pipe_or_a_device_is_refused_and_left_alone(name, write, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(UserError, match="no regular file"):
        write(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / name).stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@writers
def test_a_link_stays_and_its_target_is_replaced(name, write, tmp_path):
    target = tmp_path / "elsewhere" / name
    target.parent.mkdir()
    target.write_bytes(b"old")
    (tmp_path / name).symlink_to(target)
    write(tmp_path / name)
    assert (tmp_path / name).is_symlink()
    assert target.read_bytes() != b"old"


@writers
def test_a_folder_is_refused(name, write, tmp_path):
    (tmp_path / name).mkdir()
    with pytest.raises(UserError, match="folder"):
        write(tmp_path / name)


def moves(node):
    """Whether a call moves a file: text's `replace` takes two arguments, others take names."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return (
        is_method
        and node.func.attr in ("replace", "rename")
        and (len(node.args), len(node.keywords)) == (1, 0)
    )


def test_no_other_module_moves_files_into_their_places():
    package = Path(refimpl.__file__).parent
    moving = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(map(moves, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    }
    # Progress that cannot be read is put aside, and checkpoints are folders.
    assert moving == {"files.py", "course/progress.py", "training/checkpoint.py"}


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_has_one_writer_who_may_enter_twice(tmp_path):
    refused = []

    def other():
        try:
            with alone(tmp_path, "writing into"):
                pass
        except UserError as error:
            refused.append(str(error))

    with alone(tmp_path, "writing into"), alone(tmp_path, "writing into"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1 and "another process is writing into" in refused[0]
    other()
    assert len(refused) == 1


def hold(folder, entered, leave):
    with alone(folder, "writing into"):
        entered.set()
        leave.wait()


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path):
    context = multiprocessing.get_context("spawn")
    entered, leave = context.Event(), context.Event()
    process = context.Process(target=hold, args=(tmp_path, entered, leave))
    process.start()
    entered.wait()
    with pytest.raises(UserError, match="another process"), alone(tmp_path, "writing into"):
        pass
    process.kill()
    process.join()
    with alone(tmp_path, "writing into"):
        pass


@pytest.mark.parametrize("below", ["x.wav", "a/b/x.wav"])
@pytest.mark.parametrize("in_the_way", ["a file", "a link to nowhere"])
def test_a_folder_whose_name_a_file_has_is_named(below, in_the_way, tmp_path):
    taken = tmp_path / "real.wav"
    if in_the_way == "a file":
        taken.write_bytes(b"mine")
    else:
        taken.symlink_to(tmp_path / "nowhere")
    for write in (lambda path: replace_file(path, b"x"), lambda path: make_folder(path.parent)):
        with pytest.raises(UserError, match=r"real\.wav is no folder"):
            write(taken / below)
    assert taken.is_symlink() or taken.read_bytes() == b"mine"


@pytest.mark.parametrize("said", ["Für Élise", "a name that is no text: \udcff", 'a "\\" \n'])
def test_json_gives_back_what_was_written(said, tmp_path):
    replace_json(tmp_path / "new/said.json", {said: [said, 0.1, None]})
    text = (tmp_path / "new/said.json").read_text(encoding="utf-8")
    assert json.loads(text) == {said: [said, 0.1, None]}
    assert "\\u00" not in text and text.endswith("\n")
