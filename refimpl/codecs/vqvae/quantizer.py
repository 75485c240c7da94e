"""The vector quantizer: the nearest code forwards, the identity backwards.

Choosing the nearest code has no useful gradient. Three things stand in for it:
- the encoder gets the decoder's gradient as if nothing had been quantized (straight-through);
- the commitment loss pulls the encoder's outputs towards the codes that they chose;
- the codes move towards the outputs that chose them, by a loss or by a running mean (EMA).
A code that nothing chooses gets neither, and stays dead unless it is revived.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from refimpl.codecs.clustering import kmeans
from refimpl.errors import UserError


@dataclass
class Quantized:
    """The quantizer's output for vectors z (..., dim).

    Attributes:
        vectors: (..., dim) the chosen codes; their gradient goes to z.
        codes: (...,) int64, the numbers of the chosen codes.
        loss: scalar, to be added to the reconstruction loss.
    """

    vectors: Tensor
    codes: Tensor
    loss: Tensor


class VectorQuantizer(nn.Module):
    """A codebook that learns together with the network around it.

    Args:
        n_codes: codes in the codebook.
        dim: numbers in a code.
        update: "ema" moves codes by a running mean, "loss" by the gradient of a codebook loss.
        decay: of the running mean and counts, per step.
        commitment: weight of the commitment loss.
        cosine: compare directions only (vectors and codes get length 1).
        revive_below: a code chosen less often than this share of a uniform choice is dead, and
            is put where a vector of the batch lies; 0 never revives.

    Source: van den Oord et al. 2017, section 3.2 and appendix A.1 (straight-through, losses, EMA);
    Razavi et al. 2019; Dhariwal et al. 2020 (revival); Yu et al. 2022 (cosine). Taught in lesson 4.
    """

    def __init__(
        self,
        n_codes: int,
        dim: int,
        *,
        update: str = "ema",
        decay: float = 0.99,
        commitment: float = 0.25,
        cosine: bool = False,
        revive_below: float = 0.1,
    ):
        super().__init__()
        if update not in ("ema", "loss"):
            raise UserError(f'update is "ema" or "loss", not {update!r}')
        self.update, self.decay, self.commitment = update, decay, commitment
        self.cosine, self.revive_below = cosine, revive_below
        codebook = torch.randn(n_codes, dim) / dim**0.5
        codebook = F.normalize(codebook, dim=-1) if cosine else codebook
        if update == "loss":
            self.codebook = nn.Parameter(codebook)
        else:
            self.register_buffer("codebook", codebook)
        # Only training needs these two; a saved quantizer is its codebook alone.
        self.register_buffer("counts", torch.ones(n_codes), persistent=False)
        self.register_buffer("sums", codebook.clone(), persistent=False)
        self.register_load_state_dict_post_hook(_remember_codes)

    def codes_as_used(self) -> Tensor:
        """Return the codebook (n_codes, dim) in the form that distances use."""
        return F.normalize(self.codebook, dim=-1) if self.cosine else self.codebook

    def nearest(self, z: Tensor) -> Tensor:
        """Return the number of the nearest code for each vector (..., dim) -> (...,)."""
        codes = self.codes_as_used()
        # |z - c|^2 without |z|^2, which is the same for all codes; see `refimpl.codecs.nearest`.
        return (z @ codes.T - 0.5 * (codes**2).sum(dim=-1)).argmax(dim=-1)

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the vectors of code numbers (...,) -> (..., dim)."""
        return F.embedding(codes, self.codes_as_used())

    def forward(self, z: Tensor) -> Quantized:
        """Quantize vectors (..., dim); in training mode with "ema", also move the codes."""
        if self.cosine:
            z = F.normalize(z, dim=-1)
        codes = self.nearest(z)  # (...,)
        chosen = self.lookup(codes)  # (..., dim)
        loss = self.commitment * F.mse_loss(z, chosen.detach())
        if self.update == "loss":
            loss = loss + F.mse_loss(chosen, z.detach())
        if self.training:
            self._observe(z.detach(), codes)
        # Forwards this is `chosen`; backwards its derivative by z is 1.
        straight_through = z + (chosen - z).detach()
        return Quantized(straight_through, codes, loss)

    @torch.no_grad()
    def _observe(self, z: Tensor, codes: Tensor) -> None:
        """Keep running counts of the codes, and for "ema" the running means that the codes are."""
        z, codes = z.reshape(-1, z.shape[-1]), codes.reshape(-1)  # (N, dim), (N,)
        n_codes = len(self.counts)
        counts = torch.bincount(codes, minlength=n_codes).to(z.dtype)  # (n_codes,)
        self.counts.lerp_(counts, 1 - self.decay)
        if self.update == "ema":
            sums = torch.zeros_like(self.sums).index_add_(0, codes, z)  # (n_codes, dim)
            self.sums.lerp_(sums, 1 - self.decay)
            # A code that was not chosen for long stays: its mean would be 0 / 0.
            means = self.sums / self.counts.clamp(min=1e-6)[:, None]
            self.codebook.copy_(torch.where(self.counts[:, None] > 1e-4, means, self.codebook))
            if self.cosine:
                self.codebook.copy_(F.normalize(self.codebook, dim=-1))

    @torch.no_grad()
    def start_at(self, z: Tensor, seed: int = 0) -> None:
        """Set the codes to the k-means centroids of vectors z (..., dim)."""
        if self.cosine:
            z = F.normalize(z, dim=-1)
        z = z.reshape(-1, z.shape[-1])
        centroids = kmeans(z.numpy(), len(self.counts), seed=seed, max_iter=10, what="latents")
        self.codebook.copy_(torch.from_numpy(centroids))
        self._forget(torch.arange(len(self.counts)), 1.0)

    @torch.no_grad()
    def revive(self, z: Tensor, generator: torch.Generator) -> int:
        """Move dead codes to random vectors of z (..., dim); return their number.

        A code is dead when its running count is below `revive_below` times the count that each
        code would have if all were chosen equally often.
        """
        if self.cosine:
            z = F.normalize(z, dim=-1)
        z = z.reshape(-1, z.shape[-1])
        dead = torch.nonzero(self.counts < self.revive_below * self.counts.mean()).squeeze(-1)
        if len(dead) == 0:
            return 0
        picks = torch.randint(len(z), (len(dead),), generator=generator)
        self.codebook[dead] = z[picks]
        # A fair count, so that a revived code has time to be chosen before it is judged again.
        self._forget(dead, float(self.counts.mean()))
        return len(dead)

    def _forget(self, which: Tensor, count: float) -> None:
        """Restart the running count and sum of some codes, as if chosen `count` times."""
        self.counts[which] = count
        self.sums[which] = count * self.codebook[which]


@torch.no_grad()
def _remember_codes(quantizer: VectorQuantizer, _: object) -> None:
    """Begin the running means at codes that were loaded; else the next step would undo them."""
    quantizer._forget(torch.arange(len(quantizer.counts)), 1.0)
