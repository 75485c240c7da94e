"""How long a lesson takes: computed from its exercises, its words and its players.

A source says `Plan {{ minutes }}.`, and the build puts the sum there, so that no header promises
what the lesson has outgrown.
"""

import re

from nbformat import NotebookNode

from refimpl.course.exercises import find_exercise

PLACE = "{{ minutes }}"
# Less than half the rate at which people read plain prose: formulas are worked through, code counts
# by its words too, and cells are run and their pictures looked at.
WORDS_PER_MINUTE = 100
TIMES_HEARD = 2  # a sound is rarely heard once
ROUND_TO = 5  # minutes; more would be a promise that nobody can keep
_EXERCISE = re.compile(r"#+ Exercise (\d+\.\d+)\b")
_HEADING = re.compile(r"#+ ")
_NO_WORDS = re.compile(r"<[^>]*>|\]\([^)]*\)|\$[^$]*\$")
_WORD = re.compile(r"\w+(?:['’.]\w+)*")
# A player or an A/B row, as a notebook stores it in words; its duration is the last number.
_SOUND = re.compile(r"<(?:Player|ComparedSounds): .*?([\d.]+) s\b")


def told(lesson: NotebookNode, solution: NotebookNode) -> str:
    """Return how long a lesson takes, in words.

    Args:
        lesson: Its notebook, open or solved.
        solution: The executed one, whose outputs name the sounds and their durations.
    """
    n_words, exercises = _count(lesson)
    reading = n_words / WORDS_PER_MINUTE + TIMES_HEARD * _seconds_of_sound(solution) / 60
    text = f"{_rounded(reading)} minutes to read and listen"
    if not exercises:
        return text
    solving = sum(find_exercise(exercise_id).minutes for exercise_id in exercises)
    return f"{text}, and {_rounded(solving)} for the exercises"


def fill(notebook: NotebookNode, minutes: str) -> None:
    """Put the words of `told` into a notebook where its source has the place for them."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(PLACE, minutes)


def _count(notebook: NotebookNode) -> tuple[int, list[str]]:
    """The words outside exercises, whose own minutes include theirs, and the exercises' ids."""
    n_words, exercises, inside = 0, [], False
    for cell in notebook.cells:
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and _HEADING.match(line):
                exercise = _EXERCISE.match(line)
                inside = exercise is not None
                exercises += [exercise[1]] if exercise else []
            if not inside and "set-up" not in cell.metadata.get("tags", []):
                n_words += len(_WORD.findall(_NO_WORDS.sub(" ", line)))
    return n_words, exercises


def _seconds_of_sound(solution: NotebookNode) -> float:
    """How long all sounds of an executed notebook last together."""
    seconds = 0.0
    for cell in solution.cells:
        for output in cell.get("outputs", []):
            text = output.get("data", {}).get("text/plain", "")
            seconds += sum(float(found) for found in _SOUND.findall(text))
    return seconds


def _rounded(minutes: float) -> int:
    return max(ROUND_TO, ROUND_TO * round(minutes / ROUND_TO))
