"""Which runs are made: both presets, and a ladder from the one to the other, one factor a rung."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from refimpl.presets import ObjectivesConfig, Preset, get_preset

COURSE, REPORT, REPORT_AS_IT_STANDS = "course", "report, same time", "report, 10 steps"


def is_rung(name: str) -> bool:
    """Whether the run of this name stands between the two presets, on the ladder."""
    return name.startswith("+")


@dataclass(frozen=True)
class Experiment:
    """A run to be made and measured.

    Attributes:
        name: what tables call it.
        preset: all its settings.
        equal_time: train for as long as the course's run took, instead of the preset's steps.
        changed: the factor that a rung of the ladder changes, in words.
    """

    name: str
    preset: Preset
    equal_time: bool = False
    changed: str = ""

    @property
    def folder(self) -> str:
        """A name for its folder and files."""
        words = self.name.replace(",", "").replace("+", "ladder").split()
        return "-".join(words)

    @property
    def is_rung(self) -> bool:
        """Whether it stands between the two presets."""
        return is_rung(self.name)

    def with_seconds(self, seconds: float) -> Preset:
        """The settings of a run of equal time: the clock ends it, not a number of steps."""
        training = dataclasses.replace(self.preset.training, steps=None, max_seconds=seconds)
        return dataclasses.replace(self.preset, training=training)


def two_presets() -> list[Experiment]:
    """The course, whose steps set the time for all others, and the report twice."""
    report = get_preset("report")
    return [
        Experiment(COURSE, get_preset("course")),
        Experiment(REPORT_AS_IT_STANDS, report),
        Experiment(REPORT, report, equal_time=True, changed="steps: as long as the course"),
    ]


def whole_tunes_only() -> Preset:
    """The course without its mixture of objectives: the next token alone, one tune per row.

    Fewer tunes and shorter rows come with it.
    """
    course = get_preset("course")
    return dataclasses.replace(
        course,
        data=dataclasses.replace(course.data, n_train=get_preset("report").data.n_train),
        model=dataclasses.replace(course.model, context_length=264),  # 257 frames and two tokens
        training=dataclasses.replace(course.training, steps=2000),
        batch_size=8,
        objectives=ObjectivesConfig(),
    )


def ladder() -> list[Experiment]:
    """From the report to the course; each rung is the one before it with one factor changed.

    The first rung, more steps, is the report's equal-time run. The last is the course's, which
    differs from the rung before it in its objectives, and in the tunes and rows that they need.
    n_fft has to grow before the hop can: a hop longer than the window would skip samples.
    """
    course, preset = whole_tunes_only(), get_preset("report")
    report, target = preset.codec, course.codec
    mel = dataclasses.replace(report.mel, n_fft=target.mel.n_fft, n_mels=target.mel.n_mels)
    context = dataclasses.replace(preset.model, context_length=course.model.context_length)
    changes = [
        (
            "context",
            f"context: {preset.model.context_length} to {course.model.context_length} tokens",
            {"model": context},
        ),
        (
            "front end",
            f"front end: n_fft {report.mel.n_fft} to {mel.n_fft}, "
            f"{report.mel.n_mels} to {mel.n_mels} mel bands",
            {"codec": dataclasses.replace(report, mel=mel)},
        ),
        (
            "hop",
            f"hop: {report.mel.hop_length} to {target.mel.hop_length} samples, whole tunes",
            {"codec": dataclasses.replace(report, mel=target.mel), "data": course.data},
        ),
        (
            "codes",
            f"codes: {report.n_clusters} to {target.n_clusters}",
            {"codec": target},
        ),
        (
            "model",
            f"model and its training: {preset.model.n_layers} to {course.model.n_layers} layers, "
            "the course's batches, learning rate and sampling",
            {
                name: getattr(course, name)
                for name in ("vocabulary", "model", "training", "batch_size", "sampling")
            },
        ),
    ]
    rungs = []
    for name, words, change in changes:
        preset = dataclasses.replace(preset, **change)
        rungs.append(Experiment(f"+ {name}", preset, equal_time=True, changed=words))
    return rungs
