"""Comparing results with the right ones, and telling the grader and the student."""

from dataclasses import replace

from refimpl.course.check import HINT_TRIALS, recognise
from refimpl.course.grading.answer_key import Question
from refimpl.course.grading.cleaning import clean
from refimpl.course.grading.replies import Trial
from refimpl.course.grading.report import ExerciseReport

LONGEST_COMPLAINT = 600  # characters: an answer may be one long text
FEEDBACK = {
    "not started": "not started yet",
    "missing": "the notebook defines no function of this name",
    "forbidden": "your function calls what it was to replace",
    "timeout": "your function computed for too long",
    "stalled": "your function waited for something that did not come; a teacher will look at it",
    "memory": "your function asked for too much memory",
    "files": "your function wrote too many files",
    "crash": "the process that ran your function ended",
    "tampering": "your code wrote into what only the grader writes to",
    "grader error": "this could not be graded yet; the fault is not yours",
}
MAY_BE_PARTIAL = ("wrong", "error")
HIDDEN = "right on the inputs that `check` shows, wrong on others"


def judge(
    question: Question,
    trials: list[Trial],
    failed: tuple[str, str] | None,
    suspicions: list[str],
) -> ExerciseReport:
    """Grade one exercise.

    Args:
        question: The exercise with its inputs.
        trials: The results, call by call.
        failed: Status and reason, where the calls came to no end.
        suspicions: From the answer's text.
    """
    judged = _judge(question, trials, failed, ", ".join(suspicions))
    if question.exercise.partial_credit and judged.status in MAY_BE_PARTIAL:
        return _with_partial_credit(question, trials, judged)
    return judged


def _judge(
    question: Question,
    trials: list[Trial],
    failed: tuple[str, str] | None,
    remark: str,
) -> ExerciseReport:
    for number, trial in enumerate(trials):
        hidden = number >= question.n_visible
        if trial.status != "called":
            return report(question, trial.status, trial.reason, remark, hidden)
        if complaint := _complaint(question, number, trial):
            return _wrong(question, trials, complaint, remark, hidden)
    if failed:
        return report(question, *failed, remark, len(trials) >= question.n_visible)
    return report(question, "right", "", remark)


def report(
    question: Question, status: str, reason: str = "", remark: str = "", hidden: bool = False
) -> ExerciseReport:
    """Report an exercise that came to something else than a wrong answer.

    Args:
        question: The exercise with its inputs.
        status: Of `ExerciseReport`.
        reason: For the person who grades.
        remark: To be looked at though the status is ordinary.
        hidden: Whether it happened on hidden inputs, which the reason may hold.
    """
    exercise = question.exercise
    points = exercise.points if status == "right" else 0
    feedback = FEEDBACK.get(status, "")
    if status == "error" and hidden:
        feedback = "your function takes the inputs that `check` shows, and fails on others"
    elif status == "forbidden" and reason and not hidden:
        feedback = reason
    elif status == "error":
        feedback = f"your function {reason}" if reason.startswith("raised") else reason
    return ExerciseReport(exercise.id, points, exercise.points, status, reason, feedback, remark)


def _with_partial_credit(
    question: Question, trials: list[Trial], judged: ExerciseReport
) -> ExerciseReport:
    """Give a wrong answer its share of right results, rounded down to points."""
    n_right = sum(
        trial.status == "called" and _complaint(question, number, trial) is None
        for number, trial in enumerate(trials)
    )
    n_trials = len(question.trials)  # calls that never happened count as wrong
    said = f"partial credit: right for {n_right} of {n_trials} inputs"
    feedback = "\n".join(filter(None, (judged.feedback, said)))
    return replace(judged, points=question.exercise.points * n_right // n_trials, feedback=feedback)


def _complaint(question: Question, number: int, trial: Trial) -> str | None:
    if trial.changed:
        return "your function changed its argument in place: work on a copy"
    expected, inputs = question.expected[number], question.trials[number]
    if missing := expected.keys() - trial.results.keys():
        return f"no result {sorted(missing)}"
    wrong = question.exercise.compare(expected, trial.results, inputs)
    edge = question.edges[number]
    return f"at an edge that the docstring allows: {edge}\n{wrong}" if wrong and edge else wrong


def _wrong(
    question: Question, trials: list[Trial], complaint: str, remark: str, hidden: bool
) -> ExerciseReport:
    """The report of a wrong answer: to the student, only what a check of theirs would show."""
    complaint = clean(complaint, LONGEST_COMPLAINT)
    told = HIDDEN if hidden else complaint
    if known := _hint(question, trials):
        told += f"\nhint: {known}"
    elif hidden:
        remarks = [remark, "right on the visible inputs alone: does it remember them?"]
        remark = ", ".join(filter(None, remarks))
    exercise = question.exercise
    return ExerciseReport(exercise.id, 0, exercise.points, "wrong", complaint, told, remark)


def _hint(question: Question, trials: list[Trial]) -> str | None:
    """Recognise a misconception in what came."""
    # Ordinary inputs tell misconceptions apart; so many are enough. All edges are looked at.
    asked = list(zip(question.edges, question.trials, trials, strict=False))
    ordinary = [one for one in asked if not one[0]][:HINT_TRIALS]
    rows = ordinary + [one for one in asked if one[0]]
    given = [trial.results if trial.status == "called" else None for *_, trial in rows]
    return recognise(question.exercise, [(edge, inputs) for edge, inputs, _ in rows], given)
