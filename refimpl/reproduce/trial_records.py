"""The trials of codecs on disk: each is made once, and the tables are made from all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from refimpl.files import make_folder, replace_file, replace_json
from refimpl.reproduce.codec_questions import STEPS, Question, all_arms, all_questions
from refimpl.reproduce.codec_trials import Sizes, run_trial
from refimpl.reproduce.question_tables import question_tables
from refimpl.reproduce.records import machine, plain
from refimpl.reproduce.seeds import over_seeds

NAME = "codec-trials"


class Trials:
    """The trials in a folder of results; one that is missing is made when somebody asks for it.

    Args:
        folder: of `codec-trials.json`, from which `codec-trials.md` is made.
        sizes: how much each trial trains and measures; those of other sizes are not kept.

    Taught in lesson 8.
    """

    def __init__(self, folder: str | Path, sizes: Sizes | None = None):
        self.folder, self.sizes = Path(folder), sizes or Sizes(STEPS)
        self.trials = self._read()

    def measures(self, arm: str, seed: int) -> dict[str, float | None]:
        """Return what was measured of an arm's codec with one seed; train it if that is missing."""
        for trial in self.trials:
            if (trial["name"], trial["seed"]) == (arm, seed):
                return trial["measures"]
        trial = run_trial(all_arms()[arm], seed, self.sizes)
        self.trials.append(trial)
        self.write()
        return trial["measures"]

    def forget(self, *arms: str) -> None:
        """Leave out all trials of some arms, so that they are made again."""
        self.trials = [trial for trial in self.trials if trial["name"] not in arms]

    def write(self) -> dict[str, Any]:
        """Write all trials and the questions' tables; return what `codec-trials.json` holds."""
        order = list(all_arms())
        self.trials.sort(key=lambda trial: (trial["seed"], order.index(trial["name"])))
        seconds = sum(one["train_seconds"] + one["measure_seconds"] for one in self.trials)
        results = {
            "command": "refimpl reproduce --claims",
            "machine": machine(),
            "sizes": _by_name(self.sizes),
            "core_seconds": seconds,
            "questions": [_answered(question, self.trials) for question in all_questions()],
            "trials": self.trials,
        }
        make_folder(self.folder)
        replace_json(self.folder / f"{NAME}.json", results)
        replace_file(self.folder / f"{NAME}.md", question_tables(results).encode())
        return results

    def _read(self) -> list[dict[str, Any]]:
        path = self.folder / f"{NAME}.json"
        if not path.exists():
            return []
        content = json.loads(path.read_text(encoding="utf-8"))
        same = content["sizes"] == _by_name(self.sizes)
        return [one for one in content["trials"] if one["name"] in all_arms()] if same else []


def _by_name(sizes: Sizes) -> dict[str, int]:
    return {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__}


def _answered(question: Question, trials: list[dict[str, Any]]) -> dict[str, Any]:
    """Put what the paper says beside what came out; an arm without trials has no measures."""
    by_arm = {name: _measures(trials, name) for name in question.arms}
    names = dict.fromkeys(name for measures in by_arm.values() for name in measures)
    return {
        "question": question.question,
        "paper": question.paper,
        "source": question.source,
        "paper_scale": question.paper_scale,
        "columns": list(question.measures),
        "arms": {
            arm: plain({name: over_seeds(list(measures.get(name, {}).values())) for name in names})
            for arm, measures in by_arm.items()
        },
        "differences": [
            {"arm": one, "other": other, "measure": measure}
            | plain({"difference": _difference(by_arm[one], by_arm[other], measure)})
            for one, other, measure in question.pairs
        ],
    }


def _measures(trials: list[dict[str, Any]], name: str) -> dict[str, dict[int, float | None]]:
    """Return {measure: {seed: value}} of an arm."""
    found: dict[str, dict[int, float | None]] = {}
    for one in trials:
        if one["name"] == name:
            for measure, value in one["measures"].items():
                found.setdefault(measure, {})[one["seed"]] = value
    return found


def _difference(one: dict, other: dict, measure: str):
    """Mean difference of two arms, seed by seed: a seed fixes the batches of both."""
    ones, others = one.get(measure, {}), other.get(measure, {})
    seeds = [seed for seed in ones if seed in others]
    pairs = [(ones[seed], others[seed]) for seed in seeds]
    return over_seeds([a - b for a, b in pairs if None not in (a, b)])
