"""The training loop: steps, validations and checkpoints until the run is over.

`train` opens the device and calls `_loop`. `refimpl.training.run` knows what a run consists of and
how it resumes, and `refimpl.training.step` makes one update.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from torch import nn
from tqdm import tqdm

from refimpl.display import progress_bar
from refimpl.files import alone
from refimpl.training.callbacks import Callback
from refimpl.training.checkpoint import list_checkpoints, remove_old
from refimpl.training.config import TrainingConfig, TrainingError
from refimpl.training.loss import NEXT_TOKEN, Batch, Loss
from refimpl.training.metrics import TrainingResult, plot_metrics, save_legend
from refimpl.training.opponent import Opponent, models_of
from refimpl.training.run import Run


def train(
    model: nn.Module,
    batches: Iterable[Batch],
    config: TrainingConfig,
    *,
    loss: Loss = NEXT_TOKEN,
    validation: Iterable | Callable[[], Iterable] | None = None,
    folder: str | Path | None = None,
    resume: str = "auto",
    callbacks: Iterable[Callback] = (),
    baselines: Mapping[str, float] | None = None,
    vocabulary: Any = None,
    opponent: Opponent | None = None,
) -> TrainingResult:
    """Train a model in place, in this process or, under `accelerate launch`, in several.

    Every process builds the whole batch and trains on its rows, so that the number of processes
    changes nothing but the speed.

    Args:
        model: what the loss asks; for the default, `model(**batch)` is the mean loss over the
            labels that are not -100, in nats.
        batches: dictionaries whose entries have batch_size rows; for the default loss, tensors
            (batch_size, length) with at least `input_ids` and `label_ids`. With `state_dict` and
            `load_state_dict` they resume at their position; without, a resumed run first skips the
            batches that it has seen.
        config: the options.
        loss: gives the sum and the weight of a batch; names the loss in logs and pictures.
        validation: a finite set of batches, or of (name, batch) pairs, or a function that gives
            one; the same at every call.
        folder: for checkpoints, `metrics.jsonl` and `loss.png`. None: nothing is saved.
        resume: "auto" continues from the newest checkpoint in `folder`; "never" refuses to.
        callbacks: see `Callback`.
        baselines: drawn in `loss.png`, by name, such as those of `measure_baselines`.
        vocabulary: saved with checkpoints to refuse other tokens; by default `batches.vocabulary`.
        opponent: a second model that plays against this one in the same steps; see `Opponent`.

    Returns:
        The result; the model is trained, and in evaluation mode. Ctrl-C ends a run early but
        cleanly, with a checkpoint and `stopped_by` "interrupt".

    Raises:
        TrainingError: the loss is no longer a number, the disk is full, or the folder's checkpoint
            belongs to another model, vocabulary or configuration.

    Taught in lesson 5.
    """
    folder = Path(folder) if folder is not None else None
    with open_accelerator(config) as accelerator, Interrupts() as interrupts:
        on_gpu = [accelerator.device] if accelerator.device.type == "cuda" else []
        with torch.random.fork_rng(devices=on_gpu):  # the steps' seeds stay in here
            run = None
            try:
                with alone(folder, "training into") if folder else nullcontext():
                    checkpoint = _checkpoint_to_resume(folder, resume)
                    run = Run(
                        model,
                        batches,
                        config,
                        accelerator,
                        loss=loss,
                        validation=validation,
                        folder=folder,
                        callbacks=callbacks,
                        vocabulary=vocabulary,
                        opponent=opponent,
                    )
                    run.prepare(checkpoint)
                    if folder and accelerator.is_main_process:
                        save_legend(folder, loss, baselines or {})
                    _loop(run, interrupts)
            except OSError as error:
                raise _cannot_write(error, run, folder) from error
            finally:
                # Mixed precision wraps the model's own `forward`: give it back as it was.
                for one in models_of(model, opponent):
                    for name in ("forward", "_original_forward"):
                        one.__dict__.pop(name, None)
    for one in models_of(model, opponent):
        one.eval()
    return TrainingResult(
        run.step, run.weight, run.seconds, run.stopped_by, run.log.records, folder
    )


def _loop(run: Run, interrupts: Interrupts) -> None:
    _stop_if_over(run)  # a run that is resumed may be finished
    if run.stopped_by and run.folder and run.accelerator.is_main_process:
        # A kill may have come between its last checkpoint and this.
        remove_old(run.folder, run.config.keep_checkpoints)
    with _progress(run) as bar:
        while not run.stopped_by:
            run.make_step()
            for callback in run.callbacks:
                callback.after_step(run)
            if _agree(run, interrupts.asked):
                run.stop("interrupt")
            _stop_if_over(run)
            _after(run)
            _show(bar, run)
        if run.stopped_by == "interrupt" and run.accelerator.is_main_process:
            where = f" {run.last_checkpoint()}" if run.folder else ""
            bar.write(f"Stopped at step {run.step}.{where} Call train again to resume the run.")


def _after(run: Run) -> None:
    """Validate and save where a step is due for it, or is the last."""
    config, step = run.config, run.step
    finished = run.stopped_by is not None
    hurry = run.stopped_by == "interrupt"

    def due(every: int | None) -> bool:
        return every is not None and step % every == 0

    asked = any(callback.time_for_validation(step) for callback in run.callbacks)
    validate = due(config.validate_every) or asked or (finished and not hurry)
    if run.validation is not None and validate:
        run.read_losses()
        run.validate()
    # A callback may have ended the run after this validation.
    if run.stopped_by is not None or due(config.checkpoint_every):
        run.read_losses()
        run.save()
        if run.folder and run.accelerator.is_main_process:
            plot_metrics(run.folder)


def _stop_if_over(run: Run) -> None:
    config = run.config
    if config.steps is not None and run.step >= config.steps:
        run.stop("steps")
    elif config.max_seconds is not None and run.seconds >= config.max_seconds:
        run.stop("seconds")


def _agree(run: Run, interrupted: bool) -> bool:
    """Synchronise the clock and the stop request of all processes, or some would wait forever."""
    if run.accelerator.num_processes == 1:
        return interrupted
    clock = run.seconds if run.accelerator.is_main_process else 0.0
    values = torch.tensor([clock, float(interrupted)], device=run.accelerator.device)
    run.seconds, wishes = run.accelerator.reduce(values, "sum").tolist()
    return wishes > 0


def _checkpoint_to_resume(folder: Path | None, resume: str) -> Path | None:
    if resume not in ("auto", "never"):
        raise TrainingError(f"resume is {resume!r}; it can be 'auto' or 'never'")
    paths = list_checkpoints(folder) if folder else []
    if paths and resume == "never":
        raise TrainingError(
            f"{folder} already holds {paths[-1].name}; give another folder, or resume='auto' to go"
            " on from it"
        )
    return paths[-1] if paths else None


def _cannot_write(error: OSError, run: Run | None, folder: Path | None) -> TrainingError:
    where = f"cannot write {error.filename or folder} ({error.strerror or error})"
    if run is None:
        return TrainingError(f"{where}; give a folder that can be written")
    return TrainingError(
        f"step {run.step}: {where}; training has stopped. {run.last_checkpoint()} Free some space"
        " and call train again to resume the run"
    )


def _progress(run: Run) -> tqdm:
    """Return a bar in steps, or in seconds if only the clock ends the run."""
    config = run.config
    by_clock = config.steps is None
    bar = progress_bar(
        total=int(config.max_seconds) if by_clock else config.steps,
        description="training",
        unit="s" if by_clock else "step",
        show=None if config.progress and run.accelerator.is_main_process else False,
    )
    bar.initial = bar.n = int(run.seconds) if by_clock else run.step  # where a resumed run is
    return bar


def _show(bar: tqdm, run: Run) -> None:
    now = int(run.seconds) if run.config.steps is None else run.step
    bar.update(now - bar.n)
    last = run.log.records[-1] if run.log.records else {}
    if last.get("seconds"):
        loss = run.loss
        speed = f"{last[loss.counted] / last['seconds']:,.0f} {loss.counted}/s"
        text = f"{loss.name} {last['loss']:.3f} {loss.full_unit}, {speed}"
        bar.set_postfix_str(text, refresh=False)


@contextlib.contextmanager
def open_accelerator(config: TrainingConfig) -> Iterator[Accelerator]:
    """Open Accelerate's access to device and processes, and reset it afterwards.

    Accelerate keeps one state for the whole process: without this, a second run in the same
    notebook could not use another precision or device.
    """
    ours = not AcceleratorState._shared_state
    try:
        yield _make_accelerator(config)
    finally:
        if ours:
            several = PartialState._shared_state and PartialState().use_distributed
            AcceleratorState._reset_state(reset_partial_state=not several)


def _make_accelerator(config: TrainingConfig) -> Accelerator:
    try:
        accelerator = Accelerator(
            cpu=config.device == "cpu",
            mixed_precision=config.mixed_precision,
            dynamo_backend="inductor" if config.compile else "no",
        )
    except ValueError as error:
        raise TrainingError(f"{error}; change mixed_precision or device") from error
    if config.mixed_precision == "fp16" and accelerator.device.type == "cpu":
        raise TrainingError("mixed_precision='fp16' needs a GPU; use 'bf16' or 'no' on a CPU")
    return accelerator


class Interrupts:
    """Record a first Ctrl-C (or SIGTERM); a second one stops at once.

    An exception in the middle of an update would leave weights and optimizer at two different
    steps, which no checkpoint could repair.
    """

    def __init__(self) -> None:
        self.asked = False
        self._previous: dict[int, Any] = {}

    def _note(self, number: int, frame: Any) -> None:
        self.asked = True
        signal.signal(number, self._previous[number])

    def __enter__(self) -> Interrupts:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._previous[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread, which alone receives signals
                break
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
