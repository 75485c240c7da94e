"""Faults that are put up with until somebody mends them, all in one list that can only shrink."""

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path

from refimpl.course.linting.finding import Finding

LIST = Path("tools/lint-exceptions.toml")


def without_exceptions(
    root: Path, findings: Iterable[Finding], looked_at: Collection[str], kinds: Collection[str]
) -> list[Finding]:
    """Leave out what the list puts up with, and name its entries that are no longer needed.

    Args:
        root: The project's folder; without a list in it nothing is left out.
        findings: Of all files that were looked at.
        looked_at: Their names, from the project's folder.
        kinds: The kinds of findings that were looked for.
    """
    path = root / LIST
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    excepted = {
        (kind, name)
        for kind, names in tomllib.loads(text).items()
        for name in names["files"]
        if kind in kinds and name in looked_at
    }
    kept, used = [], set()
    for finding in findings:
        entry = (finding.kind, finding.path)
        used.add(entry)
        if entry not in excepted:
            kept.append(finding)
    for kind, name in sorted(excepted - used):
        said = f"{name} has no fault of the kind {kind} any more: take it from the list"
        kept.append(Finding(LIST.as_posix(), _line_of(text, kind, name), said))
    return kept


def _line_of(text: str, kind: str, name: str) -> int:
    """Where an entry stands."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"[{kind}]"))
    return next(i for i, line in enumerate(lines, 1) if i > start and f'"{name}"' in line)
