"""A diffusion model: a network, a noise schedule, and what the network predicts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from refimpl.diffusion.parametrisations import Parts, find_parametrisation
from refimpl.diffusion.samplers import draw
from refimpl.diffusion.schedules import find_schedule
from refimpl.errors import UserError


class DiffusionModel(nn.Module):
    """Learns to tell clip and noise apart, and writes clips by doing so again and again.

    Args:
        network: called with noisy clips (B, S, D), times (B,) and labels (B,) or None.
        schedule: a name in `SCHEDULES`.
        parametrisation: a name in `PARAMETRISATIONS`.
        drop_rate: the share of clips whose label is withheld in training; guidance needs some.

    Taught in lesson 12.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        schedule: str = "cosine",
        parametrisation: str = "velocity",
        drop_rate: float = 0.15,
    ) -> None:
        super().__init__()
        if not 0 <= drop_rate <= 1:
            raise UserError(f"drop_rate is {drop_rate}; give a share from 0 to 1")
        self.network, self.drop_rate = network, drop_rate
        self.schedule = find_schedule(schedule)
        self.parametrisation = find_parametrisation(parametrisation)

    def errors(
        self, clips: Tensor, epsilon: Tensor, times: Tensor, labels: Tensor | None = None
    ) -> Tensor:
        """Return the mean squared error of the prediction for each clip: (B,).

        Args:
            clips: (B, S, D) latents.
            epsilon: noise of their shape.
            times: (B,) how noisy each becomes.
            labels: (B,) int64, or None.
        """
        noisy = self.schedule.add_noise(clips, epsilon, times)
        signal, noise = self.schedule.scales(times, clips.ndim)
        target = self.parametrisation.target(clips, epsilon, signal, noise)
        return (self.network(noisy, times, labels) - target).square().flatten(1).mean(dim=1)

    def denoise(
        self,
        noisy: Tensor,
        time: Tensor,
        labels: Tensor | None = None,
        *,
        guidance: float = 1.0,
        limit: float | None = None,
    ) -> Parts:
        """Tell noisy clips (B, S, D) of one time apart into clips and noise.

        Args:
            noisy: as they are at this time.
            time: a scalar.
            labels: (B,) int64, or None.
            guidance: the prediction moves from the one without a label (0) to the one with it (1),
                and beyond it.
            limit: the clips' numbers are cut to this size, in standard deviations; None: not.

        Source: Ho and Salimans 2022, equation 6, whose w is guidance - 1. Taught in lesson 12.
        """
        times = time.expand(len(noisy))
        prediction = self.network(noisy, times, labels)
        if labels is not None and guidance != 1:
            free = self.network(noisy, times, None)
            prediction = free + guidance * (prediction - free)
        signal, noise = self.schedule.scales(times, noisy.ndim)
        parts = self.parametrisation.parts(prediction, noisy, signal, noise)
        if limit is None:
            return parts
        clip = parts.clip.clamp(-limit, limit)
        return Parts(clip, (noisy - signal * clip) / noise)

    def write(
        self,
        n_clips: int,
        *,
        labels: Tensor | None = None,
        seed: int = 0,
        n_steps: int = 16,
        sampler: str = "ddim",
        guidance: float = 1.0,
        limit: float | None = 5.0,
        watch=None,
    ) -> Tensor:
        """Write clips from noise: (n_clips, S, D) latents.

        Args:
            n_clips: how many.
            labels: (n_clips,) int64 that are asked for; None: none.
            seed: of the noise; the same noise gives similar clips with any sampler but DDPM.
            n_steps: of the sampler.
            sampler: a name in `SAMPLERS`.
            guidance, limit: see `denoise`.
            watch: see `draw`.

        Raises:
            UserError: fewer than one step, no such sampler, or another number of labels.

        Taught in lesson 12.
        """
        if labels is not None and len(labels) != n_clips:
            raise UserError(f"there are {len(labels)} labels for {n_clips} clips; give one each")
        config = self.network.config
        generator = torch.Generator().manual_seed(seed)
        start = torch.randn((n_clips, config.n_steps, config.latent_dim), generator=generator)

        def denoise(noisy: Tensor, time: Tensor) -> Parts:
            return self.denoise(noisy, time, labels, guidance=guidance, limit=limit)

        options = {"n_steps": n_steps, "sampler": sampler, "generator": generator, "watch": watch}
        return draw(denoise, start, self.schedule, **options)
