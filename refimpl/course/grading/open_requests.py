"""`open-requests.csv`: the regrade requests that nobody has answered, as a list to work through.

Its first columns are those of the list of overrides. To answer a request, fill in points, a comment
or both, and paste the row into that list. The next run shows the answer to the student, and the
request leaves this file.
"""

from pathlib import Path

from refimpl.course.grading.tables import Cell, number, write_table
from refimpl.course.grading.term.course import Course
from refimpl.course.grading.term.decisions import Request
from refimpl.course.grading.term.standing import Standing

FILE = "open-requests.csv"
_HEAD = ["student", "exercise", "points", "comment", "who", "when"]
_HEAD += ["request", "asked", "points now", "status", "reason", "file"]


def write_open_requests(out: Path, course: Course) -> None:
    """Write the list, if the course has a list of requests at all.

    Args:
        out: The course's folder.
        course: How everybody stands.
    """
    if not course.known.rules.requests:
        return
    rows = [_row(standing, request) for standing, request in open_requests(course)]
    write_table(out / FILE, _HEAD, rows)


def open_requests(course: Course) -> list[tuple[Standing, Request]]:
    """Return the requests without an answer, all of one exercise together.

    Args:
        course: How everybody stands.
    """
    found = [
        (standing, request)
        for standings in course.standings.values()
        for standing in standings
        for request, answered in standing.requests
        if not answered
    ]
    return sorted(found, key=lambda pair: (pair[1].lesson, pair[1].exercise, pair[0].person.id))


def _row(standing: Standing, request: Request) -> list[Cell]:
    exercise = request.exercise
    reports = standing.report.exercises if standing.report else []
    report = next((one for one in reports if one.id == exercise), None)
    points = standing.points.get(exercise) if exercise else standing.total
    return [
        *(standing.person.id, exercise or str(request.lesson), None, "", "", ""),
        *(request.text, request.when, number(points)),
        report.status if report else standing.status,
        report.reason if report else "",
        standing.submission.name if standing.submission else "",
    ]
