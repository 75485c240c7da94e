"""Checks of a lesson's self-check questions, which have one form, so that they work everywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from refimpl.course.linting.finding import Finding
from refimpl.course.linting.source import LessonSource

SECTION = "Check yourself"
N_QUESTIONS, N_CHOICES = (4, 6), (3, 4)
_QUESTION = re.compile(r"\*\*Question (\d+)\.\*\* \S")
_CHOICE = re.compile(r'<details class="choice (right|wrong)"><summary>(.*\S.*)</summary>$')
_FORM = '<details class="choice right"><summary>…</summary>, or wrong'


@dataclass
class _Choice:
    line: int
    right: bool
    after: list[str] = field(default_factory=list)  # the lines up to </details>
    closed: bool = False


@dataclass
class _Question:
    line: int
    number: int
    choices: list[_Choice] = field(default_factory=list)


def check_questions(lesson: LessonSource) -> Iterator[Finding]:
    """Four to six questions with three or four choices, one of them right, all explained."""
    heading = next((h for h in lesson.headings if h.level == 2 and h.text == SECTION), None)
    if heading is None:
        yield lesson.finding(1, f"no self-check questions: there is no '## {SECTION}'")
        return
    ends = (h.line for h in lesson.headings if h.line > heading.line and h.level <= 2)
    end = next(ends, float("inf"))
    lines = [(number, text) for number, text in lesson.text if heading.line < number < end]
    questions: list[_Question] = []
    yield from _read(lesson, lines, questions)
    fewest, most = N_QUESTIONS
    if not fewest <= len(questions) <= most:
        text = f"{len(questions)} self-check questions; a lesson needs {fewest} to {most}"
        yield lesson.finding(heading.line, text)
    for expected, question in enumerate(questions, start=1):
        if question.number != expected:
            text = f"question {question.number} is the {expected}. one"
            yield lesson.finding(question.line, text)
        yield from _check_question(lesson, question)


def _read(
    lesson: LessonSource, lines: list[tuple[int, str]], questions: list[_Question]
) -> Iterator[Finding]:
    """Take the section apart into questions, and name the lines that have another form."""
    choice = None
    for number, text in lines:
        if found := _QUESTION.match(text):
            questions.append(_Question(number, int(found[1])))
        elif text.startswith("**Question"):
            yield lesson.finding(number, "a question begins with '**Question 1.** ' and its text")
        elif found := _CHOICE.match(text):
            if choice and not choice.closed:
                yield lesson.finding(choice.line, "this choice is not closed with </details>")
            choice = _Choice(number, found[1] == "right")
            if questions:
                questions[-1].choices.append(choice)
            else:
                yield lesson.finding(number, "a choice before the first question")
        elif "<details" in text or "<summary" in text:
            yield lesson.finding(number, f"a choice has the form {_FORM}, on one line")
        elif text.strip() == "</details>" and choice:
            choice.closed = True
        elif choice and not choice.closed:
            choice.after.append(text)
    if choice and not choice.closed:
        yield lesson.finding(choice.line, "this choice is not closed with </details>")


def _check_question(lesson: LessonSource, question: _Question) -> Iterator[Finding]:
    named, choices = f"question {question.number}", question.choices
    fewest, most = N_CHOICES
    if not fewest <= len(choices) <= most:
        text = f"{named} has {len(choices)} choices; it needs {fewest} or {most}"
        yield lesson.finding(question.line, text)
    n_right = sum(choice.right for choice in choices)
    if n_right != 1:
        yield lesson.finding(question.line, f"{named} has {n_right} right choices; it needs one")
    for choice in choices:
        if not any(line.strip() for line in choice.after):
            yield lesson.finding(choice.line, f"a choice of {named} has no explanation")
        elif choice.after[0].strip():
            text = "an empty line is missing after the summary: without it Colab shows no Markdown"
            yield lesson.finding(choice.line, text)
