"""The tables of what was asked for and what was written."""

from __future__ import annotations

from typing import Any

from refimpl.reproduce.asked.as_sets import SET_MEASURES

COLUMNS = {
    "signature": "key signature",
    "mode": "mode",
    "melody": "melody's instrument",
    "bass": "bass",
    "drums": "drums",
    "level": "level",
    "tempo": "tempo",
}
MUSIC = {"in_key": "in key", "cross_key": "cross-key", "grid": "grid", "voiced": "voiced"}


def asked_tables(results: dict[str, Any]) -> str:
    """Markdown tables of asked.json."""
    return "\n".join(
        [
            agreed_table(results),
            "",
            set_table(results),
            "",
            music_table(results),
            "",
            heard_table(results["heard"]),
            "",
        ]
    )


def agreed_table(results: dict[str, Any]) -> str:
    """The share of the tunes that the judges find to be what was asked for."""
    names = [*COLUMNS.values(), "melody's notes"]
    lines = [f"| {results['n_prompts']} tunes | {' | '.join(names)} |"]
    lines.append(f"| --- |{' --- |' * len(names)}")
    for arm in results["arms"]:
        cells = [_interval(arm["agreed"][name]) for name in COLUMNS]
        lines.append(f"| {arm['name']} | {' | '.join(cells)} | {_interval(arm['melody'])} |")
    return "\n".join(lines)


def set_table(results: dict[str, Any]) -> str:
    """Each way of asking as a set, in the joint embedding."""
    lines = [f"| {results['n_prompts']} tunes | {' | '.join(m.title for m in SET_MEASURES)} |"]
    lines.append(f"| --- |{' --- |' * len(SET_MEASURES)}")
    for arm in results["arms"]:
        known = [arm["set"].get(measure.name) for measure in SET_MEASURES]
        cells = [_interval(one) if one else "–" for one in known]
        lines.append(f"| {arm['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def music_table(results: dict[str, Any]) -> str:
    """The measures as music, by level."""
    levels = ("level 1", "level 2", "level 3")
    heads = [f"{level}: {word}" for level in levels for word in MUSIC.values()]
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
    shown = [arm for arm in results["arms"] if levels[0] in arm]
    for arm in shown:
        cells = [_mean(arm[level][name]) for level in levels for name in MUSIC]
        lines.append(f"| {arm['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def heard_table(heard: list[dict[str, Any]]) -> str:
    """The prompts whose tunes are kept as sounds, and what the judges miss in each."""
    lines = ["| asked for | tune | not heard |", "| --- | --- | --- |"]
    for number, tune in enumerate(heard, 1):
        missed = [COLUMNS[name] for name, agreed in tune["agreed"].items() if not agreed]
        sound = (
            f'<audio controls preload="metadata" src="../results-asked-{number:02d}.mp3" '
            f'aria-label="Tune {number}"></audio>'
        )
        lines.append(f"| {tune['text']} | {sound} | {', '.join(missed) or '–'} |")
    return "\n".join(lines)


def _interval(estimate: dict[str, float | None]) -> str:
    mean, low, high = (_short(estimate[key]) for key in ("mean", "low", "high"))
    return f"{mean} ({low}, {high})"


def _mean(estimate: dict[str, float | None]) -> str:
    return _short(estimate["mean"])


def _short(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"
