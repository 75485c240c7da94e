"""A small lesson 1 in which lint finds nothing; its exercises are those of the course."""

from pathlib import Path

import nbformat

from refimpl.course import notebooks
from refimpl.course.exercise import Exercise
from refimpl.course.exercises import lesson_exercises

ADDRESS = "https://example.org/course"
HEADER = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# 1. A small lesson

You need ears. Plan {{ minutes }}.

## Listen first

The value 1.0 just does not fit.

```{code-cell} ipython3
noise = [0.5, -0.5]
play(noise, 8000, "White noise")
```

```{code-cell} ipython3
picture, (axes,) = new_picture()
picture.alt = "A slow and a fast wave."
picture
```

```{code-cell} ipython3
print("two")
```
"""
QUESTIONS = """
## Check yourself
"""
QUESTION = """
**Question {0}.** Which sound is softer?

<details class="choice right"><summary>The one with the lower RMS in {0}</summary>

Right: that is what RMS measures.
</details>
<details class="choice wrong"><summary>The one with the lower peak</summary>

A peak says little.
</details>
<details class="choice wrong"><summary>The same for both</summary>

It is not.
</details>
"""
PROGRESS = """
```{code-cell} ipython3
:tags: [nbval-ignore-output]

progress(1)
```
"""
# By which cell it was printed: what the solution's notebook stores.
STORED = {
    "play(": "<Player: White noise, 1.00 s>",
    "new_picture(": "<Picture: A slow and a fast wave.>",
    "print(": "two",
}


def brackets(exercise: Exercise) -> str:
    """What stands at the end of an exercise's heading."""
    dots = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
    return f"({exercise.points} points, {exercise.minutes} minutes, difficulty {dots})"


def heading(exercise: Exercise) -> str:
    """The heading of an exercise."""
    title = exercise.title[0].lower() + exercise.title[1:]
    return f"### Exercise {exercise.id}: {title} {brackets(exercise)}"


def section(exercise: Exercise) -> str:
    """An exercise: heading, answer and check."""
    return f'''
{heading(exercise)}

```{{code-cell}} ipython3
def {exercise.function}(*arguments):
    """What {exercise.function} returns."""
    ### BEGIN SOLUTION
    return arguments
    ### END SOLUTION
```

```{{code-cell}} ipython3
check("{exercise.id}", {exercise.function})
```
'''


def lesson_text() -> str:
    """The source."""
    exercises = "".join(map(section, lesson_exercises(1).values()))
    questions = "".join(QUESTION.format(number) for number in range(1, 5))
    return HEADER + exercises + QUESTIONS + questions + PROGRESS


def write(root: Path, name: str) -> None:
    """Write the source, and both notebooks as if they had been executed."""
    source = root / name
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(lesson_text(), encoding="utf-8")
    lesson, solution = notebooks.read_pair(source, ADDRESS)
    for cell in solution.cells:
        for part, text in STORED.items():
            if cell.cell_type == "code" and part in cell.source:
                data = {"text/plain": text}
                cell.outputs = [nbformat.v4.new_output("display_data", data)]
    for folder, notebook in ((notebooks.LESSONS, lesson), (notebooks.SOLUTIONS, solution)):
        path = notebooks.built_path(root, folder, source)
        path.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, path)
