"""What relative attention costs: a vector for each pair, skewing, and the fused kernel.

    python benchmarks/attention.py
    python benchmarks/attention.py --lengths 256 1024 4096 --device cuda

The first two compute the same (tests/reproduce/test_memory_cost.py). The fused kernel knows no
distances; it is what RoPE can use. All are timed forwards and backwards, in turns at each length,
with four heads of 32 numbers. Memory is what is stored for the backward pass. The last lines time
a token of generation with relative attention, by the short way for one token and by the way of
any number of tokens.
"""

import argparse
import time

import torch

from refimpl.reproduce.memory_cost import ATTENTIONS, LENGTHS, attention_costs
from refimpl.transformer import KVCache, Transformer, TransformerConfig

MOST_NUMBERS = 2**30  # that the naive way may store: 4 GB
N_TOKENS = 256


def compare(length: int, device: str) -> None:
    """Print the time and memory of each way, and their ratios to skewing."""
    ways = [name for name in ATTENTIONS if name != "naive" or length**2 * 128 <= MOST_NUMBERS]
    costs = {name: attention_costs(name, length, device=device) for name in ways}
    skewed = costs["skewed"]
    for name, cost in costs.items():
        print(
            f"{length:7} {name:8}{cost['ms']:10.1f} ms{cost['mb']:10.1f} MB"
            f"{cost['ms'] / skewed['ms']:10.2f} x time{cost['mb'] / skewed['mb']:10.2f} x memory"
        )


@torch.inference_mode()
def compare_generation(positions: str, **changes) -> None:
    """Print what a token costs when a model with some positions writes a row."""
    config = TransformerConfig(300, positions=positions, context_length=N_TOKENS, **changes)
    model = Transformer(config).eval()
    seconds = {}
    for name, start in (("short", model.start), ("long", lambda n: KVCache(config, n))):
        times = []
        for _ in range(3):
            state, token = start(1), torch.zeros(1, 1, dtype=torch.long)
            began = time.process_time()
            for _ in range(N_TOKENS):
                model(token, state=state)
            times.append((time.process_time() - began) / N_TOKENS)
        seconds[name] = min(times)
    ratio = seconds["long"] / seconds["short"]
    print(
        f"{positions:10}{1000 * seconds['short']:8.2f} ms for one token alone, "
        f"{1000 * seconds['long']:.2f} ms as one of many: {ratio:.1f} x"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=list(LENGTHS))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for length in options.lengths:
        compare(length, options.device)
    for positions in ("relative", "rope"):
        compare_generation(positions)
    compare_generation("rope", shifted_keys=True)


if __name__ == "__main__":
    main()
