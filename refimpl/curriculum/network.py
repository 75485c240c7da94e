"""The network in the reward model: from the history of a run to what each mixture would improve.

The only module of the curriculum that imports torch; `reward_model` imports it when it is first
needed, so that processes that only make batches do not.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from refimpl.curriculum.evidence import Evidence, centred

CPU = torch.device("cpu")  # tens of tokens: an accelerator would only wait
LARGEST_LOG_PACE = 4.0
N_HEADS = 4


class Block(nn.Module):
    """A pre-norm transformer block in which each evaluation sees itself and those before it."""

    def __init__(self, width: int):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        n_tokens, width = x.shape  # (T, C)
        heads = self.query_key_value(self.norm_1(x)).view(n_tokens, 3, N_HEADS, width // N_HEADS)
        query, key, value = heads.permute(1, 2, 0, 3)  # 3 of (H, T, C / H)
        seen = F.scaled_dot_product_attention(query[None], key[None], value[None], is_causal=True)
        x = x + self.output(seen[0].transpose(0, 1).reshape(n_tokens, width))  # (T, C)
        return x + self.feed_forward(self.norm_2(x))


class ImprovementNetwork(nn.Module):
    """Predicts each objective's improvement from the history before it and the mixture tried.

        improvement_i = pace_i(history) (usual_i + sum over j of effect_ij mixture_j)

    The effect of practising j on i (`effect`) is one number for the whole run, since it takes all
    of the run's few intervals to estimate it. The present learning speed of i (`pace`) changes, and
    a transformer reads it from the history. A run has tens of intervals, and they can teach no more
    than this: a network that is free to predict anything memorises them instead.

    Args:
        n_objectives: how many.
        n_features: of a token of the history.
        n_layers: of the transformer.
        width: of the transformer.
    """

    def __init__(self, n_objectives: int, n_features: int, *, n_layers: int, width: int):
        super().__init__()
        self.usual = nn.Parameter(torch.zeros(n_objectives))
        self.effect = nn.Parameter(torch.zeros(n_objectives, n_objectives))
        self.embedding = nn.Linear(n_features, width)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(n_layers)))
        self.norm = nn.LayerNorm(width)
        self.log_pace = nn.Linear(width, n_objectives)
        nn.init.zeros_(self.log_pace.weight)  # at first every pace is 1
        nn.init.zeros_(self.log_pace.bias)

    def pace(self, tokens: Tensor) -> Tensor:
        """How fast each objective learns at each evaluation: (T, n_features) to (T, N)."""
        read = self.norm(self.blocks(self.embedding(tokens)))  # (T, C)
        return self.log_pace(read).clamp(-LARGEST_LOG_PACE, LARGEST_LOG_PACE).exp()

    def response(self, mixtures: Tensor) -> Tensor:
        """Improvement at pace 1 under centred mixtures: (…, N) to (…, N)."""
        return self.usual + mixtures @ self.effect.T

    def forward(self, tokens: Tensor, mixtures: Tensor) -> Tensor:
        """Improvement after each evaluation: (T, n_features) and (T, N) to (T, N)."""
        return self.pace(tokens) * self.response(mixtures)


def predict_improvements(
    evidence: Evidence,
    candidates: np.ndarray,
    *,
    gradient_steps: int,
    n_layers: int,
    width: int,
    seed: int,
) -> np.ndarray:
    """Train a network on a run's evidence, and ask it about mixtures for the next interval.

    Args:
        evidence: of the run.
        candidates: (n_candidates, n_objectives) mixtures.
        gradient_steps: of AdamW, each on all of the evidence.
        n_layers, width: of the transformer.
        seed: of the initial weights. The caller's random numbers are not touched.

    Returns:
        (n_candidates, n_objectives) predicted log(old loss / new loss) per step.
    """
    with _own_torch(seed):
        tokens = torch.tensor(evidence.tokens, dtype=torch.float32, device=CPU)
        with CPU:  # whatever the default; around all that follows it costs a third
            network = ImprovementNetwork(
                candidates.shape[1], tokens.shape[1], n_layers=n_layers, width=width
            )
        _train(network, tokens, evidence, gradient_steps)
        with torch.no_grad():
            asked = torch.tensor(centred(candidates), dtype=torch.float32, device=CPU)
            predicted = network.pace(tokens)[-1] * network.response(asked)  # (n_candidates, N)
    return predicted.double().numpy() * evidence.scale


def _train(
    network: ImprovementNetwork, tokens: Tensor, evidence: Evidence, gradient_steps: int
) -> None:
    """Fit by weighted least squares."""
    mixtures = torch.tensor(evidence.mixtures, dtype=torch.float32, device=CPU)
    targets = torch.tensor(evidence.improvements, dtype=torch.float32, device=CPU)
    weights = torch.tensor(evidence.weights, dtype=torch.float32, device=CPU)[:, None]
    linear = [network.usual, network.effect]
    known = {id(parameter) for parameter in linear}
    others = [p for p in network.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        # The effects are found first, and the pace explains what they leave.
        [{"params": linear, "lr": 0.03, "weight_decay": 0.03}, {"params": others}],
        lr=0.003,
        weight_decay=0.1,
        fused=True,  # one call instead of ten for each of many small parameters
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, gradient_steps)
    for _ in range(gradient_steps):
        loss = (weights * (network(tokens[:-1], mixtures) - targets) ** 2).sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()


@contextmanager
def _own_torch(seed: int) -> Iterator[None]:
    """Settings of this module's own, whatever the training loop around it has set.

    Losses are often reported from within `no_grad` or `inference_mode`, under autocast, or with a
    default device; and a training run's random numbers must not depend on its curriculum.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.autocast("cpu", enabled=False))
        # Not torch.manual_seed, which seeds every accelerator too.
        torch.default_generator.manual_seed(seed)
        yield
