"""What a model's memory costs: a token after many others, and attention by distance in training.

    python -m refimpl.reproduce.memory_cost book/results

measures both on one core in about a minute, and writes `memory-cost.json`. Lesson 10 shows the
figures, and `benchmarks/attention.py` prints those of attention as ratios.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from refimpl.files import make_folder, replace_json
from refimpl.reproduce.records import machine
from refimpl.state_space import StateSpace, StateSpaceConfig
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.transformer.relative import skew

TOKENS = (256, 4096, 65_536)  # that were read before
LENGTHS = (128, 256, 512, 1024)  # of rows in training
N_HEADS, HEAD_SIZE, N_LAYERS = 4, 32, 4
VOCABULARY = 300
N_TIMES = 5
Attend = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def token_costs(n_tokens: int, *, n_times: int = 20) -> dict[str, dict[str, float]]:
    """Time one more token after many, and count what has to be kept for it.

    Args:
        n_tokens: read before.
        n_times: tokens that are timed.

    Returns:
        Of "attention" and "recurrence" the quickest "ms" of a token in processor time, and "kept",
        the numbers of its state.

    Taught in lesson 10.
    """
    width = N_HEADS * HEAD_SIZE
    shape = {"vocabulary_size": VOCABULARY, "hidden_size": width, "n_layers": N_LAYERS}
    room = n_tokens + n_times + 1
    attention = TransformerConfig(**shape, n_heads=N_HEADS, positions="rope", context_length=room)
    models = {
        "attention": Transformer(attention).eval(),
        "recurrence": StateSpace(StateSpaceConfig(**shape)).eval(),
    }
    kept = {"attention": 2 * N_LAYERS * n_tokens * width, "recurrence": N_LAYERS * width}
    costs = {}
    for name, model in models.items():
        with torch.inference_mode():
            state = model.start(1, room)
            state.length = n_tokens  # what has been read does not change what a token costs
            one_more = partial(model, torch.zeros(1, 1, dtype=torch.long), state=state)
            one_more()  # what happens only once
            times = [_milliseconds(one_more) for _ in range(n_times)]
        costs[name] = {"ms": min(times), "kept": kept[name]}
    return costs


def attend_naively(queries: Tensor, keys: Tensor, values: Tensor, vectors: Tensor) -> Tensor:
    """Relative attention with a copy of a vector for every pair of tokens.

    Args:
        queries, keys, values: `(H, T, D)`.
        vectors: `(H, T, D)` of distances 0 to T - 1.

    Returns:
        `(H, T, D)`.

    Source: Shaw et al. 2018, section 3.2, for keys alone. Taught in lesson 10.
    """
    places = torch.arange(queries.shape[1], device=queries.device)
    apart = (places[:, None] - places).clamp(min=0)
    pairs = vectors[:, apart]  # (H, T, T, D), the array that skewing does without
    scores = (pairs @ queries[..., None])[..., 0]
    return _mix(queries @ keys.mT + scores, values)


def attend_skewed(queries: Tensor, keys: Tensor, values: Tensor, vectors: Tensor) -> Tensor:
    """The same as `attend_naively`, by skewing.

    Source: Huang et al. 2018, section 3.4.1. Taught in lesson 10.
    """
    return _mix(queries @ keys.mT + skew(queries @ vectors.flip(1).mT), values)


def attend_fused(queries: Tensor, keys: Tensor, values: Tensor, vectors: Tensor) -> Tensor:
    """Attention without distances, by the kernel that never stores all scores at once.

    Sources: Dao et al. 2022 (FlashAttention), of which torch has a version for CPUs. Taught in
    lesson 10.
    """
    del vectors
    return F.scaled_dot_product_attention(queries[None], keys[None], values[None], is_causal=True)[
        0
    ]


ATTENTIONS: dict[str, Attend] = {
    "naive": attend_naively,
    "skewed": attend_skewed,
    "fused": attend_fused,
}


def attention_costs(
    name: str, length: int, *, device: str = "cpu", n_times: int = N_TIMES
) -> dict[str, float]:
    """Time a way to attend, forwards and backwards, and count the memory that it takes.

    Args:
        name: one of `ATTENTIONS`.
        length: tokens.
        device: "cpu", or "cuda" where there is one.
        n_times: how often it is timed.

    Returns:
        The quickest "ms", in processor time on a CPU, and "mb", what is stored for the backward
        pass.
    """
    generator = torch.Generator().manual_seed(0)
    shape = (4, N_HEADS, length, HEAD_SIZE)
    inputs = torch.randn(shape, generator=generator).to(device).unbind(0)
    inputs = [one.clone().requires_grad_() for one in inputs]
    attend = ATTENTIONS[name]

    def step() -> None:
        attend(*inputs).sum().backward()
        for one in inputs:
            one.grad = None
        if device != "cpu":
            torch.cuda.synchronize()

    step()  # what happens only once
    clock = time.process_time if device == "cpu" else time.perf_counter
    times = [_milliseconds(step, clock) for _ in range(n_times)]
    return {"ms": min(times), "mb": stored_megabytes(attend, inputs)}


def measure_costs(
    *, tokens: Sequence[int] = TOKENS, lengths: Sequence[int] = LENGTHS
) -> dict[str, Any]:
    """Measure all of it.

    Args:
        tokens: read before the one that is timed.
        lengths: of rows in training.

    Returns:
        What the file holds: "tokens" and "attention", lists of records.
    """
    return {
        "command": "python -m refimpl.reproduce.memory_cost book/results",
        "machine": machine(),
        "threads": torch.get_num_threads(),
        "shape": {"n_layers": N_LAYERS, "n_heads": N_HEADS, "head_size": HEAD_SIZE},
        "tokens": [
            {"n_tokens": n, "model": name} | _rounded(cost)
            for n in tokens
            for name, cost in token_costs(n).items()
        ],
        "attention": [
            {"length": length, "way": name} | _rounded(attention_costs(name, length))
            for length in lengths
            for name in ATTENTIONS
        ],
    }


def _mix(scores: Tensor, values: Tensor) -> Tensor:
    n_tokens, head_size = values.shape[-2:]
    later = torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=values.device).triu(1)
    scores = (scores / math.sqrt(head_size)).masked_fill(later, float("-inf"))
    return scores.softmax(-1) @ values


def _milliseconds(call: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    began = clock()
    call()
    return 1000 * (clock() - began)


def stored_megabytes(attend: Attend, inputs: Sequence[Tensor]) -> float:
    """Megabytes that a way to attend stores for the backward pass, beyond its inputs."""
    stored: dict[int, int] = {}
    alive = []  # a storage whose address is taken again must not be counted as the first one

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        stored[storage.data_ptr()] = storage.nbytes()
        alive.append(storage)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        attend(*inputs)
    own = {one.untyped_storage().data_ptr() for one in inputs}
    return sum(size for place, size in stored.items() if place not in own) / 1e6


def _rounded(cost: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in cost.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what memories cost: a few minutes.")
    parser.add_argument("folder", type=Path, help="where memory-cost.json is written")
    folder = make_folder(parser.parse_args().folder)
    torch.set_num_threads(1)
    costs = measure_costs()
    replace_json(folder / "memory-cost.json", costs)
    print(json.dumps(costs, indent=1))


if __name__ == "__main__":
    main()
