"""Whose notebooks they are, in which order they came, and files that mean no good."""

import os
import stat
import zipfile

import pytest

from refimpl.course.grading import listing, unpacking
from refimpl.course.grading.inbox import find_submissions
from refimpl.errors import UserError


def put(folder, *names, age=0):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
        os.utime(path, (10**9 - age, 10**9 - age))
    return folder


def zipped(path, names, content=b"{}"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


def found(source, tmp_path, naming="auto"):
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return find_submissions(source, scratch, naming)


def who(submissions):
    return [(one.student, one.attempt) for one in submissions]


def test_one_file_a_student(tmp_path):
    put(tmp_path / "in", "bob.ipynb", "ada.ipynb", ".ipynb_checkpoints/ada.ipynb")
    assert who(found(tmp_path / "in", tmp_path)) == [("ada", 1), ("bob", 1)]


def test_one_folder_a_student_and_late_resubmissions_behind(tmp_path):
    put(tmp_path / "in", "ada/b-first.ipynb", age=100)
    put(tmp_path / "in", "ada/a-second.ipynb", "bob/x.ipynb", age=50)
    submissions = found(tmp_path / "in", tmp_path)
    assert who(submissions) == [("ada", 1), ("ada", 2), ("bob", 1)]
    assert submissions[1].name == "ada/a-second.ipynb"


def test_moodle_and_canvas(tmp_path):
    names = [
        "Ada Lovelace_123_assignsubmission_file_/03.ipynb",
        "Bob_4_assignsubmission_file_03.ipynb",
        "hopper_LATE_77_881_03-k-means-1.ipynb",
        "hopper_77_880_03-k-means.ipynb",
    ]
    submissions = found(zipped(tmp_path / "export.zip", names), tmp_path)
    assert who(submissions) == [
        ("Ada Lovelace_123", 1),
        ("Bob_4", 1),
        ("hopper_77", 1),
        ("hopper_77", 2),
    ]
    assert "LATE" in submissions[3].name


def test_a_rule_of_ones_own(tmp_path):
    put(tmp_path / "in", "w3-ada-2.ipynb", "w3-ada-1.ipynb", "odd.ipynb")
    rule = r"w3-(?P<student>[a-z]+)-(?P<attempt>\d)"
    submissions = found(tmp_path / "in", tmp_path, rule)
    assert who(submissions) == [("ada", 1), ("ada", 2), ("odd.ipynb", 1)]
    assert submissions[0].name == "w3-ada-1.ipynb"
    assert "naming rule" in submissions[2].problem


@pytest.mark.parametrize("rule", ["(", "[a-z]+", "mooodle"])
def test_a_rule_that_is_none(tmp_path, rule):
    with pytest.raises(UserError, match="naming rule"):
        found(put(tmp_path / "in", "a.ipynb"), tmp_path, rule)


@pytest.mark.parametrize("depth", ["", "class/", "home/class/"])
def test_a_folder_around_all_is_nobody(tmp_path, depth):
    source = zipped(tmp_path / "x.zip", [f"{depth}ada.ipynb", f"{depth}bob.ipynb"])
    assert who(found(source, tmp_path)) == [("ada", 1), ("bob", 1)]


def test_whoever_hands_in_something_else_is_not_lost(tmp_path):
    put(tmp_path / "in", "ada/x.ipynb", "ada/data.csv", "bob/x.pdf", "eve/X.IPYNB")
    submissions = found(tmp_path / "in", tmp_path)
    assert who(submissions) == [("ada", 1), ("bob", 1), ("eve", 1)]
    assert "no notebook" in submissions[1].problem
    assert not submissions[0].problem and not submissions[2].problem


def test_links_are_not_followed(tmp_path):
    put(tmp_path / "in", "ada/x.ipynb")
    (tmp_path / "in/bob.ipynb").symlink_to(tmp_path / "in/ada/x.ipynb")
    (tmp_path / "in/eve").symlink_to(tmp_path / "in/ada")
    os.mkfifo(tmp_path / "in/pipe.ipynb")
    submissions = {one.student: one for one in found(tmp_path / "in", tmp_path)}
    assert "link" in submissions["bob"].problem
    assert "no ordinary file" in submissions["pipe"].problem
    assert not any(one.name.startswith("eve/") for one in submissions.values())


def test_paths_that_escape_and_links_in_a_zip(tmp_path):
    source = tmp_path / "x.zip"
    with zipfile.ZipFile(source, "w") as archive:
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        for name in ("../../escaped.ipynb", "/absolute.ipynb", "..\\windows.ipynb", "good.ipynb"):
            archive.writestr(name, "{}")
    submissions = found(source, tmp_path)
    fine = [one for one in submissions if not one.problem]
    assert [one.name for one in fine] == ["good.ipynb"]
    assert len(submissions) == 5
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {"x.zip"}
    assert all(name.isdecimal() for name in written)


def test_zip_bombs(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_FILE_BYTES", 10_000)
    source = zipped(tmp_path / "x.zip", ["bomb.ipynb"], bytes(10**7))
    (one,) = found(source, tmp_path)
    assert "larger" in one.problem
    assert one.path.stat().st_size == 0
    monkeypatch.setattr(listing, "MAX_ENTRIES", 3)
    with pytest.raises(UserError, match="at most"):
        found(zipped(tmp_path / "y.zip", [f"{n}.ipynb" for n in range(9)]), tmp_path)


def test_a_damaged_member_is_a_problem_of_its_own(tmp_path):
    source = zipped(tmp_path / "x.zip", ["a.ipynb", "b.ipynb"], os.urandom(1000))
    content = bytearray(source.read_bytes())
    content[100:200] = bytes(100)
    source.write_bytes(content)
    problems = [bool(one.problem) for one in found(source, tmp_path)]
    assert problems == [True, False]


def test_names_that_no_terminal_likes(tmp_path):
    folder = put(tmp_path / "in", "a.ipynb")
    (folder / os.fsdecode(b"b\xff\x1b[31m.ipynb")).write_text("{}")
    names = [one.name for one in found(folder, tmp_path)]
    assert all(name.isprintable() for name in names)
    assert all(name.encode() for name in names)


def test_nothing_there(tmp_path):
    for source in (tmp_path / "none", put(tmp_path / "in", "x.txt"), tmp_path / "in/x.txt"):
        with pytest.raises(UserError):
            found(source, tmp_path)
