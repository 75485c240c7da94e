"""A page of feedback for a student: what was right, what was wrong, and no hidden inputs."""

from html import escape

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.inbox import Submission
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport, Report

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }}
section {{ border-top: 1px solid; padding: 0.5rem 0 1rem; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_HEADINGS = {"right": "right", "wrong": "not right yet", "not started": "not started"}


def feedback_page(lesson: int, submission: Submission, report: Report) -> str:
    """Return a whole page of HTML that needs nothing else.

    Args:
        lesson: Its number.
        submission: What was handed in.
        report: What it came to.
    """
    handed_in = f"<p>{escape(submission.student)}, <code>{escape(submission.name)}</code></p>"
    return _PAGE.format(title=f"Lesson {lesson}: your answers", body=handed_in + _body(report))


def _body(report: Report) -> str:
    if report.status == GRADER_ERROR:
        return "<p>Your notebook could not be graded yet. The fault is not yours.</p>"
    if report.status != "graded":
        return f"<p>Your notebook could not be read: {escape(report.reason)}.</p>"
    total = f"<p><strong>{report.points} of {report.of} points</strong></p>"
    return total + "".join(map(_section, report.exercises))


def _section(one: ExerciseReport) -> str:
    title = find_title(one.id)
    heading = _HEADINGS.get(one.status, "could not be counted")
    text = f"<pre>{escape(one.feedback)}</pre>" if one.feedback else ""
    points = f"{one.points} of {one.of} points" if one.is_decided else "no points yet"
    return (
        f"\n<section>\n<h2>{one.id} {escape(title)}: {heading}</h2>\n"
        f"<p>{points}</p>\n{text}</section>"
    )


def find_title(exercise_id: str) -> str:
    """Return what an exercise is about."""
    return lesson_exercises(int(exercise_id.split(".")[0]))[exercise_id].title
