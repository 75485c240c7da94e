"""What a person should look at in a standing: no points are lost without a line that says why."""

from refimpl.course.grading.cleaning import clean_line
from refimpl.course.grading.term.standing import Standing


def look_at_lines(standing: Standing) -> list[str]:
    """Return a line for each reason, with the student and the file.

    Args:
        standing: Of a student in a lesson.
    """
    who = standing.person.id
    if standing.submission:
        who += f" ({standing.submission.name})"
    return [clean_line(f"{who}: {reason}") for reason in reasons_to_look(standing)]


def reasons_to_look(standing: Standing) -> list[str]:
    """Return the reasons why a person should look at a standing, each on one line.

    Args:
        standing: Of a student in a lesson.
    """
    reasons = [f"handed in later, and not counted: {later}" for later in standing.later]
    if standing.is_outdated:
        reasons.append("graded with what was asked before; its notebook is not at hand")
    if standing.submission and standing.submission.late and standing.days_late is None:
        reasons.append("late, as the export says, and not by how much: no points are taken off")
    return [clean_line(reason) for reason in (*reasons, *_in_report(standing))]


def _in_report(standing: Standing) -> list[str]:
    report = standing.report
    if report is None:
        return []
    if report.status != "graded":
        return [f"{report.status}: {report.reason}"]
    # Points that a person has set need no look any more.
    decided = {one.exercise for one in standing.decisions if one.points is not None}
    same: dict[str, list[str]] = {}  # one line for all exercises with the same reason
    for exercise in report.exercises:
        if exercise.needs_a_look and exercise.id not in decided:
            parts = (exercise.status, exercise.reason, exercise.remark)
            same.setdefault(": ".join(filter(None, parts)), []).append(exercise.id)
    return [f"{', '.join(ids)} {reason}" for reason, ids in same.items()]
