"""Sampling speed: our cache against `transformers`' `generate` and against no cache, in one run.

    python benchmarks/sampling.py

All write the same number of tokens by top-k sampling from models of the same shape, in turns.
Needs `transformers` (5.23.0 was measured); without it only our own two ways are printed.

On a machine that is busy with other things, `--threads 1 --cpu-time` is the steadiest.
"""

import argparse
import statistics
import time

import numpy as np
import torch

from refimpl.generation import generate
from refimpl.transformer import Transformer, TransformerConfig
from refimpl.vocabulary import Vocabulary


def ours(config, vocabulary, batch_size, n_tokens, *, use_cache=True):
    """A function that writes `batch_size` sequences of `n_tokens` with our `generate`."""
    model = Transformer(config).eval()

    def run():
        written = generate(
            model,
            vocabulary,
            max_tokens=n_tokens,
            min_tokens=n_tokens,
            batch_size=batch_size,
            use_cache=use_cache,
        )
        assert all(len(tokens) == n_tokens for tokens in written)

    return run


def gpt2(config, vocabulary, batch_size, n_tokens):
    """The same with GPT-2's `generate(use_cache=True)`."""
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocabulary_size,
            n_positions=config.context_length,
            n_embd=config.hidden_size,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            n_inner=config.ffn_hidden_size,
            activation_function="gelu_pytorch_tanh",
            bos_token_id=vocabulary.start,
            eos_token_id=vocabulary.end,
            pad_token_id=vocabulary.pad,
        )
    ).eval()
    start = torch.full((batch_size, 1), vocabulary.start)

    def run():
        written = model.generate(
            start,
            attention_mask=torch.ones_like(start),
            do_sample=True,
            top_k=50,
            max_new_tokens=n_tokens,
            min_new_tokens=n_tokens,
            use_cache=True,
        )
        assert written.shape == (batch_size, n_tokens + 1)

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--threads", type=int, help="default: torch's own choice")
    parser.add_argument("--cpu-time", action="store_true", help="of one thread, not of the clock")
    options = parser.parse_args()
    clock = time.process_time if options.cpu_time else time.perf_counter
    if options.threads:
        torch.set_num_threads(options.threads)
    vocabulary = Vocabulary(1024)
    config = TransformerConfig(
        vocabulary.size,
        context_length=options.tokens + 4,
        ffn_hidden_size=512,
        activation="gelu",
    )
    print(f"{config}\n{options.tokens} tokens, {torch.get_num_threads()} threads")
    for batch_size in options.batch_sizes:
        shape = (config, vocabulary, batch_size, options.tokens)
        runs = {"ours": ours(*shape), "ours without cache": ours(*shape, use_cache=False)}
        try:
            runs["GPT-2 generate(use_cache=True)"] = gpt2(*shape)
        except ImportError:
            print("transformers is not installed (pip install transformers==5.23.0)")
        times = {name: [] for name in runs}
        for turn in range(options.turns + 1):
            for name, run in runs.items():
                begin = clock()
                run()
                if turn:  # the first turn warms up
                    times[name].append(clock() - begin)
        for name in runs:
            speed = batch_size * options.tokens / statistics.median(times[name])
            ratio = statistics.median(np.divide(times[name], times["ours"]))
            print(f"batch {batch_size:3d}  {name:32s} {speed:8.0f} tokens/s, ours is x{ratio:.1f}")


if __name__ == "__main__":
    main()
