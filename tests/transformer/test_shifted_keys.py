"""With shifted keys a token is found by what came before it; all else is as in any transformer."""

import math

import pytest
import torch

from refimpl.transformer import Transformer, TransformerConfig
from refimpl.transformer.attention import Attention
from tests.backbones import contract

SMALL = {"n_layers": 2, "hidden_size": 32, "context_length": contract.CONTEXT, "init_std": 0.3}


def make(**changes):
    config = SMALL | {"shifted_keys": True} | changes
    return Transformer(TransformerConfig(contract.VOCABULARY.size, **config)).eval()


@pytest.mark.parametrize("positions", ["rope", "learned", "relative"])
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__[6:])
def test_contract(check, positions, tmp_path):
    check(lambda **changes: make(**{"positions": positions} | changes), tmp_path)


def test_a_token_has_the_key_of_the_one_before_it():
    torch.manual_seed(0)
    config = TransformerConfig(9, hidden_size=8, n_heads=2, positions="learned", shifted_keys=True)
    attention, x = Attention(config, 0).eval(), torch.randn(1, 6, 8)
    queries, keys, values = attention.qkv(x).view(6, 3, 2, 4).permute(1, 2, 0, 3)  # (2, 6, 4) each
    mixed = torch.zeros(6, 2, 4)
    for head in range(2):
        for t in range(6):
            # The first token has a key of zeros.
            before = torch.cat([torch.zeros(1, 4), keys[head, :t]])
            scores = before @ queries[head, t]
            weights = torch.softmax(scores / math.sqrt(4), dim=0)
            mixed[t, head] = weights @ values[head, : t + 1]
    assert torch.allclose(attention(x)[0], attention.out(mixed.flatten(1)), atol=1e-5)


def test_it_continues_a_phrase_sooner_than_without():
    """Rows whose second half is their first half again, of another length in every step."""
    losses = {}
    for shifted in (False, True):
        model = make(shifted_keys=shifted, init_std=0.05, positions="rope").train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
        last = []
        for step in range(100):
            n = 6 + step % 6
            half = contract.some_ids(16, n, seed=step)
            ids = torch.cat([half, half], dim=1)
            labels = ids[:, 1:].clone()
            labels[:, :n] = -100
            loss = model(ids[:, :-1], label_ids=labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            last = [*last[-9:], loss.item()]
        losses[shifted] = sum(last) / 10
    assert losses[True] < 1 and losses[False] > 2
