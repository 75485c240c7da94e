"""The result of grading one submission."""

from dataclasses import dataclass, field

from refimpl.course.grading.cleaning import clean

# What a human should look at: the points may be too few, or earned in a way that they were not
# meant to be.
ORDINARY = {"right", "wrong", "not started"}
GRADER_ERROR = "grader error"
STALLED = "stalled"
UNDECIDED = {GRADER_ERROR, STALLED}  # the points are for a human to give
LONGEST = 1000  # characters of a text in a report


class _CleanTexts:
    """Whatever makes a report, and from whatever text: what is in it can be stored and shown."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, str):
                object.__setattr__(self, name, clean(value, LONGEST))  # the way past `frozen`


@dataclass(frozen=True)
class ExerciseReport(_CleanTexts):
    """The result of one exercise.

    Attributes:
        id: Such as "3.1".
        points: Those that were earned.
        of: The points for a right answer.
        status: "right", "wrong", "not started", "missing" (no such function), "error" (it raised),
            "forbidden" (it calls what it was to write), "timeout" (it computed too long),
            "stalled" (it neither computed nor answered, twice), "memory", "files", "crash" (the
            process ended), "tampering" (the process wrote something else than a reply), or
            "grader error" (a fault of the grader).
        reason: For the grader: what happened, in a line or two.
        feedback: For the student: what was wrong, without the hidden inputs.
        remark: Something for the grader to look at though the status is ordinary.
    """

    id: str
    points: int
    of: int
    status: str
    reason: str = ""
    feedback: str = ""
    remark: str = ""

    @property
    def is_decided(self) -> bool:
        """Whether the points count; if not, a human has to give them."""
        return self.status not in UNDECIDED

    @property
    def needs_a_look(self) -> bool:
        """Whether a human should look at it."""
        return self.status not in ORDINARY or bool(self.remark)


@dataclass(frozen=True)
class Report(_CleanTexts):
    """The result of a submission.

    Attributes:
        status: "graded", "unreadable" where the file is no notebook, or "grader error" for a fault
            of the grader or of the machine, which is tried again in the next run.
        reason: Why it is not graded.
        exercises: In their order.
    """

    status: str
    reason: str = ""
    exercises: list[ExerciseReport] = field(default_factory=list)

    @property
    def points(self) -> int:
        """All points earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def of(self) -> int:
        """All points that could be earned."""
        return sum(exercise.of for exercise in self.exercises)

    @property
    def needs_a_look(self) -> bool:
        """Whether a human should look at it."""
        return self.status != "graded" or any(one.needs_a_look for one in self.exercises)


def report_fault(what: str, error: BaseException) -> Report:
    """Report a fault of the grader, which is tried again in the next run.

    Args:
        what: The failed action, in words.
        error: Why.
    """
    return Report(GRADER_ERROR, f"{what} ({type(error).__name__}: {clean(str(error), 300)})")
