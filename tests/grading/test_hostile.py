"""Every way to cheat, crash or break things that we know, in the real sandbox, in one run."""

import os
import socket
import threading

import pytest

from refimpl.course.check import visible_trials
from refimpl.course.exercises import find_exercise
from refimpl.course.grading.edition import PACKAGE
from refimpl.course.grading.grade import grade
from tests.grading.hostile import ALL, BREAKS, CHEATS, EARNED
from tests.grading.notebooks import answered, write
from tests.grading.settings import TASK

EXERCISE = find_exercise("1.3")
OTHERS = 16  # points of lesson 1 without exercise 1.3


class Listener:
    """A server that counts who comes."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.n_visits = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                self.socket.accept()
            except OSError:
                return
            self.n_visits += 1


def visible_inputs():
    return [round(float(inputs["clean"].sum()), 6) for _, inputs in visible_trials(EXERCISE)]


@pytest.fixture(scope="module")
def run(sandbox, tmp_path_factory):
    """All of them, graded at once: the outcome, and what is around it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "seeds.txt").write_text(TASK.secret)
    (folder / "outside").mkdir()
    (folder / "outside").chmod(0o777)
    listener = Listener()
    places = {
        "GRADER": str(PACKAGE / "course/grading/judging.py"),
        "ANOTHER": str(folder / "submissions/wrong.ipynb"),
        "SEEDS": str(folder / "seeds.txt"),
        "OUTSIDE": str(folder / "outside"),
        "KNOWN": str(visible_inputs()),
        "PORT": str(listener.port),
    }
    for name, hostile in ALL.items():
        write(folder / f"submissions/{name}.ipynb", answered(hostile.cell(**places)))
    outcome = grade(folder / "submissions", folder / "grades", TASK, n_workers=os.cpu_count() or 1)
    yield outcome, folder, listener
    listener.socket.close()


def reports(run):
    return {row.submission.student: row.report for row in run[0].rows}


@pytest.mark.parametrize("name", ALL)
def test_each_gets_what_it_must_and_its_author_keeps_all_other_points(run, name):
    report = reports(run)[name]
    assert report.status == "graded", report.reason
    by_id = {one.id: one for one in report.exercises}
    answer = by_id.pop("1.3")
    assert answer.status in ALL[name].statuses, answer
    assert answer.points == (EXERCISE.points if answer.status == "right" else 0)
    assert sum(one.points for one in by_id.values()) == OTHERS, by_id


@pytest.mark.parametrize("name", ALL)
def test_a_human_is_told_of_everything_that_is_odd_and_of_nothing_else(run, name):
    outcome = run[0]
    told = [line for line in outcome.look_at if line.startswith(f"{name} (")]
    assert bool(told) == ALL[name].is_seen, told
    assert all(line.isprintable() for line in told)


def test_nothing_is_lost(run):
    assert run[0].n_now == len(ALL) == len(CHEATS) + len(BREAKS) + len(EARNED)
    assert run[0].n_left == 0


def test_nobody_came_out_of_the_sandbox(run):
    _, folder, listener = run
    assert listener.n_visits == 0
    assert not list((folder / "outside").iterdir())
    assert PACKAGE.joinpath("course/grading/judging.py").stat().st_size > 0


def test_memory_of_inputs_is_named_as_such(run):
    answer = next(one for one in reports(run)["remembers inputs"].exercises if one.id == "1.3")
    assert "remember" in answer.remark
