"""Measure the claims, a seed at a time, and keep what was measured."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from refimpl.errors import UserError, suggest
from refimpl.files import alone, make_folder, replace_file
from refimpl.reproduce.claims.claim import Claim, judge
from refimpl.reproduce.claims.page import claims_page
from refimpl.reproduce.claims.table import all_claims
from refimpl.reproduce.records import machine

SAME = ("measured", "setting")  # with other ones, old numbers mean something else
TEXTS = (
    *("name", "lesson", "says", "source", "scale"),
    *("measured", "setting", "least", "as_good", "counted"),
)


def measure_claims(
    out: str | Path,
    *,
    claims: Sequence[Claim] | None = None,
    n_seeds: int = 5,
    again: Sequence[str] = (),
    log: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """Measure each claim over seeds; write `claims.json` and `claims.md`.

    Each number is kept as soon as it is measured, so a call that was stopped can be repeated.

    Args:
        out: folder of the results.
        claims: by default all of them.
        n_seeds: seeds of each, at least 3; fewer where a claim has no more.
        again: names of claims that are measured again.
        log: takes a line about each claim.

    Returns:
        A record of each claim: its words, its values by seed, its effect and its verdict.

    Raises:
        UserError: `again` names no claim, too few seeds, or another process measures claims there.
    """
    out = Path(out)
    claims = all_claims(out) if claims is None else claims
    names = [claim.name for claim in claims]
    for name in again:
        if name not in names:
            raise UserError(f"there is no claim {name!r}; {suggest(name, names)}")
    with alone(out, "measuring claims in"):
        for claim in claims:
            if claim.name in again and claim.forget is not None:
                claim.forget()
        kept = {
            claim.name: record
            for claim in claims
            if (record := _read(out).get(claim.name))
            and claim.name not in again
            and all(record[text] == getattr(claim, text) for text in SAME)
        }
        for claim in claims:
            record = kept.setdefault(claim.name, {"values": [], "seconds": 0.0})
            last = 0 if claim.experiment is None else min(n_seeds, claim.n_seeds or n_seeds)
            for seed in range(len(record["values"]), last):
                began = time.process_time()
                record["values"].append(claim.experiment(seed))
                record["seconds"] += round(time.process_time() - began, 1)
                _write(out, [kept[name] | _words(claims, name) for name in kept if name in names])
            effect, verdict = judge(claim, record["values"])
            record |= {"effect": dataclasses.asdict(effect), "verdict": verdict}
            interval = f"[{effect.low:+.3g}, {effect.high:+.3g}]"
            log(f"{claim.name}: {effect.mean:+.3g} {interval}, {verdict}")
        records = [kept[name] | _words(claims, name) for name in names]
        _write(out, records)
        replace_file(out / "claims.md", claims_page(records).encode())
        return records


def _words(claims: Sequence[Claim], name: str) -> dict[str, Any]:
    claim = next(one for one in claims if one.name == name)
    return {text: getattr(claim, text) for text in TEXTS}


def _read(out: Path) -> dict[str, dict[str, Any]]:
    path = out / "claims.json"
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {record["name"]: record for record in content["claims"]}


def _write(out: Path, records: list[dict[str, Any]]) -> None:
    content = {"command": "refimpl reproduce --claims", "machine": machine(), "claims": records}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    make_folder(out)
    replace_file(out / "claims.json", text.encode())
