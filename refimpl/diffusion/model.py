"""A diffusion model: a network, a noise schedule, and what the network predicts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from refimpl.diffusion.parametrisations import Parts, find_parametrisation
from refimpl.diffusion.samplers import draw
from refimpl.diffusion.schedules import find_schedule
from refimpl.errors import UserError
from refimpl.training.models import plain_config


class DiffusionModel(nn.Module):
    """Learns to tell clip and noise apart, and writes clips by doing so again and again.

    Args:
        network: called with noisy clips (B, S, D), times (B,) and labels (B,) or None; a controlled
            one also with hints, where there are any.
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

    @property
    def config(self) -> dict:
        """The network's shape and the model's options, as JSON holds them."""
        return {
            "network": plain_config(self.network.config),
            "schedule": self.schedule.name,
            "parametrisation": self.parametrisation.name,
            "drop_rate": self.drop_rate,
        }

    def with_network(self, network: nn.Module, **changes) -> DiffusionModel:
        """Return a model around another network, with this one's options but for some."""
        options = {name: value for name, value in self.config.items() if name != "network"}
        return DiffusionModel(network, **options | changes)

    def errors(
        self,
        clips: Tensor,
        epsilon: Tensor,
        times: Tensor,
        labels: Tensor | None = None,
        hints: Tensor | None = None,
    ) -> Tensor:
        """Return the mean squared error of the prediction for each clip: (B,).

        Args:
            clips: (B, S, D) latents.
            epsilon: noise of their shape.
            times: (B,) how noisy each becomes.
            labels: (B,) int64, or None.
            hints: (B, S, n_hints) of `make_hints`, or None.
        """
        noisy = self.schedule.add_noise(clips, epsilon, times)
        signal, noise = self.schedule.scales(times, clips.ndim)
        target = self.parametrisation.target(clips, epsilon, signal, noise)
        error = self._predict(noisy, times, labels, hints) - target
        return error.square().flatten(1).mean(dim=1)

    def _predict(
        self, noisy: Tensor, times: Tensor, labels: Tensor | None, hints: Tensor | None
    ) -> Tensor:
        told = () if hints is None else (hints,)
        return self.network(noisy, times, labels, *told)

    def denoise(
        self,
        noisy: Tensor,
        time: Tensor,
        labels: Tensor | None = None,
        *,
        hints: Tensor | None = None,
        guidance: float = 1.0,
        limit: float | None = None,
    ) -> Parts:
        """Tell noisy clips (B, S, D) of one time apart into clips and noise.

        Args:
            noisy: as they are at this time.
            time: a scalar, or (B,).
            labels: (B,) int64, or None.
            hints: (B, S, n_hints) of `make_hints`, or None.
            guidance: the prediction moves from the one without label and hints (0) to the one with
                them (1), and beyond it.
            limit: the clips' numbers are cut to this size, in standard deviations; None: not.

        Source: Ho and Salimans 2022, equation 6, whose w is guidance - 1. Taught in lesson 12.
        """
        times = time.expand(len(noisy))
        prediction = self._predict(noisy, times, labels, hints)
        if guidance != 1 and not (labels is None and hints is None):
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
        hints: Tensor | None = None,
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
            hints: (n_clips, S, n_hints) of `make_hints`; None: none.
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
        generator = torch.Generator().manual_seed(seed)
        start = torch.randn(self.shape(n_clips), generator=generator)

        def denoise(noisy: Tensor, time: Tensor) -> Parts:
            how = {"hints": hints, "guidance": guidance, "limit": limit}
            return self.denoise(noisy, time, labels, **how)

        options = {"n_steps": n_steps, "sampler": sampler, "generator": generator, "watch": watch}
        return draw(denoise, start, self.schedule, **options)

    def shape(self, n_clips: int) -> tuple[int, int, int]:
        """Return the shape of that many clips of full length: (n_clips, S, D)."""
        config = self.network.config
        return n_clips, config.n_steps, config.latent_dim
