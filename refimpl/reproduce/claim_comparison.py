"""Test what papers claim about codecs, by small trials with several seeds; what is done is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refimpl.display import progress_bar
from refimpl.files import replace_file
from refimpl.reproduce.claim_tables import claim_tables
from refimpl.reproduce.codec_claims import STEPS, Claim, all_arms, all_claims
from refimpl.reproduce.codec_trials import Sizes, run_trial
from refimpl.reproduce.records import machine, plain
from refimpl.reproduce.seeds import over_seeds

Tell = Callable[[str], None]


def compare_claims(
    folder: str | Path,
    *,
    n_seeds: int = 3,
    work: str | Path = "runs/reproduce",
    sizes: Sizes | None = None,
    arms: list[str] | None = None,
    tell: Tell = print,
) -> dict[str, Any]:
    """Train every arm of every claim with several seeds, and write what came out.

    Args:
        folder: for codec-claims.json and codec-claims.md.
        n_seeds: trials of each arm.
        work: for the trials' records; one that is there already is not made again.
        sizes: how much is trained on and measured.
        arms: only the arms of these names; None: all.
        tell: is given a sentence after each trial.

    Returns:
        What codec-claims.json holds. An arm that was not tried has no trials there, and a claim
        about it says so.

    Taught in lesson 8.
    """
    folder, work = Path(folder), Path(work) / "claims"
    sizes = sizes or Sizes(STEPS)
    folder.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    chosen = [arm for name, arm in all_arms().items() if arms is None or name in arms]
    # Seed by seed, so that a comparison that is cut short is fair.
    jobs = [(arm, seed) for seed in range(n_seeds) for arm in chosen]
    trials = []
    for arm, seed in progress_bar(jobs, total=len(jobs), description="trials", unit="codec"):
        cached = work / f"{re.sub('[^a-z0-9]+', '-', arm.name.lower())}-{seed}.json"
        known = json.loads(cached.read_text(encoding="utf-8")) if cached.exists() else None
        if known is None or known["steps"] != sizes.steps:
            known = run_trial(arm, seed, sizes)
            replace_file(cached, json.dumps(known).encode())
            seconds = known["train_seconds"]
            tell(f"{arm.name}, seed {seed}: {known['measures']['mel_all']:.2f} dB, {seconds:.0f} s")
        trials.append(known)
    results = write_claims(folder, trials, sizes)
    tell(f"wrote {folder / 'codec-claims.json'} and its tables")
    return results


def write_claims(folder: str | Path, trials: list[dict[str, Any]], sizes: Sizes) -> dict[str, Any]:
    """Write codec-claims.json and codec-claims.md from the records of trials.

    Args:
        folder: for both.
        trials: the records; of an arm that has none, a claim says so.
        sizes: of all trials.

    Returns:
        What codec-claims.json holds.
    """
    folder, n_seeds = Path(folder), len({one["seed"] for one in trials})
    results = {
        "command": f"refimpl reproduce --codec-claims --claim-seeds {n_seeds}",
        "machine": machine(),
        "sizes": {name: getattr(sizes, name) for name in Sizes.__dataclass_fields__},
        "core_seconds": sum(one["train_seconds"] + one["measure_seconds"] for one in trials),
        "claims": [_claim(claim, trials) for claim in all_claims()],
        "trials": trials,
    }
    text = json.dumps(results, indent=1, ensure_ascii=False)
    replace_file(folder / "codec-claims.json", (text + "\n").encode())
    replace_file(folder / "codec-claims.md", claim_tables(results).encode())
    return results


def _claim(claim: Claim, trials: list[dict[str, Any]]) -> dict[str, Any]:
    """Put what the paper says beside what came out."""
    by_arm = {name: _measures(trials, name) for name in claim.arms}
    names = dict.fromkeys(name for measures in by_arm.values() for name in measures)
    return {
        "question": claim.question,
        "paper": claim.paper,
        "source": claim.source,
        "paper_scale": claim.paper_scale,
        "columns": list(claim.measures),
        "arms": {
            arm: plain({name: over_seeds(list(measures.get(name, {}).values())) for name in names})
            for arm, measures in by_arm.items()
        },
        "differences": [
            {"arm": one, "other": other, "measure": measure}
            | plain({"difference": _difference(by_arm[one], by_arm[other], measure)})
            for one, other, measure in claim.pairs
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
