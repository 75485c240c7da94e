"""What grading one submission came to."""

from dataclasses import dataclass, field

# What a human should look at: the points may be too few, or earned in a way that they were not
# meant to be.
ORDINARY = {"right", "wrong", "not started"}
GRADER_ERROR = "grader error"


@dataclass(frozen=True)
class ExerciseReport:
    """What one exercise came to.

    Attributes:
        id: Such as "3.1".
        points: What was earned.
        of: What could be earned.
        status: "right", "wrong", "not started", "missing" (no such function), "error" (it raised),
            "forbidden" (it calls what it was to write), "timeout", "memory", "files", "crash" (the
            process ended), "tampering" (the process wrote something else than a reply), or
            "grader error" (a fault of the grader).
        reason: For whoever grades: what happened, in a line or two.
        feedback: For the student: what was wrong, without the hidden inputs.
        remark: Something for whoever grades to look at though the status is ordinary.
    """

    id: str
    points: int
    of: int
    status: str
    reason: str = ""
    feedback: str = ""
    remark: str = ""

    @property
    def needs_a_look(self) -> bool:
        """Whether a human should look at it."""
        return self.status not in ORDINARY or bool(self.remark)


@dataclass(frozen=True)
class Report:
    """What a submission came to.

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
