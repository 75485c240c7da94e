"""The part of the model card that is about the neural preset, from neural.json and results.json."""

from __future__ import annotations

from typing import Any

from refimpl.pipeline.folder import preset_from_dict
from refimpl.reproduce.experiments import COURSE
from refimpl.reproduce.markdown import interval_cell
from refimpl.reproduce.sets import MODEL

_MEASURES = {
    "in_key": "note pitches in the best-fitting key",
    "cross_key": "second half's pitches in the first half's key",
    "grid": "onsets on the tempo grid",
    "voiced": "loud time with a clear, held pitch",
    "ioi_tv": "distance of its rhythm from the training tunes'",
}


def neural_section(record: dict[str, Any], results: dict[str, Any]) -> str:
    """Describe the neural preset's codec and model.

    Args:
        record: what neural.json holds.
        results: what results.json holds.
    """
    course = next(r for r in results["experiments"] if r["name"] == COURSE)
    return "\n".join(
        [
            "## `neural`",
            "",
            *record["made_by"],
            "",
            *_facts(record),
            "",
            *_codec_table(record["codec"]),
            "",
            *_music_table(record, course, results["references"]),
            "",
            _times(record["times"]),
            "",
        ]
    )


def _facts(record: dict[str, Any]) -> list[str]:
    preset, codec = preset_from_dict(record["settings"]), record["codec"]
    model, bigram = preset.model, record["baselines"]["bigram"]
    uses = ", ".join(f"{value:.0f}" for value in codec["perplexity"])
    return [
        f"- **Sound to tokens:** {preset.codec.describe()}: {record['tokens_per_second']:.2f} "
        f"steps and {record['bits_per_second']:.0f} bits per second. The network has "
        f"{codec['weights']:,} weights, was trained for {preset.codec.steps:,} steps on "
        f"{preset.codec.n_clips:,} tunes, and needs {codec['latency']:.2f} s of sound after a "
        f"moment to decode it. Perplexity of its codes, stream by stream: {uses}.",
        f"- **Model:** {model.n_layers} layers, {model.hidden_size} wide, {model.n_heads} heads, "
        f"{record['parameters']:,} parameters, context {model.context_length} rows of "
        f"{model.n_columns} tokens = {record['context_seconds']:.2f} s.",
        f"- **Training:** {record['steps']:,} steps of {preset.batch_size} tunes on "
        f"{preset.data.n_train:,} tunes of level {preset.tunes.level}; {record['tokens']:,} "
        f"labels, {record['core_seconds']:.0f} s of one CPU core.",
        f"- **Validation loss:** {record['validation_loss']:.3f} nats per token (bigram "
        f"{bigram:.3f}), {record['nats_per_second']:.1f} nats per second of audio.",
    ]


def _codec_table(codec: dict[str, Any]) -> list[str]:
    """Return the measures of the codec at each rate."""
    lines = [
        f"The codec on {codec['n_tunes']} held-out tunes, with 95 % intervals; speeds are those of "
        "one core, in times real time.",
        "",
        "| streams | bits per second | melody right | bass right | mel distance of frames, dB "
        "| after sound, dB | encoding | decoding |",
        "| --- |" + " --- |" * 7,
    ]
    for streams, row in codec["rates"].items():
        cells = [streams, f"{row['bits_per_second']:.0f}"]
        cells += [interval_cell(row[name]) for name in ("melody_right", "bass_right")]
        cells += [interval_cell(row[name]) for name in ("mel_of_frames", "mel_after_sound")]
        cells += [f"{row[name]['mean']:.0f}" for name in ("encoding", "decoding")]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _music_table(
    record: dict[str, Any], course: dict[str, Any], references: dict[str, Any]
) -> list[str]:
    """The measures of tunes from nothing, beside the course's and real ones."""
    columns = {
        f"real, {references['n_tunes']} tunes": next(iter(references["sets"].values()))["summary"],
        f"`course`, {course['n_tunes']} tunes": course["sets"][MODEL]["summary"],
        f"`neural`, {record['n_tunes']} tunes": record["sets"][MODEL],
    }
    lines = ["| measure | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for key, words in _MEASURES.items():
        cells = [interval_cell(summary[key]) for summary in columns.values()]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return lines


def _times(times: dict[str, Any]) -> str:
    """How long a tune takes, beside the course's model in the same run."""
    neural, course = times["neural"], times[COURSE]
    faster = course["writing"] / neural["writing"]
    whole = sum(course.values()) / sum(neural.values())
    return (
        f"It writes the tokens of a tune in {neural['writing']:.2f} s of one core, `course` in "
        f"{course['writing']:.2f} s: {faster:.1f} times as fast. With the sound, which takes "
        f"both equally long, it is {whole:.1f} times as fast."
    )
