"""What a lint of a lesson says: where something is, and what is the matter with it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One fault.

    Attributes:
        path: Of the file, from the project's folder.
        line: In the file, from 1.
        text: The fault and its fix.
        kind: The kind of fault, for those that tools/lint-exceptions.toml may tolerate.
    """

    path: str
    line: int
    text: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"
