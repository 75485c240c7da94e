"""Known faults that are tolerated for now, all in one list that can only shrink."""

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path

from refimpl.course.linting.finding import Finding

LIST = Path("tools/lint-exceptions.toml")


def without_exceptions(
    root: Path, findings: Iterable[Finding], looked_at: Collection[str], kinds: Collection[str]
) -> list[Finding]:
    """Leave out what the list allows, and name its entries that are no longer needed.

    Args:
        root: The project's folder; without a list in it nothing is left out.
        findings: Of all files that were looked at.
        looked_at: Their names, from the project's folder.
        kinds: The kinds of findings that were looked for.
    """
    text, excepted = _read(root, looked_at, kinds)
    findings = list(findings)
    kept = [finding for finding in findings if (finding.kind, finding.path) not in excepted]
    for kind, name in sorted(_unneeded(excepted, findings)):
        said = f"{name} has no fault of the kind {kind} any more: take it from the list"
        kept.append(Finding(LIST.as_posix(), _line_of(text, kind, name), said))
    return kept


def shrink(
    root: Path, findings: Iterable[Finding], looked_at: Collection[str], kinds: Collection[str]
) -> None:
    """Take the entries from the list that are no longer needed; see `without_exceptions`."""
    text, excepted = _read(root, looked_at, kinds)
    unneeded = [_line_of(text, *entry) for entry in _unneeded(excepted, list(findings))]
    lines = text.splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines, 1) if number not in unneeded]
    (root / LIST).write_text("".join(kept), encoding="utf-8")


def _read(
    root: Path, looked_at: Collection[str], kinds: Collection[str]
) -> tuple[str, set[tuple[str, str]]]:
    """The list's text, and its entries of some kinds and files: each a kind and a file's name."""
    path = root / LIST
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text, {
        (kind, name)
        for kind, names in tomllib.loads(text).items()
        for name in names["files"]
        if kind in kinds and name in looked_at
    }


def _unneeded(excepted: set[tuple[str, str]], findings: list[Finding]) -> set[tuple[str, str]]:
    return excepted - {(finding.kind, finding.path) for finding in findings}


def _line_of(text: str, kind: str, name: str) -> int:
    """Where an entry is in the list."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"[{kind}]"))
    return next(i for i, line in enumerate(lines, 1) if i > start and f'"{name}"' in line)
