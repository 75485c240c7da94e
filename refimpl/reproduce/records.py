"""The records of a run and of a reproduction, as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from refimpl.errors import UserError
from refimpl.metrics.statistics import Estimate
from refimpl.pipeline import FinishedRun
from refimpl.presets import Preset
from refimpl.training import read_metrics


def same_tokens(one: Preset, other: Preset) -> bool:
    """Whether two presets turn the same sounds into the same tokens."""
    parts = ("tunes", "data", "codec", "vocabulary")
    same = all(getattr(one, part) == getattr(other, part) for part in parts)
    from_the_same = one.start_from == other.start_from  # whose codec it is
    return same and from_the_same and one.training.seed == other.training.seed


def read_record(path: Path, of: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read what an earlier call has kept.

    Args:
        path: of the record.
        of: what it depends on, such as settings and the fingerprints of models, as the record
            itself has it.

    Returns:
        The record; None if there is none, or if it differs in one of these.
    """
    record = _read(path)
    return None if record is None or differing(record, of) else record


def say_outdated(paths: Iterable[Path], of: Mapping[str, Any], log: Callable[[str], None]) -> None:
    """Say how many of the records that are there must be made again.

    Args:
        paths: of records.
        of: what they depend on; see `read_record`.
        log: is given the sentence, if there is one to say.
    """
    found = [record for path in paths if (record := _read(path)) is not None]
    outdated = [names for record in found if (names := differing(record, of))]
    if outdated:
        names = ", ".join(name for name in of if any(name in some for some in outdated))
        log(f"{len(outdated)} of {len(found)} records differ in {names}, and are made again")


def differing(record: Mapping[str, Any], of: Mapping[str, Any]) -> list[str]:
    """The names under which a record holds something else, or nothing."""
    return [name for name, value in of.items() if record.get(name) != value]


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


@dataclass(frozen=True)
class Kept:
    """The results of an earlier reproduction, if only some of its runs are repeated.

    Attributes:
        results: what its results.json holds; empty: nothing is kept.
        again: names of the runs that are not kept.
    """

    results: dict[str, Any] = field(default_factory=dict)
    again: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path, again: Sequence[str]) -> Kept:
        """Read the results in a folder.

        Raises:
            UserError: there are none, or none of such a run.
        """
        path = folder / "results.json"
        if not path.exists():
            raise UserError(f"{path} is not there, so nothing can be kept; leave out --again")
        results = json.loads(path.read_text(encoding="utf-8"))
        names = [record["name"] for record in results["experiments"]]
        for name in again:
            if name not in names:
                raise UserError(f"{path} has no run {name!r}; it has {', '.join(names)}")
        return cls(results, tuple(again))

    @property
    def names(self) -> list[str]:
        """The runs that are kept."""
        records = self.results.get("experiments", [])
        return [record["name"] for record in records if record["name"] not in self.again]

    @property
    def references(self) -> dict[str, Any] | None:
        """Return the measures that need no run."""
        return self.results.get("references")

    @property
    def first_losses(self) -> dict[str, float] | None:
        """The losses of untrained models."""
        return self.results.get("first_losses")

    def record(self, name: str) -> dict[str, Any] | None:
        """The record of a run that is kept."""
        if name not in self.names:
            return None
        return next(r for r in self.results["experiments"] if r["name"] == name)


def plain(summary: dict[str, Estimate]) -> dict[str, dict[str, float | None]]:
    """Estimates as JSON holds them, where NaN is null."""
    return {
        name: {key: None if value != value else value for key, value in _numbers(estimate).items()}
        for name, estimate in summary.items()
    }


def _numbers(estimate: Estimate) -> dict[str, float]:
    return {key: float(value) for key, value in dataclasses.asdict(estimate).items()}


def last_losses(finished: FinishedRun) -> dict[str, float]:
    """The training loss of steps 1, 10, 100, … of a run, in nats per token."""
    losses = {r["step"]: r["loss"] for r in read_metrics(finished.folder.training) if "loss" in r}
    return {str(step): losses[step] for step in (1, 10, 100, 1000) if step in losses}


def machine() -> dict[str, Any]:
    """On what the figures were measured."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__.split("+")[0],
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
    }
