"""Progressive distillation: a student learns to do in one step what its teacher does in two."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from refimpl.diffusion.batches import LatentBatches
from refimpl.diffusion.fitting import denoising_config, fit_averaged
from refimpl.diffusion.loss import withhold
from refimpl.diffusion.model import DiffusionModel
from refimpl.diffusion.parametrisations import Parts
from refimpl.diffusion.samplers import ddim, time_steps
from refimpl.errors import UserError
from refimpl.training import Batch, Loss


def distillation(
    teacher: DiffusionModel, n_steps: int, *, guidance: float = 1.0, limit: float | None = 5.0
) -> Loss:
    """Return the loss of a student that is to sample in `n_steps` steps.

    Its target is the prediction that would take it in one step where the teacher comes in two.

    Args:
        teacher: samples in twice as many steps.
        n_steps: of the student.
        guidance: of the teacher; the student needs none then.
        limit: of the teacher's clips, see `DiffusionModel.denoise`.

    Source: Salimans and Ho 2022, algorithm 2; Meng et al. 2023, section 3.1, for the guidance.
    Taught in lesson 12.
    """
    times = time_steps(n_steps)

    def distillation_sum(student: DiffusionModel, batch: Batch) -> tuple[Tensor, Tensor]:
        clips, labels = batch["latents"], batch.get("labels")
        if labels is not None:
            labels = withhold(labels, student.drop_rate)
        place = torch.randint(n_steps, (len(clips),))
        now, then = times[place], times[place + 1]  # (B,)
        noisy = teacher.schedule.add_noise(clips, torch.randn_like(clips), now)
        clip = two_steps(teacher, noisy, now, then, labels, guidance=guidance, limit=limit)
        signal, noise = teacher.schedule.scales(now, clips.ndim)
        errors = student.errors(clip, (noisy - signal * clip) / noise, now, labels)
        return errors.sum(), torch.tensor(float(len(clips)))

    return Loss("distillation error", "mean squared error", "clip", distillation_sum)


@torch.no_grad()
def two_steps(
    teacher: DiffusionModel,
    noisy: Tensor,
    now: Tensor,
    then: Tensor,
    labels: Tensor | None = None,
    *,
    guidance: float = 1.0,
    limit: float | None = 5.0,
) -> Tensor:
    """Return the clip with which one DDIM step comes as far as two of the teacher.

    Args:
        teacher: takes the two steps.
        noisy: (B, ...) at the times `now`.
        now, then: (B,).
        labels, guidance, limit: see `DiffusionModel.denoise`.

    Source: Salimans and Ho 2022, appendix G. Taught in lesson 12.
    """
    schedule = teacher.schedule
    now, then = (times.reshape(-1, *[1] * (noisy.ndim - 1)) for times in (now, then))
    middle = (now + then) / 2

    def denoise(at: Tensor, times: Tensor) -> Parts:
        return teacher.denoise(at, times.flatten(), labels, guidance=guidance, limit=limit)

    there = ddim(noisy, now, middle, denoise, schedule, None)
    there = ddim(there, middle, then, denoise, schedule, None)
    ratio = schedule.noise(then) / schedule.noise(now)
    return (there - ratio * noisy) / (schedule.signal(then) - ratio * schedule.signal(now))


def distil(
    teacher: DiffusionModel,
    latents: Tensor,
    labels: Tensor | None = None,
    *,
    halvings: Sequence[int] = (8, 4),
    guidance: float = 2.0,
    seconds: float = 60.0,
    seed: int = 0,
    folder: str | Path | None = None,
    **options,
) -> dict[int, DiffusionModel]:
    """Halve a model's steps again and again.

    Args:
        teacher: samples well in twice the first of `halvings`.
        latents: (n_clips, S, D) to add noise to.
        labels: (n_clips,) int64, or None.
        halvings: the steps of the students, each half of the one before.
        guidance: of the first teacher, which all students then have in them.
        seconds: of one core for each student.
        seed: of batches and noise.
        folder: for checkpoints, from which a stopped run goes on; None: nothing is kept.
        options: for `denoising_config`.

    Returns:
        The students by their number of steps, in evaluation mode.

    Raises:
        UserError: steps that are not halved each time.

    Taught in lesson 12.
    """
    if not halvings or any(2 * b != a for a, b in zip(halvings, halvings[1:], strict=False)):
        raise UserError(
            f"halvings are {tuple(halvings)}; give steps of which each is half the last"
        )
    defaults = {"max_seconds": seconds, "seed": seed, "learning_rate": 5e-4, "validate_every": None}
    students: dict[int, DiffusionModel] = {}
    for n_steps in halvings:
        student = copy.deepcopy(teacher).requires_grad_(True)
        fit_averaged(
            student,
            LatentBatches(latents, labels, seed=seed + n_steps),
            denoising_config(**defaults | options),
            loss=distillation(teacher, n_steps, guidance=guidance),
            folder=None if folder is None else Path(folder) / f"{n_steps}-steps",
        )
        students[n_steps] = teacher = student
        guidance = 1.0
    return students
