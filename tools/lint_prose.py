"""Check the English that people read: `make lint`.

Covers the lessons and pages, README.md, CONTRIBUTING.md, and the docstrings and messages of the
package. lint-exceptions.toml lists the files that may still have faults.

    .venv/bin/python tools/lint_prose.py             all of it
    .venv/bin/python tools/lint_prose.py FILE …      these files, excepted or not
    .venv/bin/python tools/lint_prose.py --shrink    remove entries that are no longer needed
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from prose import markdown, python
from prose.passages import Passage
from prose.rules import faults

from refimpl.course.linting.exceptions import shrink, without_exceptions
from refimpl.course.linting.finding import Finding

ROOT = Path(__file__).resolve().parent.parent
READ = ["*.md", "book/**/*.md", "refimpl/**/*.py", "refimpl/**/*.md"]
KIND = "prose"
BETWEEN = "\n¦\n"  # so that no rule takes the end of one passage and the start of the next together


def main(words: list[str]) -> int:
    """Print what is found; the exit status is 1 if anything was."""
    if words and words != ["--shrink"]:
        found = [one for word in words for one in look_at(ROOT, Path(word).resolve())]
    else:
        paths = sorted(path for pattern in READ for path in ROOT.glob(pattern))
        names = [path.relative_to(ROOT).as_posix() for path in paths]
        everything = [one for path in paths for one in look_at(ROOT, path)]
        if words:
            shrink(ROOT, everything, names, [KIND])
        found = without_exceptions(ROOT, everything, names, [KIND])
    for one in found:
        print(one)
    return 1 if found else 0


def look_at(root: Path, path: Path) -> list[Finding]:
    """Return what is wrong in the prose of a file, in the order of its lines."""
    read = markdown.prose if path.suffix == ".md" else python.prose
    name = path.relative_to(root).as_posix()
    return sorted(
        Finding(name, line, text, KIND)
        for line, text in faults_by_line(list(read(path.read_text(encoding="utf-8"))))
    )


def faults_by_line(passages: list[Passage]) -> Iterator[tuple[int, str]]:
    """Look at all passages in one go, since proselint takes its time for every text."""
    starts, together = [], ""
    for passage in passages:
        starts.append(len(together))
        together += passage.text + BETWEEN
    for place, text in faults(together):
        number = max(i for i, start in enumerate(starts) if start <= place)
        yield passages[number].line_at(place - starts[number]), text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
