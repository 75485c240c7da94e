"""The headings of a lesson's page: sections with numbers, exercises with their facts below."""

import re

SECTION = re.compile(r"^## (?=\S)", re.MULTILINE)
FENCED = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(
    r"^(?P<head>#{2,6} Exercise \d+\.\d+\b.*?) "
    r"\((?P<points>\d+ points?), (?P<minutes>\d+ minutes?), difficulty (?P<dots>[●○]+)\)$",
    re.MULTILINE,
)


class Sections:
    """Counts the sections of a lesson.

    Args:
        lesson: its number.
    """

    def __init__(self, lesson: int):
        self.lesson, self.count = lesson, 0

    def numbered(self, text: str) -> str:
        """Return Markdown whose sections have numbers, such as "3.2", where no code fence is."""
        fenced = [match.span() for match in FENCED.finditer(text)]

        def number(match: re.Match) -> str:
            if any(start <= match.start() < stop for start, stop in fenced):
                return match[0]
            self.count += 1
            return f"## {self.lesson}.{self.count} "

        return SECTION.sub(number, text)


def facts_below(text: str) -> str:
    """Return Markdown in which an exercise's points and minutes stand below its heading.

    So the contents have one line for each exercise.
    """

    def below(match: re.Match) -> str:
        dots = match["dots"]
        difficulty = f"difficulty {dots.count('●')} of {len(dots)} {dots}"
        facts = f"{match['points']} · {match['minutes']} · {difficulty}"
        return f"{match['head']}\n\n:::{{div}} exercise-facts\n{facts}\n:::"

    return EXERCISE.sub(below, text)
