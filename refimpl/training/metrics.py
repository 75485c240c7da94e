"""The log of a run: one JSON object per line, appended during the run."""

from __future__ import annotations

import json
from pathlib import Path

from refimpl.files import replace_file

METRICS = "metrics.jsonl"


def read_metrics(path: str | Path) -> list[dict]:
    """Read a log.

    Args:
        path: the file, or the folder that holds `metrics.jsonl`.

    Returns:
        One record per line. A training step's has `step`, `loss` (by default in nats per token),
        `gradient_norm`, `learning_rate`, `tokens` (labels trained on so far; another loss counts
        and names other things) and `seconds` (spent in training so far); a validation's has
        `step`, `validation_loss` and `validation` (losses by name).
        A last line that a kill cut short is ignored.
    """
    path = Path(path)
    path = path / METRICS if path.is_dir() else path
    records = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            records.append(json.loads(line))
        except ValueError:
            break
    return records


class MetricsLog:
    """The records of a run, in memory and, if there is a folder, in its `metrics.jsonl`.

    Args:
        folder: where the file is. None: only in memory.
        writes: whether this process is the one that writes.
    """

    def __init__(self, folder: Path | None, *, writes: bool = True) -> None:
        self._path = folder / METRICS if folder and writes else None
        self.records = read_metrics(folder) if folder else []

    def keep_until(self, step: int) -> None:
        """Drop the records after a step, because the run continues from there."""
        self.records = [record for record in self.records if record["step"] <= step]
        if self._path:
            text = "".join(json.dumps(record) + "\n" for record in self.records)
            replace_file(self._path, text.encode())

    def append(self, records: list[dict]) -> None:
        """Add records; from here on they survive the process."""
        self.records += records
        if self._path and records:
            with self._path.open("a") as file:
                file.write("".join(json.dumps(record) + "\n" for record in records))
