"""The table of claims, as Markdown for the book."""

from __future__ import annotations

from typing import Any

from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.claims.claim import DOES_NOT_SHOW, SHOWS, UNDECIDED
from refimpl.reproduce.markdown import markdown_table

WORDS = {SHOWS: "**shows**", DOES_NOT_SHOW: "**does not show**", UNDECIDED: "undecided"}
HEADS = ("claim", "tested there on", "measured here", "effect", "verdict")


def claims_page(records: list[dict[str, Any]]) -> str:
    """All claims, a table for each lesson, after a sentence that counts the verdicts.

    Args:
        records: what `claims.json` holds of each claim.
    """
    counts = {verdict: 0 for verdict in WORDS}
    for record in records:
        counts[record["verdict"]] += 1
    parts = [
        f"{len(records)} claims: {counts[SHOWS]} show here, {counts[DOES_NOT_SHOW]} do not, and "
        f"{counts[UNDECIDED]} would need more seeds or orders to decide."
    ]
    for lesson in sorted({record["lesson"] for record in records}):
        rows = [_row(record) for record in records if record["lesson"] == lesson]
        parts.append(f"**[Lesson {lesson}](lesson:{lesson})**\n\n{markdown_table(HEADS, rows)}")
    return "\n\n".join(parts) + "\n"


def _row(record: dict[str, Any]) -> list[str]:
    effect, counted = Estimate(**record["effect"]), record["counted"]
    return [
        f"{record['name']}: {record['says']} {{cite:p}}`{record['source']}`",
        record["scale"],
        f"{record['measured']}; {record['setting']}",
        f"{effect.mean:+.3g} [{effect.low:+.3g}, {effect.high:+.3g}], {effect.n} {counted}",
        WORDS[record["verdict"]],
    ]
