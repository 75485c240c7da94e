"""A page of feedback for a student: what was right, what was wrong, and no hidden inputs."""

from datetime import tzinfo
from fractions import Fraction
from html import escape

from refimpl.course.exercises import lesson_exercises
from refimpl.course.grading.report import GRADER_ERROR, ExerciseReport
from refimpl.course.grading.term.decisions import EXCUSED, Decision, Request
from refimpl.course.grading.term.standing import NOT_GRADED, NOT_HANDED_IN, Standing
from refimpl.course.grading.term.times import show_time

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
blockquote {{ margin: 0.5rem 0; padding-left: 1rem; border-left: 3px solid; }}
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
_INSTEAD = {
    GRADER_ERROR: "Your notebook could not be graded yet. The fault is not yours.",
    NOT_GRADED: "Your notebook is not graded yet.",
    NOT_HANDED_IN: "Nothing was handed in.",
}


def feedback_page(standing: Standing, zone: tzinfo | None = None) -> str:
    """Return a whole page of HTML that needs nothing else.

    Args:
        standing: Of a student in a lesson.
        zone: Of the dates on the page.
    """
    parts = [f"<p>{escape(_who(standing))}</p>", *_about_the_hand_in(standing, zone)]
    if standing.status == EXCUSED:
        parts.append("<p>This lesson does not count for you.</p>")
    elif standing.status in _INSTEAD:
        parts.append(f"<p>{_INSTEAD[standing.status]}</p>")
    elif standing.status != "graded":
        reason = standing.report.reason if standing.report else standing.status
        parts.append(f"<p>Your notebook could not be read: {escape(reason)}.</p>")
    if standing.total is not None and (standing.status == "graded" or standing.points):
        parts.append(_total(standing))
    parts += _said(standing, "")
    parts += [_section(standing, one) for one in _exercises(standing)]
    title = f"Lesson {standing.lesson}: your answers"
    return _PAGE.format(title=title, body="\n".join(parts))


def show_points(points: Fraction | None) -> str:
    """Return points for people: "4", "3.5"; "" for None."""
    if points is None:
        return ""
    return str(points.numerator) if points.denominator == 1 else f"{float(points):.2f}".rstrip("0")


def _who(standing: Standing) -> str:
    name = standing.person.name
    return (
        standing.person.id if name in ("", standing.person.id) else f"{name} ({standing.person.id})"
    )


def _about_the_hand_in(standing: Standing, zone: tzinfo | None) -> list[str]:
    """Which file counts, when it came, and how late."""
    lines = []
    if one := standing.submission:
        lines.append(f"<code>{escape(one.name)}</code>")
        if standing.attempts > 1:
            lines[-1] += f", attempt {standing.attempt} of {standing.attempts}, which counts"
        if standing.days_late is not None and (when := show_time(one.handed_in, zone)):
            lines.append(f"handed in {when}")
    if standing.due:
        lines.append(f"due {show_time(standing.due, zone)}")
    if standing.days_late:
        late = f"{standing.days_late} day{'s' * (standing.days_late != 1)} late"
        free = f", {standing.free_days} of them free" if standing.free_days else ""
        lines.append(late + free)
    later = [f"<p>Handed in later, and not counted: {escape(one)}.</p>" for one in standing.later]
    return ([f"<p>{'<br>'.join(lines)}</p>"] if lines else []) + later


def _total(standing: Standing) -> str:
    total = f"<strong>{show_points(standing.total)} of {standing.of} points</strong>"
    if standing.deducted:
        earned, off = show_points(standing.earned), show_points(standing.deducted)
        total += f": {earned}, less {off} for lateness"
    return f"<p>{total}</p>"


def _exercises(standing: Standing) -> list[ExerciseReport | str]:
    """The reports of all exercises, and the ids of those of which people decided without one."""
    reports = {one.id: one for one in standing.report.exercises} if standing.report else {}
    about = {one.exercise for one in standing.decisions}
    about |= {request.exercise for request, _ in standing.requests}
    ids = [name for name in lesson_exercises(standing.lesson) if name in reports or name in about]
    return [reports.get(name, name) for name in ids]


def _section(standing: Standing, one: ExerciseReport | str) -> str:
    exercise_id = one if isinstance(one, str) else one.id
    exercise = lesson_exercises(standing.lesson)[exercise_id]
    points = standing.points.get(exercise_id)
    heading, text = "", ""
    if isinstance(one, ExerciseReport):
        heading = f": {_HEADINGS.get(one.status, 'could not be counted')}"
        text = f"<pre>{escape(one.feedback)}</pre>" if one.feedback else ""
    count = (
        f"{show_points(points)} of {exercise.points} points"
        if points is not None
        else ("no points yet" if isinstance(one, ExerciseReport) else "")
    )
    said = "".join(_said(standing, exercise_id))
    return (
        f"\n<section>\n<h2>{exercise_id} {escape(exercise.title)}{heading}</h2>\n"
        f"<p>{count}</p>\n{text}{said}</section>"
    )


def _said(standing: Standing, exercise: str) -> list[str]:
    """Return the decisions and the requests about an exercise, or about the lesson."""
    asked = [pair for pair in standing.requests if pair[0].exercise == exercise]
    decided = [one for one in standing.decisions if one.exercise == exercise]
    return [_request(*pair) for pair in asked] + [_decision(one) for one in decided]


def _request(request: Request, is_answered: bool) -> str:
    state = "" if is_answered else ", not answered yet"
    when = f" ({escape(request.when)})" if request.when else ""
    return f"<p>You asked{when}{state}:</p><blockquote>{escape(request.text)}</blockquote>"


def _decision(one: Decision) -> str:
    by = escape(
        " ".join(filter(None, (one.who and f"by {one.who}", one.when and f"on {one.when}")))
    )
    if one.excused:
        what = f"Excused {by}".strip()
    elif one.points is not None:
        what = f"Set to {show_points(one.points)} points {by}".strip()
    else:
        what = f"Comment {by}".strip()
    text = f"<blockquote>{escape(one.comment)}</blockquote>" if one.comment else ""
    return f"<p>{what}{':' if text else '.'}</p>{text}"
