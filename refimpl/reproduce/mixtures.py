"""Which mixtures of objectives are compared, and one run of one of them, trained and measured.

All runs have the same model, tokens, steps and positions per step, so that they cost the same; only
the tasks in these positions differ.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from refimpl.dataset import TokenDataset
from refimpl.metrics import Estimate, MusicalMeasures, summarise
from refimpl.objectives import Mixture
from refimpl.pipeline import FinishedRun, RunFolder, TrainedModel, load_run_tokenizer, train_model
from refimpl.presets import ObjectivesConfig, Preset, get_preset, override
from refimpl.reproduce.measuring import FramesToSound, Workshop
from refimpl.reproduce.sets import write_tunes
from refimpl.training import ObjectiveBatches, evaluate_losses


@dataclass(frozen=True)
class Arm:
    """One of the mixtures in the comparison.

    Attributes:
        objectives: what the model is trained to do.
        share: of the steps; below 1 it is no competitor, but shows what next-token prediction
            writes at the loss that others reach.
    """

    objectives: ObjectivesConfig
    share: float = 1.0


NEXT_TOKEN, REPORTS = "next token only", "the report's"
EQUAL, CURRICULUM = "all eight, equal", "all eight, curriculum"
ARMS = {
    NEXT_TOKEN: Arm(ObjectivesConfig("next_token")),
    REPORTS: Arm(ObjectivesConfig("report")),
    EQUAL: Arm(ObjectivesConfig("eight")),
    CURRICULUM: Arm(ObjectivesConfig("eight", "reward_model")),
    "for music": Arm(ObjectivesConfig("music")),
    "next token, half the steps": Arm(ObjectivesConfig("next_token"), 1 / 2),
    "next token, a quarter": Arm(ObjectivesConfig("next_token"), 1 / 4),
}
STEPS = 480
POINTS = 8  # of a run's curves
EVALUATIONS = 16  # of a run; the curriculum learns from them
ROW = 544  # positions: a tune of 257 frames to be written and one to be filled in fit side by side
ROWS = 2  # of a batch: few steps learn most from small batches
HELD_OUT_BATCHES = 10  # of each objective, at the end of a run
MEASURES = ("in_key", "cross_key", "grid", "ioi_tv", "voiced", "stability", "onsets_per_second")


def preset_of(name: str, seed: int, changes: dict[str, Any]) -> Preset:
    """All settings of one run.

    Args:
        name: of the mixture, one of `ARMS`.
        seed: of the first weights, the order of the tunes, and the objectives' random draws.
        changes: made to every run, by dotted name.
    """
    course = override(
        get_preset("course"),
        {
            "model.context_length": ROW,
            # As the paper has it: what is asked is to be compared, not where the answers stand.
            "model.sample_positions": "row",
            "batch_size": ROWS,
            "training.steps": STEPS,
            "training.warmup_steps": STEPS // 10,  # also where there are fewer steps
            "training.checkpoint_every": None,
            "training.progress": False,
            # Tokens are drawn nearly as they were learnt: more careful drawing hides differences.
            "sampling.temperature": 1.0,
            "sampling.top_p": 0.95,
        },
    )
    # After the changes to the course's own objectives, whatever they are.
    arm = ARMS[name]
    preset = override(dataclasses.replace(course, objectives=arm.objectives), changes)
    steps = max(1, round(preset.training.steps * arm.share))
    return override(
        preset,
        {
            "training.steps": steps,
            "training.warmup_steps": min(preset.training.warmup_steps, steps),
            "training.seed": seed,
            "training.validate_every": max(1, steps // POINTS),
            "objectives.evaluate_every": max(1, steps // EVALUATIONS),
            "objectives.validation_batches": 3,
        },
    )


@dataclass(frozen=True)
class MixtureRun:
    """One run, to be made here or in another process.

    Attributes:
        name: of the mixture.
        seed: of everything random.
        n_tunes: how many the model writes, to be measured.
        base: folder of the run whose codec and tokens are used.
        changes: made to the settings.
        training: measures of training tunes, to which the rhythm is compared.
    """

    name: str
    seed: int
    n_tunes: int
    base: Path
    changes: dict[str, Any]
    training: list[MusicalMeasures]

    def do(self) -> dict[str, Any]:
        """Train, let the model write, and measure: numbers that JSON holds."""
        preset = preset_of(self.name, self.seed, self.changes)
        run_folder = RunFolder(self.base)
        tokenizer = load_run_tokenizer(run_folder, preset)
        train_set, held_out = (
            TokenDataset(run_folder.tokens(split), tokenizer) for split in ("train", "validation")
        )
        trained = train_model(preset, train_set, held_out)
        finished = FinishedRun(
            run_folder, preset, None, trained.model, tokenizer, train_set, held_out, facts={}
        )
        n_tokens = int(train_set.lengths.max())
        n_samples = round(float(train_set.clip_seconds.max()) * tokenizer.sample_rate)
        makers = [
            FramesToSound(tokenizer.codec, ids, n_samples)
            for ids in write_tunes(finished, self.n_tunes, n_tokens)
        ]
        workshop = Workshop(tokenizer.sample_rate, 60 / preset.tunes.tempos[0])
        measured = workshop.measure(makers, self.name, show=False)
        summary = summarise(measured.measures, training=self.training)
        return {
            "name": self.name,
            "seed": self.seed,
            "n_tunes": self.n_tunes,
            "steps": trained.result.step,
            "positions": preset.batch_size * preset.model.context_length * trained.result.step,
            "labels": trained.result.weight,
            "seconds": round(trained.result.seconds, 1),
            "next_token_nats": trained.validation_loss,
            "bigram": trained.baselines["bigram"],
            "held_out": held_out_losses(trained.model, preset, train_set, held_out),
            "measures": means(summary),
            **_curves(trained),
        }


def means(summary: dict[str, Estimate]) -> dict[str, float | None]:
    """The means that a comparison is about; None where no tune could be measured."""
    found = {name: float(summary[name].mean) for name in MEASURES}
    return {name: None if value != value else value for name, value in found.items()}


def held_out_losses(
    model: torch.nn.Module, preset: Preset, train_set: TokenDataset, held_out: TokenDataset
) -> dict[str, float]:
    """Return nats per token of the eight objectives, on the same batches for every model."""
    batches = ObjectiveBatches(
        {"train": train_set, "validation": held_out},
        Mixture("eight", train_set.vocabulary),
        preset.batch_size,
        preset.model.context_length,
        validation_batches=HELD_OUT_BATCHES,
    )
    losses = evaluate_losses(model, batches.measure_validation_losses)
    return {name: losses[name] for name in batches.mixture.names}


def _curves(trained: TrainedModel) -> dict[str, Any]:
    """How the losses went, and the shares with them."""
    history = trained.result.history
    losses = [record["loss"] for record in history if "loss" in record]
    span = max(1, len(losses) // EVALUATIONS)
    return {
        "training": [
            {"step": end, "loss": sum(losses[end - span : end]) / span}
            for end in range(span, len(losses) + 1, span)
        ],
        "validation": [
            {"step": record["step"], "losses": record["validation"]}
            for record in history
            if "validation" in record
        ],
        "mixtures": trained.objectives["mixtures"],
    }
