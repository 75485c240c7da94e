"""The scan is the recurrence, the memory is as long as it says, and the state stays small."""

import pytest
import torch

from refimpl.errors import UserError
from refimpl.state_space import GatedRecurrence, StateSpace, StateSpaceConfig, scan


def step_by_step(a, b, initial=None):
    hidden = torch.zeros_like(b[:, 0]) if initial is None else initial
    states = []
    for t in range(a.shape[1]):
        hidden = a[:, t] * hidden + b[:, t]
        states.append(hidden)
    return torch.stack(states, dim=1)


def drawn(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 7, 8, 9, 100, 257])
@pytest.mark.parametrize("starts", [False, True])
def test_the_scan_is_the_recurrence(n_steps, starts):
    a, b = drawn(2, n_steps, 5), drawn(2, n_steps, 5, seed=1) - 0.5
    initial = drawn(2, 5, seed=2) if starts else None
    assert torch.allclose(scan(a, b, initial), step_by_step(a, b, initial), atol=1e-12)


def test_a_factor_of_zero_forgets_and_one_keeps():
    a, b = torch.ones(1, 6, 1), torch.zeros(1, 6, 1)
    b[0, 0] = 3.0
    assert scan(a, b).flatten().tolist() == [3] * 6
    a[0, 4] = 0
    assert scan(a, b).flatten().tolist() == [3, 3, 3, 3, 0, 0]


def test_gradients_are_those_of_the_recurrence():
    results = []
    for function in (scan, step_by_step):
        inputs = [drawn(2, 20, 3, seed=s).requires_grad_() for s in (0, 1)]
        function(*inputs).square().sum().backward()
        results.append([x.grad for x in inputs])
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, atol=1e-9)


def test_memories_last_from_ten_tokens_to_a_thousand():
    layer = GatedRecurrence(64)
    layer.reset_decay()
    kept = torch.exp(-8 * torch.nn.functional.softplus(layer.decay))
    assert kept.min().item() == pytest.approx(0.9, abs=1e-4)
    assert kept.max().item() == pytest.approx(0.999, abs=1e-4)


def small(**changes):
    config = {"n_layers": 2, "hidden_size": 16, "ffn_hidden_size": 24, "init_std": 0.3}
    return StateSpace(StateSpaceConfig(20, **config | changes)).eval()


def test_the_state_does_not_grow_and_there_is_no_limit():
    model = small(context_length=8)
    state = model.start(1)
    ids = torch.randint(0, 20, (1, 300), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        parts = [model(ids[:, i : i + 1], state=state) for i in range(300)]
        whole = model(ids)
    assert state.hidden.shape == (2, 1, 16) and state.length == 300
    assert torch.allclose(torch.cat(parts, dim=1), whole, atol=1e-4)


def test_far_tokens_are_remembered():
    model = small()
    ids = torch.zeros(1, 60, dtype=torch.long)
    other = ids.clone()
    other[0, 0] = 5
    change = (model(ids) - model(other)).abs().amax(dim=(0, 2))
    assert change[-1] > 1e-4 and change[-1] < change[0]


def test_a_state_of_another_batch_is_refused():
    model = small()
    with pytest.raises(UserError, match="3 sequences do not fit a state of 2"):
        model(torch.zeros(3, 4, dtype=torch.long), state=model.start(2))


@pytest.mark.parametrize("wrong", [{"n_layers": 0}, {"dropout": 1.0}, {"hidden_size": 2.5}])
def test_a_wrong_field_is_named(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        StateSpaceConfig(20, **wrong)
