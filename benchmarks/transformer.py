"""Training speed: our transformer against `transformers`' GPT-2 of the same shape, in one run.

    python benchmarks/transformer.py

Both make the same number of AdamW steps on the same batches, in turns, so that whatever else the
machine does meets both. A step is forward, loss, backward and the optimizer. GPT-2 is shown as it
comes, with a faster form of its GELU, and with the matrix routine that our training asks for
(`fast_matmul`); ours also without that, and in bfloat16. Needs `transformers` (5.23.0 was
measured); without it only our own speed is printed.

On a machine that is busy with other things, `--threads 1 --cpu-time` is the steadiest.
"""

import argparse
import statistics
import time
from contextlib import nullcontext

import torch

from refimpl.transformer import (
    Transformer,
    TransformerConfig,
    count_flops_per_token,
    fast_matmul,
)


def ours(config: TransformerConfig):
    """Our model and a function from a batch to its loss."""
    model = Transformer(config)
    return model, lambda ids, labels: model(ids, label_ids=labels)


def gpt2(config: TransformerConfig, activation: str):
    """GPT-2 with the same layers, width, heads, feed-forward width, vocabulary and context."""
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocabulary_size,
            n_positions=config.context_length,
            n_embd=config.hidden_size,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            n_inner=config.ffn_hidden_size,
            activation_function=activation,
            resid_pdrop=config.dropout,
            embd_pdrop=config.dropout,
            attn_pdrop=config.dropout,
            bos_token_id=None,
            eos_token_id=None,
            use_cache=False,
        )
    )
    # `shift_labels` are labels that are already shifted, as ours are: the same targets for both.
    return model, lambda ids, labels: model(ids, labels=labels, shift_labels=labels).loss


def bfloat16():
    """Matrix products in bfloat16, weights in float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16)


def make_step(model, loss_of, ids, labels, products=nullcontext):
    """A function that makes one training step, its matrix products in a given context."""
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def step():
        with products():
            loss = loss_of(ids, labels)
            loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def contenders(config):
    """Name -> (model, its loss, the context of its products)."""
    found = {
        "ours": (*ours(config), fast_matmul),
        "ours, torch's default products": (*ours(config), nullcontext),
        "ours, bfloat16": (*ours(config), bfloat16),
    }
    try:
        found["GPT-2 as it comes"] = (*gpt2(config, "gelu_new"), nullcontext)
        found["GPT-2, faster GELU"] = (*gpt2(config, "gelu_pytorch_tanh"), nullcontext)
        found["GPT-2, faster GELU and products"] = (
            *gpt2(config, "gelu_pytorch_tanh"),
            fast_matmul,
        )
    except ImportError:
        print("transformers is not installed: no comparison (pip install transformers==5.23.0)")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--context", type=int, default=260)
    parser.add_argument("--vocabulary", type=int, default=1077)
    parser.add_argument("--steps", type=int, default=2, help="steps a turn")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--threads", type=int, help="default: torch's own choice")
    parser.add_argument("--cpu-time", action="store_true", help="of one thread, not of the clock")
    parser.add_argument("--report", action="store_true", help="the report's shape instead")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    config = TransformerConfig(
        options.vocabulary,
        context_length=options.context,
        ffn_hidden_size=512,
        activation="gelu",
        positions="learned",
        bias=True,
    )
    if options.report:
        config = TransformerConfig.report()
    shape = (options.batch_size, config.context_length)
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(0, config.vocabulary_size, shape, generator=generator)
    labels = ids.roll(-1, dims=1)

    models = contenders(config)
    if not options.report:  # the report's shape is another size: nothing to compare
        course = TransformerConfig(options.vocabulary, context_length=options.context)
        models["the course's (RoPE, SwiGLU)"] = (*ours(course), fast_matmul)
    steps = {
        name: make_step(model, loss_of, ids, labels, products)
        for name, (model, loss_of, products) in models.items()
    }
    clock = time.process_time if options.cpu_time else time.perf_counter
    times = {name: [] for name in steps}
    for turn in range(options.turns + 1):
        for name, step in steps.items():
            begin = clock()
            for _ in range(options.steps):
                step()
            if turn:  # the first turn warms up
                times[name].append((clock() - begin) / options.steps)

    print(f"{config}\nbatch {shape}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for name, (model, *_) in models.items():
        flops = count_flops_per_token(model.config if isinstance(model, Transformer) else config)
        speed = ids.numel() / statistics.median(times[name])
        ratios = [theirs / mine for mine, theirs in zip(times["ours"], times[name], strict=True)]
        size = sum(parameter.numel() for parameter in model.parameters())
        print(
            f"{name:34s} {speed:8.0f} tokens/s {speed * flops / 1e9:6.1f} GFLOP/s  "
            f"{size / 1e6:.2f} M parameters, ours is x{statistics.median(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
