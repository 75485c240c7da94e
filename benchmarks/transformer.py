"""Training speed: our transformer against `transformers`' GPT-2 of the same shape, in one run.

    python benchmarks/transformer.py

Both make the same number of AdamW steps on the same batches, in turns, so that whatever else the
machine does meets both. A step is forward, loss, backward and the optimizer. Needs `transformers`
(5.23.0 was measured); without it only our own speed is printed.
"""

import argparse
import statistics
import time

import torch

from refimpl.transformer import Transformer, TransformerConfig, count_flops_per_token


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


def make_step(model, loss_of, ids, labels):
    """A function that makes one training step."""
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)

    def step():
        loss_of(ids, labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--context", type=int, default=260)
    parser.add_argument("--vocabulary", type=int, default=1077)
    parser.add_argument("--steps", type=int, default=4, help="steps a turn")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--report", action="store_true", help="the report's shape instead")
    options = parser.parse_args()
    config = TransformerConfig(options.vocabulary, context_length=options.context)
    if options.report:
        config = TransformerConfig.report()
    shape = (options.batch_size, config.context_length)
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(0, config.vocabulary_size, shape, generator=generator)
    labels = ids.roll(-1, dims=1)

    models = {"ours": ours(config)}
    try:
        models["GPT-2 (gelu_new, its default)"] = gpt2(config, "gelu_new")
        models["GPT-2 (gelu_pytorch_tanh)"] = gpt2(config, "gelu_pytorch_tanh")
    except ImportError:
        print("transformers is not installed: no comparison (pip install transformers==5.23.0)")
    steps = {name: make_step(*model, ids, labels) for name, model in models.items()}
    times = {name: [] for name in steps}
    for turn in range(options.turns + 1):
        for name, step in steps.items():
            begin = time.perf_counter()
            for _ in range(options.steps):
                step()
            if turn:  # the first turn warms up
                times[name].append((time.perf_counter() - begin) / options.steps)

    print(f"{config}\nbatch {shape}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    flops = count_flops_per_token(config)
    for name, (model, _) in models.items():
        speed = ids.numel() / statistics.median(times[name])
        ratios = [theirs / mine for mine, theirs in zip(times["ours"], times[name], strict=True)]
        size = sum(parameter.numel() for parameter in model.parameters())
        print(
            f"{name:32s} {speed:8.0f} tokens/s {speed * flops / 1e9:6.1f} GFLOP/s  "
            f"{size / 1e6:.2f} M parameters, ours is x{statistics.median(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
