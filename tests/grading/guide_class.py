"""The class of six in the instructor's guide: what they hand in, as the guide's text says."""

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from tests.grading.notebooks import answered, cells_of, write

HAND_INS = {
    # Right, all of it.
    "ada": lambda: cells_of("solutions", 1),
    # Compares the sound with the noisy sound.
    "ben": lambda: answered(
        "def signal_to_noise(clean, noisy):\n"
        "    return 10 * np.log10(np.mean(clean**2) / np.mean(noisy**2))"
    ),
    # Began, and wrote three answers of five.
    "cleo": lambda: (
        [one for one in cells_of("solutions", 1) if "def " not in one]
        + [one for one in cells_of("solutions", 1) if _defines(one, "heard_frequency", "quantise")]
        + [one for one in cells_of("solutions", 1) if _defines(one, "wav_bytes")]
    ),
    # Computes without end.
    "dan": lambda: answered(
        "def quantise(audio, n_bits):\n    while True:\n        pass", "quantise"
    ),
    # Imports the reference.
    "finn": lambda: answered(
        "from refimpl.course.exercises.lesson_01.quantise import quantise", "quantise"
    ),
}


def _defines(source, *functions):
    return any(f"def {name}(" in source for name in functions)


def hand_in(folder: Path) -> None:
    """Write the six notebooks."""
    for name, make in HAND_INS.items():
        write(folder / f"{name}.ipynb", make())
    (folder / "eve.ipynb").write_text('{"cells": [')  # half saved
    in_time, two_days_late = (
        datetime(2025, 11, day, 9, tzinfo=UTC).timestamp() for day in (20, 22)
    )
    for path in folder.iterdir():
        when = two_days_late if path.stem == "ben" else in_time
        os.utime(path, (when, when))


ROSTER = """\
id,name,email,section
ada,Ada Lovelace,ada@example.org,A
ben,Ben Okri,ben@example.org,A
cleo,Cleo Wade,cleo@example.org,A
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 71,Ada Lovelace,ada@example.org,Submitted for grading - ,,20.00,Yes,\
"Friday, 20 November 2026, 9:05 PM",-,
Participant 72,Ben Okri,ben@example.org,Submitted for grading - ,,20.00,Yes,\
"Friday, 20 November 2026, 9:10 PM",-,
Participant 73,Cleo Wade,cleo@example.org,No submission - ,,20.00,Yes,-,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (881)
    Points Possible,,,,,20.00
"Lovelace, Ada",1,ada,ada,A,
"Okri, Ben",2,ben,ben,A,
"Wade, Cleo",3,cleo,cleo,A,
"""
BRIGHTSPACE = """\
OrgDefinedId,Username,Lesson 1 Points Grade <Numeric MaxPoints:20>,End-of-Line Indicator
#ada,ada,,#
#ben,ben,,#
#cleo,cleo,,#
"""


def write_exports(folder: Path) -> None:
    """Write what a reader of a system's page has: two notebooks, a roster, and the tables."""
    for name in ("ada", "ben"):
        write(folder / f"week-1/{name}.ipynb", _small(name))
    with zipfile.ZipFile(folder / "moodle.zip", "w") as archive:
        for name, whose in (("ada", "Ada Lovelace_71"), ("ben", "Ben Okri_72")):
            inside = f"{whose}_assignsubmission_file/01-audio-basics.ipynb"
            archive.write(folder / f"week-1/{name}.ipynb", inside)
    tables = {"students": ROSTER, "worksheet": WORKSHEET, "canvas": CANVAS}
    for name, text in (tables | {"brightspace": BRIGHTSPACE}).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def _small(name):
    """One answer, which is enough for a page about a system."""
    (cell,) = [one for one in cells_of("solutions", 1) if _defines(one, "wav_bytes")]
    return [f"# by {name}", cell]
