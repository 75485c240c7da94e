"""A run in progress: what it consists of, and how it is saved and resumed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import nn

from refimpl.files import make_folder
from refimpl.training.callbacks import Callback
from refimpl.training.checkpoint import (
    Checkpoint,
    list_checkpoints,
    load_checkpoint,
    remove_leftovers,
    remove_old,
    save_checkpoint,
)
from refimpl.training.config import FREE_TO_CHANGE, TrainingConfig, TrainingError
from refimpl.training.identity import check_same, with_defaults
from refimpl.training.loss import ALL, NEXT_TOKEN, Batch, Loss, evaluate_losses
from refimpl.training.metrics import MetricsLog
from refimpl.training.models import load_weights, plain_config, weights_of
from refimpl.training.opponent import Opponent, part_of
from refimpl.training.step import (
    learning_rate,
    load_optimizer_tensors,
    make_optimizer,
    optimizer_tensors,
    seed_step,
    training_step,
)

OPPONENT_LOSS = "opponent_loss"  # in a record of `metrics.jsonl`
CLOCKS = {"wall": "perf_counter", "processor": "process_time"}  # of the module `time`


def _without_end(batches: Iterable, skip: int) -> Iterator[dict]:
    """Go through batches again and again, from a position."""
    while True:
        given = 0
        for batch in batches:
            given += 1
            if skip:
                skip -= 1
            else:
                yield batch
        if not given:
            raise TrainingError("the batches have run out; give an endless iterator or a list")


class Run:
    """The state of a training run, which callbacks see.

    Args:
        As for `train`.

    Attributes:
        model: the model itself, on its device, outside any wrapper.
        step: updates made.
        weight: of all batches up to the last reading of the loss: the labels trained on, or what
            else the loss counts.
        seconds: time spent in training steps, by the configuration's clock.
        log: the `MetricsLog`.
        accelerator: Accelerate's.
        validation_loss: the latest, if it was measured at this very step.
        opponent: the run's part of the second player; None where there is none.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: Iterable[Batch],
        config: TrainingConfig,
        accelerator: Accelerator,
        *,
        loss: Loss = NEXT_TOKEN,
        validation: Iterable | Callable[[], Iterable] | None = None,
        folder: Path | None = None,
        callbacks: Iterable[Callback] = (),
        vocabulary: Any = None,
        opponent: Opponent | None = None,
    ) -> None:
        self.model, self.batches, self.config = model, batches, config
        self.accelerator, self.validation, self.folder = accelerator, validation, folder
        self.loss, self.callbacks = loss, list(callbacks)
        self.vocabulary = vocabulary or getattr(batches, "vocabulary", None)
        self.step, self.weight, self.seconds = 0, 0, 0.0
        self.validation_loss: float | None = None
        self.stopped_by: str | None = None
        self._unread: list[dict] = []
        if folder and accelerator.is_main_process:
            make_folder(folder)
            remove_leftovers(folder)
        accelerator.wait_for_everyone()
        self.log = MetricsLog(folder, writes=accelerator.is_main_process)
        self.model.to(accelerator.device)
        self.optimizer = make_optimizer(model, config)
        self.opponent = part_of(opponent, config, accelerator, loss)

    def prepare(self, checkpoint: Path | None) -> None:
        """Begin, or go on from a checkpoint; then wrap model and optimizer for the device."""
        if checkpoint:
            self._load(checkpoint)
        if self.folder:
            self.log.keep_until(self.step)
        has_position = hasattr(self.batches, "load_state_dict")
        self._data = _without_end(self.batches, 0 if has_position else self.step)
        self._wrapped, self._prepared_optimizer = self.accelerator.prepare(
            self.model, self.optimizer
        )
        if self.opponent:
            self.opponent.prepare()

    def stop(self, reason: str = "callback") -> None:
        """End the training after this step."""
        self.stopped_by = self.stopped_by or reason

    # One step

    def make_step(self) -> None:
        """Update the weights once; the loss is not read from the device yet."""
        began = self._now()
        self._wrapped.train()
        batch = next(self._data)
        against = self._opponents_step(batch)
        self._seed()
        rate = learning_rate(self.step, self.config, seconds=self.seconds)
        mean, norm, weight = training_step(
            self._wrapped,
            self._prepared_optimizer,
            batch,
            self.accelerator,
            loss=self.loss,
            learning_rate=rate,
            clip_norm=self.config.clip_norm,
            n_accumulate=self.config.gradient_accumulation_steps,
        )
        self.step += 1
        self.validation_loss = None
        record = {"step": self.step, "loss": mean, "gradient_norm": norm, "learning_rate": rate}
        record |= against
        seconds = round(self.seconds + self._now() - began, 3)
        self._unread.append(record | {self.loss.counted: weight, "seconds": seconds})
        if self.step % self.config.log_every == 0:
            self.read_losses()
        self.seconds += self._now() - began

    def _now(self) -> float:
        return getattr(time, CLOCKS[self.config.clock])()

    def _seed(self) -> None:
        process, device = self.accelerator.process_index, self.accelerator.device
        seed_step(self.config.seed, self.step, process, device)

    def _opponents_step(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Update the opponent, if there is one, and return its loss by name."""
        if self.opponent is None:
            return {}
        self._seed()
        loss = self.opponent.make_step(batch, self.step, self.seconds)
        return {} if loss is None else {OPPONENT_LOSS: loss}

    def read_losses(self) -> None:
        """Read the losses of the latest steps, check that they are numbers, and log them.

        Raises:
            TrainingError: one is not, and the model's weights are of no use from that step on; or
                it is a mean over nothing.
        """
        if not self._unread:
            return
        records, self._unread = self._unread, []
        losses = self.accelerator.reduce(torch.stack([r["loss"] for r in records]), "sum")
        norms = torch.stack([record["gradient_norm"] for record in records])
        counted = self.loss.counted
        weights = torch.stack([record[counted] for record in records])
        rows = zip(records, losses.tolist(), norms.tolist(), weights.tolist(), strict=True)
        for record, loss, norm, weight in rows:
            if not weight:
                raise TrainingError(
                    f"step {record['step']}: the batch holds no {self.loss.per} to learn from, so"
                    f" its {self.loss.name} is a mean over nothing; leave such batches out"
                )
            self._read_opponents(record)  # first: the model breaks down with its opponent
            # With fp16 an infinite gradient is a matter of course: its step is left out.
            broken = None if math.isfinite(loss) else f"loss is {loss}"
            if not broken and not math.isfinite(norm) and self.config.mixed_precision != "fp16":
                broken = f"gradient's norm is {norm}"
            if broken:
                raise TrainingError(
                    f"step {record['step']}: the {broken}; training has stopped."
                    f" {self.last_checkpoint()} Lower the learning rate, warm up longer, or clip"
                )
            self.weight += weight
            record["loss"], record[counted] = loss, self.weight
            record["gradient_norm"] = norm if math.isfinite(norm) else None
        self.log.append(records)

    def _read_opponents(self, record: dict) -> None:
        """Turn the opponent's loss in a record into a number.

        Raises:
            TrainingError: it is none any more.
        """
        if OPPONENT_LOSS in record:
            loss = self.accelerator.reduce(record[OPPONENT_LOSS], "sum").item()
            if not math.isfinite(loss):
                raise TrainingError(
                    f"step {record['step']}: the opponent's loss is {loss}; training has stopped."
                    f" {self.last_checkpoint()} Lower the opponent's learning rate"
                )
            record[OPPONENT_LOSS] = loss

    def validate(self) -> None:
        """Measure the validation loss, log it, and tell the callbacks."""
        losses = evaluate_losses(
            self.model, self.validation, loss=self.loss, accelerator=self.accelerator
        )
        self.validation_loss = losses[ALL]
        record = {"step": self.step, "validation_loss": losses[ALL]}
        named = {name: loss for name, loss in losses.items() if name != ALL}
        self.log.append([record | ({"validation": named} if named else {})])
        for callback in self.callbacks:
            callback.after_validation(self, losses)

    # Saving and resuming

    def last_checkpoint(self) -> str:
        """A sentence that names the newest checkpoint."""
        paths = list_checkpoints(self.folder) if self.folder else []
        if paths:
            return f"The last good checkpoint is {paths[-1]}."
        return "There is no checkpoint yet."

    def _identity(self) -> dict:
        training = self.config.to_dict()
        against = {"opponent": self.opponent.identity()} if self.opponent else {}
        return against | {
            "loss": self.loss.name,
            "model": plain_config(getattr(self.model, "config", None)),
            "vocabulary": plain_config(self.vocabulary),
            "training": {k: v for k, v in training.items() if k not in FREE_TO_CHANGE},
        }

    def save(self) -> None:
        """Save a checkpoint, and remove those that are not to be kept."""
        if self.folder and self.accelerator.is_main_process:
            data = self.batches.state_dict() if hasattr(self.batches, "state_dict") else None
            scaler = self.accelerator.scaler
            state = {
                "identity": self._identity(),
                "weight": self.weight,
                "seconds": self.seconds,
                "validation_loss": self.validation_loss,
                "optimizer": optimizer_tensors(self.optimizer, self.model),
                "scaler": scaler.state_dict() if scaler else None,
                "data": data,
                "callbacks": [callback.state_dict() for callback in self.callbacks],
            }
            if self.opponent:
                state["opponent"] = self.opponent.state_dict()
            save_checkpoint(self.folder, Checkpoint(self.step, weights_of(self.model), state))
            remove_old(self.folder, self.config.keep_checkpoints)
        self.accelerator.wait_for_everyone()

    def _load(self, path: Path) -> None:
        checkpoint = load_checkpoint(path)
        state = checkpoint.state
        saved = state["identity"]
        saved["model"] = with_defaults(saved["model"], getattr(self.model, "config", None))
        saved.setdefault("loss", NEXT_TOKEN.name)  # an older version knew no other
        check_same(saved, self._identity(), "", path)
        if len(state["callbacks"]) != len(self.callbacks):
            raise TrainingError(
                f"{path} was saved with {len(state['callbacks'])} callbacks, and this run has"
                f" {len(self.callbacks)}; resume with the same ones in the same order"
            )
        load_weights(self.model, checkpoint.weights, str(path))
        load_optimizer_tensors(self.optimizer, self.model, state["optimizer"])
        if state["scaler"] and self.accelerator.scaler:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        if self.opponent:
            self.opponent.load_state_dict(state["opponent"], str(path))
        if hasattr(self.batches, "load_state_dict"):
            self.batches.load_state_dict(state["data"])
        for callback, saved in zip(self.callbacks, state["callbacks"], strict=True):
            callback.load_state_dict(saved)
        self.step = checkpoint.step
        self.weight = state["weight"] if "weight" in state else state["tokens"]  # its old name
        self.seconds, self.validation_loss = state["seconds"], state["validation_loss"]
