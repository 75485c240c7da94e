"""What real exports, real people and unlucky files hand in: each is somebody's, none is lost."""

import io
import os
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.course.grading import unpacking
from refimpl.course.grading.inbox import find_submissions
from refimpl.errors import UserError

NOTEBOOK = b'{"cells": []}'


def zip_of(files):
    """A zip in memory: of names, or of names with contents."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            archive.writestr(name, files[name] if isinstance(files, dict) else NOTEBOOK)
    return content.getvalue()


@pytest.fixture
def hand_in(tmp_path):
    """Hand in files, from a folder and from a zip, and return what is found, by student."""

    def call(files, naming="auto", **options):
        found = {}
        for kind in ("folder", "zip"):
            source, scratch = tmp_path / f"in-{kind}", tmp_path / f"scratch-{kind}"
            scratch.mkdir()
            if kind == "zip":
                source.write_bytes(zip_of(files))
            else:
                for name in files:
                    path = source / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(files[name] if isinstance(files, dict) else NOTEBOOK)
                    os.utime(path, (10**9, 10**9))
            submissions = find_submissions(source, scratch, naming, **options)
            found[kind] = {}
            for one in submissions:
                found[kind].setdefault(one.student, []).append((one.name, one.problem))
                assert one.problem or one.path.read_bytes()
        assert found["folder"] == found["zip"]
        return found["zip"]

    return call


def names(found):
    """By student, the files to read, in the order of attempts."""
    return {who: [name for name, problem in files if not problem] for who, files in found.items()}


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("naming", "name", "owner"),
    [
        ("auto", "a_3_assignsubmission_file_/b_2_assignsubmission_x.ipynb", "a_3"),
        ("auto", "a_3_assignsubmission_file_/b_2_assignsubmission_file_x.ipynb", "a_3"),
        ("auto", "a_3_assignsubmission_file_b_2_assignsubmission_file_x.ipynb", "a_3"),
        ("moodle", "a_3_assignsubmission_file_/b_2_assignsubmission_file_/x.ipynb", "a_3"),
        ("auto", "a_3_assignsubmission_file_/b_2_3_x.ipynb", "a_3"),
        ("canvas", "a_3_4_b_2_5_x.ipynb", "a_3"),
        ("auto", "a_3/b_2_4_x.ipynb", "a_3"),
        ("folder", "a_3/b_2/x.ipynb", "a_3"),
        ("auto", "a_3/x_b_2_attempt_2026-01-01-00-00-00_x.ipynb", "a_3"),
        ("auto", "a_3/2-1 - b - Dec 6, 2024 1149 AM - x.ipynb", "a_3"),
        (
            "blackboard",
            "x_a_attempt_2026-01-01-00-00-00_x_b_attempt_2026-01-01-00-00-00.txt.ipynb",
            "a",
        ),
        (
            "brightspace",
            "3-1 - a - Dec 5, 2024 1149 AM/2-1 - b - Dec 6, 2024 1149 AM - x.ipynb",
            "a_3",
        ),
        (
            "brightspace",
            "3-1 - a - Dec 5, 2024 1149 AM - 2-1 - b - Dec 6, 2024 1149 AM - x.ipynb",
            "a_3",
        ),
    ],
)
def test_nobody_becomes_somebody_else_by_what_they_call_a_file(naming, name, owner, hand_in):
    of_b = {
        "auto": ["b_2_assignsubmission_file_/x.ipynb", "b_2/x.ipynb", "b.ipynb"],
        "moodle": ["b_2_assignsubmission_file_/x.ipynb"],
        "canvas": ["b_2_1_x.ipynb"],
        "folder": ["b_2/x.ipynb"],
        "blackboard": ["x_b_attempt_2025-01-01-00-00-00_x.ipynb"],
        "brightspace": ["2-1 - b - Dec 4, 2024 1149 AM - x.ipynb"],
    }[naming]
    found = names(hand_in([name, *of_b], naming))
    assert found.pop(owner) == [name]
    assert sorted(sum(found.values(), [])) == sorted(of_b)


def test_two_files_of_the_only_one_stay_theirs(hand_in):
    folder = "a_3_assignsubmission_file_/"
    found = hand_in([f"{folder}b_2_assignsubmission_file_x.ipynb", f"{folder}y.ipynb"])
    assert list(found) == ["a_3"]


def test_a_zip_of_somebodys_stays_theirs(hand_in):
    inside = zip_of(["b_2_assignsubmission_file_/x.ipynb", "x.ipynb"])
    found = hand_in(
        {"a_3_assignsubmission_file_/work.zip": inside, "b_2_assignsubmission_file_/x.ipynb": b"{}"}
    )
    assert {who: len(files) for who, files in found.items()} == {"a_3": 2, "b_2": 1}


# ------------------------------------------------------------------ what systems export


def test_moodle_a_zip_a_student(hand_in):
    found = hand_in(
        {
            "Ada Lovelace_12_assignsubmission_file/work.zip": zip_of(
                ["lessons/01-audio-basics.ipynb"]
            ),
            "Bob_4_assignsubmission_file_/01.ipynb": NOTEBOOK,
            "Bob_4_assignsubmission_onlinetext_/onlinetext.html": b"<p>see the file",
            "Eve_5_assignsubmission_onlinetext_/onlinetext.html": b"<p>I forgot",
            "Participant_77_assignsubmission_file_/x.ipynb": NOTEBOOK,
            "Default group_assignsubmission_file_/x.ipynb": NOTEBOOK,
        }
    )
    assert names(found) == {
        "Ada Lovelace_12": [
            "Ada Lovelace_12_assignsubmission_file/work.zip/lessons/01-audio-basics.ipynb"
        ],
        "Bob_4": ["Bob_4_assignsubmission_file_/01.ipynb"],
        "Default group": ["Default group_assignsubmission_file_/x.ipynb"],
        "Eve_5": [],
        "Participant_77": ["Participant_77_assignsubmission_file_/x.ipynb"],
    }
    assert "no notebook" in found["Eve_5"][0][1]


def test_canvas(hand_in):
    found = hand_in(
        [
            "lovelaceada_77_901_01-audio-basics-1.ipynb",
            "lovelaceada_LATE_77_1002_01-audio-basics.ipynb",
            "de_la_cruzjuan_78_903_x.ipynb",
            "anon_x7Ab2_880_x.ipynb",
            "LATE_anon_Qq123_881_x.ipynb",
        ]
    )
    assert names(found) == {
        "anon_Qq123": ["LATE_anon_Qq123_881_x.ipynb"],
        "anon_x7Ab2": ["anon_x7Ab2_880_x.ipynb"],
        "de_la_cruzjuan_78": ["de_la_cruzjuan_78_903_x.ipynb"],
        "lovelaceada_77": [
            "lovelaceada_77_901_01-audio-basics-1.ipynb",
            "lovelaceada_LATE_77_1002_01-audio-basics.ipynb",
        ],
    }


def test_brightspace(hand_in):
    first = "271836-442356 - Mary-Ann Smith - Dec 5, 2024 1149 AM"
    again = "271836-442357 - Mary-Ann Smith - Dec 5, 2024 105 PM"
    found = hand_in(
        {
            "index.html": b"<table>",
            f"{first}/z.ipynb": NOTEBOOK,
            f"{again}/a.ipynb": NOTEBOOK,
            "271837-442356 - Blake Payne - Sept 24, 2024 926 PM - work.zip": zip_of(["x.ipynb"]),
            "271838-442356 - Zoë van Dam - 24 sep. 2024 2126 - x.ipynb": NOTEBOOK,
        }
    )
    assert names(found) == {
        "Blake Payne_271837": [
            "271837-442356 - Blake Payne - Sept 24, 2024 926 PM - work.zip/x.ipynb"
        ],
        "Mary-Ann Smith_271836": [f"{first}/z.ipynb", f"{again}/a.ipynb"],
        "Zoë van Dam_271838": ["271838-442356 - Zoë van Dam - 24 sep. 2024 2126 - x.ipynb"],
    }


def receipt(name, user):
    return f"""Name: {name} ({user})
Assignment: Lesson_3
Date Submitted: Saturday, November 21, 2026 3:30:10 PM CET
Current Grade: Needs Grading

Submission Field:
There is no student submission text data for this assignment.
""".encode()


def test_blackboard(hand_in):
    when = "attempt_2026-11-21-15-30-10"
    later = "attempt_2026-11-22-01-00-00"
    found = hand_in(
        {
            f"Lesson_3_ada_{when}.txt": receipt("Ada Lovelace", "ada"),
            f"Lesson_3_ada_{when}_z.ipynb": NOTEBOOK,
            f"Lesson_3_ada_{later}.txt": receipt("Ada Lovelace", "ada"),
            f"Lesson_3_ada_{later}_a.ipynb": NOTEBOOK,
            f"Lesson_3_jane_doe_{when}.txt": receipt("Jane (J.) Doe", "jane_doe"),
            f"Lesson_3_jane_doe_{when}_x.ipynb": NOTEBOOK,
            f"Lesson_3_eve_{when}.txt": receipt("Eve", "eve"),
            f"Lesson_3_mal_{when}.txt": receipt("Mal", "ada"),  # of somebody else
            f"Lesson_3_mal_{when}_x.ipynb": NOTEBOOK,
            f"Lesson_3_kim_{when.replace('attempt', 'poging')}_x.ipynb": NOTEBOOK,
        }
    )
    assert names(found) == {
        "ada": [f"Lesson_3_ada_{when}_z.ipynb", f"Lesson_3_ada_{later}_a.ipynb"],
        "eve": [],
        "jane_doe": [f"Lesson_3_jane_doe_{when}_x.ipynb"],
        "kim": [f"Lesson_3_kim_{when.replace('attempt', 'poging')}_x.ipynb"],
        "mal": [f"Lesson_3_mal_{when}_x.ipynb"],
    }


def test_blackboard_without_receipts_takes_no_two_for_one(hand_in):
    when = "attempt_2026-11-21-15-30-10"
    found = hand_in(
        [f"L_jane_doe_{when}_x.ipynb", f"L_john_doe_{when}_x.ipynb", f"L_ada_{when}_x.ipynb"]
    )
    assert list(found) == ["L_jane_doe", "L_john_doe", "ada"]


INDEX = b"""---
submission_100:
  :submitters:
  - :name: Solo Student
    :sid: '100'
    :email: solo@example.org
  :created_at: 2026-11-06 07:13:47.644186000 Z
  :score: 3.5
submission_101:
  :submitters:
  - :name: Pair One
    :sid:
    :email: one@example.org
  - :name: Pair Two
    :sid: '201'
    :email: two@example.org
  :created_at: '2026-11-06 09:13:47.644186000 Z'
submission_102:
  :submitters:
"""


@pytest.mark.parametrize("around", ["", "assignment_8046601_export/"])
def test_gradescope(around, hand_in):
    found = hand_in(
        {
            f"{around}submission_metadata.yml": INDEX,
            f"{around}submission_100/submission_101/x.ipynb": NOTEBOOK,
            f"{around}submission_101/x.ipynb": NOTEBOOK,
            f"{around}submission_102/x.ipynb": NOTEBOOK,
        }
    )
    assert names(found) == {
        "Pair One_one@example.org": ["submission_101/x.ipynb"],
        "Pair Two_201": ["submission_101/x.ipynb"],
        "Solo Student_100": ["submission_100/submission_101/x.ipynb"],
        "submission_102": ["submission_102/x.ipynb"],
    }


EMPTY_INDEXES = [
    b"{}",
    b"submission_1:\n  :submitters: []\n",
    b"submission_1:\n  :submitters:\n  - :name:\n",
    b"submission_1: nothing\n",
    b"other: 1\n",
]


@pytest.mark.parametrize("index", EMPTY_INDEXES)
@pytest.mark.parametrize("around", ["", "assignment_1_export/"])
def test_an_index_that_names_nobody_is_no_student(index, around, hand_in, tmp_path):
    files = {f"{around}submission_metadata.yml": index}
    files |= {f"{around}submission_{n}/x.ipynb": NOTEBOOK for n in (1, 2)}
    found = hand_in(files)
    assert names(found) == {f"submission_{n}": [f"submission_{n}/x.ipynb"] for n in (1, 2)}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    notes = {one.note for one in find_submissions(tmp_path / "in-zip", scratch)}
    assert notes == {"submission_metadata.yml of the export does not tell whose it is"}


@pytest.mark.parametrize("index", [b"- : [", b"[1, 2]", b"&a [*a]", b"\xff\xff"])
def test_an_index_that_cannot_be_read_is_named(index, hand_in):
    with pytest.raises(UserError, match=r"submission_metadata\.yml"):
        hand_in({"submission_metadata.yml": index, "submission_1/x.ipynb": NOTEBOOK})


def test_times_and_lateness_that_exports_tell(tmp_path):
    files = {
        "submission_metadata.yml": INDEX,
        "submission_100/x.ipynb": NOTEBOOK,
        "hopper_LATE_77_881_x.ipynb": NOTEBOOK,
        "1-2 - Ada - Dec 5, 2024 1205 AM - x.ipynb": NOTEBOOK,
    }
    (tmp_path / "x.zip").write_bytes(zip_of(files))
    (tmp_path / "scratch").mkdir()
    found = {
        one.person: one
        for one in find_submissions(tmp_path / "x.zip", tmp_path / "scratch", zone=UTC)
    }
    assert (
        found["Solo Student"].handed_in.isoformat(timespec="seconds") == "2026-11-06T07:13:47+00:00"
    )
    assert found["Ada"].handed_in == datetime(2024, 12, 5, 0, 5, tzinfo=UTC)
    assert found["hopper"].late and not found["Ada"].late


# ------------------------------------------------------------------ what people do to files


def test_copies_of_a_file_are_of_one_person(hand_in):
    files = [
        "ada.ipynb",
        "ada (1).ipynb",
        "ada-Copy1.ipynb",
        "ada - Copy.ipynb",
        "ada copy 2.ipynb",
    ]
    more = ["Copy of bob.ipynb", "eve (2).ipynb.txt", "Zoe\u0308.ipynb", "Zo\u00eb (1).ipynb"]
    found = hand_in([*files, *more])
    assert {who: len(files) for who, files in found.items()} == {
        "Zo\u00eb": 2,
        "ada": 5,
        "bob": 1,
        "eve": 1,
    }
    assert names(found)["ada"][0] == "ada.ipynb"


@pytest.mark.parametrize(
    "copy",
    [
        *(
            "ada - Kopie.ipynb",
            "ada \u2013 Kopie (2).ipynb",
            "Kopie von ada.ipynb",
            "ada Kopie 2.ipynb",
        ),
        *("ada - Copie (3).ipynb", "Copie de ada.ipynb", "ada - copia.ipynb", "Copia de ada.ipynb"),
        *("ada - C\u00f3pia.ipynb", "C\u00f3pia de ada.ipynb", "ada \u2014 ada.ipynb"),
        *(
            "ada (copy).ipynb",
            "ada (another copy).ipynb",
            "ada (3rd copy).ipynb",
            "ada (Kopie).ipynb",
        ),
    ],
)
def test_copies_made_in_other_languages_and_on_other_desktops(copy, hand_in):
    found = hand_in(["ada.ipynb", "bob.ipynb", copy])
    own = {"ada", "bob"} | ({"ada \u2014 ada"} if "\u2014" in copy else set())
    assert set(found) == own
    assert names(found)["ada"][0] == "ada.ipynb"


@pytest.mark.parametrize("name", ["Jan Kopia", "Copia", "ada - Kopiec", "Kopie von", "copyright"])
def test_a_name_that_only_resembles_a_copys_is_a_name(name, hand_in):
    assert set(hand_in([f"{name}.ipynb", "bob.ipynb"])) == {name, "bob"}


def test_somebody_is_told_of_copies(tmp_path):
    for name in ("ada.ipynb", "ada (1).ipynb", "bob.ipynb"):
        (tmp_path / name).write_bytes(NOTEBOOK)
    notes = {one.name: one.note for one in find_submissions(tmp_path, tmp_path / "scratch")}
    assert "ada" in notes.pop("ada (1).ipynb") and not any(notes.values())


@pytest.mark.parametrize(
    "ending", [".ipynb.txt", ".ipynb.json", ".IPYNB", ".ipynb.txt.txt", ".ipynb.download"]
)
def test_what_programs_put_behind_a_name(ending, hand_in):
    assert names(hand_in([f"ada{ending}", "bob.ipynb"])) == {
        "ada": [f"ada{ending}"],
        "bob": ["bob.ipynb"],
    }


def test_a_notebook_without_a_name_is_found(hand_in):
    found = hand_in(
        ["ada/.ipynb", "bob/x.ipynb", "bob/.ipynb_checkpoints/y.ipynb", "eve/._x.ipynb"]
    )
    assert names(found) == {"ada": ["ada/.ipynb"], "bob": ["bob/x.ipynb"], "eve": []}


def test_a_notebook_without_a_name_and_without_a_folder_is_nobodys_but_listed(hand_in):
    found = hand_in([".ipynb", "bob.ipynb"])
    assert "not known" in found[".ipynb"][0][1]


def test_a_lessons_own_name_is_nobody(hand_in):
    files = [
        "01-audio-basics.ipynb",
        "01-audio-basics (1).ipynb",
        "bob.ipynb",
        "99-not-a-lesson.ipynb",
    ]
    found = hand_in(files)
    assert names(found) == {
        "01-audio-basics (1).ipynb": [],
        "01-audio-basics.ipynb": [],
        "99-not-a-lesson": ["99-not-a-lesson.ipynb"],
        "bob": ["bob.ipynb"],
    }
    assert all("rename it" in found[name][0][1] for name in files[:2])


def test_of_a_whole_course_in_a_zip_the_right_lesson_is_taken(hand_in):
    course = zip_of([f"lessons/0{n}-some-thing.ipynb" for n in range(1, 8)])
    found = hand_in({"ada.zip": course, "bob.zip": zip_of(["mine.ipynb"])}, lesson=3)
    assert names(found) == {
        "ada": ["ada.zip/lessons/03-some-thing.ipynb"],
        "bob": ["bob.zip/mine.ipynb"],
    }


def test_a_zip_a_student(hand_in):
    found = hand_in(
        {
            "ada.zip": zip_of(["x.ipynb"]),
            "bob.zip": zip_of({"inner.zip": zip_of(["deep/x.ipynb"])}),
            "cut.zip": zip_of(["x.ipynb"])[:-30],
            "dan.zip": zip_of({"a.zip": zip_of({"b.zip": zip_of(["x.ipynb"])})}),
            "empty.zip": zip_of([]),
            "fay.zip": zip_of({"x.pdf": b"%PDF"}),
            "odd.zip": b"Rar!",
        }
    )
    assert names(found) == {
        "ada": ["ada.zip/x.ipynb"],
        "bob": ["bob.zip/inner.zip/deep/x.ipynb"],
        "cut": [],
        "dan": [],
        "empty": [],
        "fay": [],
        "odd": [],
    }
    assert all(
        problem for who in ("cut", "dan", "empty", "fay", "odd") for _, problem in found[who]
    )


def test_a_classs_export_among_submissions_is_named(hand_in):
    export = zip_of(
        ["Ada_1_assignsubmission_file_/x.ipynb", "Bob_2_assignsubmission_file_/x.ipynb"]
    )
    found = hand_in({"week 1.zip": export, "ada.ipynb": NOTEBOOK})
    assert "whole class" in found["week 1"][0][1]


# ------------------------------------------------------------------ what takes too much


def test_one_who_hands_in_too_much_takes_nothing_from_others(hand_in, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_FILES_EACH", 30)
    monkeypatch.setattr(unpacking, "MAX_NOTEBOOKS_EACH", 5)
    many = [f"many/{n:04}.txt" for n in range(200)]
    books = [f"books/{n:04}.ipynb" for n in range(20)]
    found = hand_in(["ada/x.ipynb", *books, *many, "zoe/x.ipynb"])
    assert names(found)["ada"] and names(found)["zoe"]
    assert len(names(found)["books"]) == 5
    assert any("notebooks" in problem for _, problem in found["books"])
    assert any("files" in problem for _, problem in found["many"])


def test_a_class_in_a_folder_of_its_own_is_not_one_person(hand_in, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_FILES_EACH", 10)
    monkeypatch.setattr(unpacking, "MAX_NOTEBOOKS_EACH", 10)
    found = hand_in([f"course/class/student{n:02}/x.ipynb" for n in range(40)])
    assert len(found) == 40 and all(names(found).values())


def test_a_zip_that_unpacks_to_too_much_is_its_owners(hand_in, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_BYTES_EACH", 10_000)
    bomb = zip_of({f"{n}.ipynb": bytes(9_000) for n in range(9)})
    found = hand_in({"ada.zip": zip_of(["x.ipynb"]), "bomb.zip": bomb, "zoe.ipynb": NOTEBOOK})
    assert names(found)["ada"] and names(found)["zoe"]
    assert len(names(found)["bomb"]) < 4 and any("MB" in problem for _, problem in found["bomb"])


def test_a_long_list_of_members_is_not_read(hand_in, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_DIRECTORY", 2_000)
    long = zip_of([f"{n:04}.ipynb" for n in range(200)])
    hidden = long[:-22] + b"PK\6\7" + bytes(16) + long[-22:]  # as a large zip has it
    found = hand_in({"ada.ipynb": NOTEBOOK, "long.zip": long, "hidden.zip": hidden})
    assert all("files" in found[who][0][1] for who in ("long", "hidden"))


def test_a_class_of_many_files_is_read(tmp_path):
    (tmp_path / "x.zip").write_bytes(
        zip_of(
            {"ada.zip": zip_of(dict.fromkeys(map(str, range(6_000)), b"")), "zoe.ipynb": NOTEBOOK}
        )
    )
    (tmp_path / "scratch").mkdir()
    found = {one.student: one for one in find_submissions(tmp_path / "x.zip", tmp_path / "scratch")}
    assert "files" in found["ada"].problem and not found["zoe"].problem


WHOLE = zip_of({"ada/x.ipynb": NOTEBOOK, "bob.zip": zip_of(["y.ipynb"]), "eve.txt": b"x" * 200})


def check_damaged(factory, changes):
    """A damaged zip is read as far as it can be, or refused; nothing is written but in scratch."""
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place % len(content)] = byte
    folder = factory.mktemp("damaged")
    (folder / "x.zip").write_bytes(content)
    (folder / "scratch").mkdir()
    try:
        for one in find_submissions(folder / "x.zip", folder / "scratch"):
            assert one.problem or one.path.is_relative_to(folder / "scratch")
    except UserError:
        pass
    shutil.rmtree(folder)


damage = given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))


@damage
@example([(1531, 64)])  # made by a version of the future
@settings(deadline=None, max_examples=50)
def test_a_damaged_zip_is_read_or_refused(tmp_path_factory, changes):
    check_damaged(tmp_path_factory, changes)


@pytest.mark.soak
@damage
@settings(deadline=None, max_examples=20_000)
def test_many_damaged_zips_are_read_or_refused(tmp_path_factory, changes):
    check_damaged(tmp_path_factory, changes)


# ------------------------------------------------------------------ what cannot be read


def test_a_folder_that_cannot_be_read_is_somebodys(tmp_path, monkeypatch):
    for name in ("ada/x.ipynb", "bob/x.ipynb", "bob/shut/y.ipynb", "eve/shut/x.ipynb"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(NOTEBOOK)
    scan = os.scandir

    def refuse(path):  # root may read everything, so a test cannot shut a folder for good
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_submissions(tmp_path / "in", tmp_path / "scratch")
    assert [(one.student, bool(one.problem)) for one in found] == [
        ("ada", False),
        ("bob", True),
        ("bob", False),
        ("eve", True),
    ]
    assert "Permission denied" in found[3].problem


def test_an_empty_folder_is_somebodys(hand_in):
    found = hand_in(
        ["ada/x.ipynb", "bob/.DS_Store", "eve/__MACOSX/x.ipynb", "__MACOSX/fay/x.ipynb"]
    )
    assert [who for who, files in found.items() if "nothing" in files[0][1]] == ["bob", "eve"]


def test_a_path_that_is_longer_than_a_system_takes(tmp_path):
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/x.ipynb").write_bytes(NOTEBOOK)
    start = Path.cwd()
    os.chdir(tmp_path / "in")
    try:
        for _ in range(25):  # one after another, as no path of that length can be given
            Path("f" * 200).mkdir()
            os.chdir("f" * 200)
        Path("x.ipynb").write_bytes(NOTEBOOK)
    finally:
        os.chdir(start)
    found = find_submissions(tmp_path / "in", tmp_path / "scratch")
    assert len(found) == 2 and not found[0].problem
    assert found[1].problem and len(found[1].name) <= 200 and len(found[1].student) <= 200


def test_folders_in_folders_without_end(tmp_path):
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/x.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "in" / "/".join(["b"] * 60)).mkdir(parents=True)
    found = find_submissions(tmp_path / "in", tmp_path / "scratch")
    assert [(one.student, "folders" in one.problem) for one in found] == [
        ("ada", False),
        ("b", True),
    ]


# ------------------------------------------------------------------ where results go


def test_results_among_the_submissions_are_no_students(tmp_path):
    for name in ("ada.ipynb", "grades/feedback/ada.html", "grades/gradebook.sqlite", "secret.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(NOTEBOOK)
    out = [tmp_path / "grades", tmp_path / "x/../secret.txt"]
    found = find_submissions(tmp_path, tmp_path / "scratch", leave_out=out)
    assert [one.student for one in found] == ["ada"]
    with pytest.raises(UserError, match="--out"):
        find_submissions(tmp_path, tmp_path / "scratch", leave_out=[tmp_path / "grades/.."])
