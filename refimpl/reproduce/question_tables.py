"""The tables of the questions about codecs, as Markdown: what a paper says, and what came out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from refimpl.reproduce.markdown import interval_cell, markdown_table

COLUMNS = {
    "mel_all": "mel distance, dB",
    "mel_one": "with one book, dB",
    "efficiency": "bits in use",
    "melody": "melody right",
    "pitch": "pitch class read",
    "instrument": "instrument read",
    "tempo": "tempo, R²",
    "loudness": "loudness, R²",
    "swapped_instrument": "swapped: new instrument",
    "swapped_pitch": "swapped: own notes",
}
LESS_IS_BETTER = ("mel_all", "mel_one")
NEITHER_IS_BETTER = ("instrument",)  # codes of notes alone should not tell it


def question_tables(results: dict[str, Any]) -> str:
    """Every question with its table and its verdicts, as one Markdown text."""
    sizes = results["sizes"]
    lines = [
        f"Each codec is trained for {sizes['steps']} steps on {sizes['n_train']} tunes, about "
        f"{_mean_seconds(results):.0f} seconds of one core. Means over {_seeds(results)} seeds, "
        "with 95 % intervals. All trials together took "
        f"{results['core_seconds'] / 60:.0f} core-minutes."
    ]
    for question in results["questions"]:
        lines += [
            "",
            f"**{question['question']}**",
            "",
            f"The paper: {question['paper']} ({question['source']}; {question['paper_scale']}).",
            "",
            _arms(question),
            "",
            *(f"- {verdict(one)}" for one in question["differences"]),
        ]
    return "\n".join(lines) + "\n"


def verdict(difference: dict[str, Any]) -> str:
    """Say whether a difference of two arms is one, judged by its interval over seeds."""
    found, measure = difference["difference"], difference["measure"]
    words = f"{difference['arm']} against {difference['other']}, {COLUMNS[measure]}"
    if found["mean"] is None or found["n"] < 2:
        return f"{words}: not tried with enough seeds to tell"
    interval = f"{found['mean']:+.2f} [{found['low']:+.2f}, {found['high']:+.2f}]"
    if found["low"] <= 0 <= found["high"]:
        return f"{words}: {interval}, no difference that these seeds can show"
    if measure in NEITHER_IS_BETTER:
        return f"{words}: {interval}, {'less' if found['mean'] < 0 else 'more'}"
    better = (found["mean"] < 0) == (measure in LESS_IS_BETTER)
    return f"{words}: {interval}, {'better' if better else 'worse'}"


def _arms(question: dict[str, Any]) -> str:
    heads = ["codec", *(COLUMNS[name] for name in question["columns"])]
    rows = [
        [arm, *(_cell(measures, name) for name in question["columns"])]
        for arm, measures in question["arms"].items()
    ]
    return markdown_table(heads, rows)


def _cell(measures: dict[str, Any], name: str) -> str:
    """A mean with its interval, and the score of a guess where there is one."""
    text = interval_cell(measures.get(name))
    guess = measures.get(f"{name}_guess")
    if guess is not None and guess["mean"] is not None:
        text += f", a guess {guess['mean']:.2f}"
    return text


def _mean_seconds(results: dict[str, Any]) -> float:
    seconds = [one["train_seconds"] for one in results["trials"]]
    return sum(seconds) / max(len(seconds), 1)


def _seeds(results: dict[str, Any]) -> str:
    """The number of seeds, or their range where some arms have fewer."""
    counts = Counter(one["name"] for one in results["trials"]).values()
    least, most = min(counts, default=0), max(counts, default=0)
    return str(most) if least == most else f"{least} to {most}"
