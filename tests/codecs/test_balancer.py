"""The balancer: weights are shares of the gradient, compared with what autograd gives by hand."""

from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator

from refimpl.codecs.neural.balancer import Balancer
from refimpl.errors import UserError


@pytest.fixture(scope="module")
def run():
    return SimpleNamespace(accelerator=Accelerator(cpu=True))


def decoded(seed=0, n_rows=4):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_rows, 16, generator=generator).requires_grad_()


def losses(y):
    """Two losses whose gradients differ in size by some thousands, and in direction."""
    return {"large": 1000 * y.square().sum(dim=1), "small": 0.1 * (y - 3).abs().sum(dim=1)}


def gradient(balance, y, names=("large", "small")):
    chosen = {name: loss for name, loss in losses(y).items() if name in names}
    return torch.autograd.grad(balance(chosen, y), y)[0]


def gradients_by_hand(y):
    return {name: torch.autograd.grad(loss.sum(), y)[0] for name, loss in losses(y).items()}


def norm(g):
    return g.norm(dim=1).mean()


def warmed_up(run, weights, y):
    balance = Balancer(weights)
    gradient(balance, y)
    balance.after_step(run)
    return balance


@pytest.mark.parametrize("weights", [(1.0, 1.0), (3.0, 1.0), (0.0, 2.0)])
def test_each_loss_gets_its_share_of_the_gradient(run, weights):
    weights, y = dict(zip(("large", "small"), weights, strict=True)), decoded()
    found = gradient(warmed_up(run, weights, y), y)
    shares = {name: weight / sum(weights.values()) for name, weight in weights.items()}
    expected = sum(shares[n] * g / norm(g) for n, g in gradients_by_hand(y).items())
    assert torch.allclose(found, expected, rtol=1e-4)


def test_the_size_of_a_loss_does_not_matter_and_without_balance_it_would(run):
    y, even = decoded(), {"large": 1.0, "small": 1.0}
    first = gradient(Balancer(even), y)
    hand = gradients_by_hand(y)
    assert torch.allclose(first, hand["large"] + hand["small"])  # no norm is known yet
    later = gradient(warmed_up(run, even, y), y)
    alike = torch.nn.functional.cosine_similarity
    assert alike(first.flatten(), hand["large"].flatten(), dim=0) > 0.999
    assert alike(later.flatten(), hand["small"].flatten(), dim=0) > 0.5


def test_norms_are_running_means_over_steps(run):
    balance, seen = Balancer({"large": 1.0, "small": 1.0}, decay=0.8), []
    for seed in range(5):
        y = decoded(seed)
        seen.append({name: float(norm(g)) for name, g in gradients_by_hand(y).items()})
        gradient(balance, y)
        balance.after_step(run)
    recency = [0.8**k for k in reversed(range(5))]
    for name, found in balance.norms.items():
        means = sum(w * one[name] for w, one in zip(recency, seen, strict=True)) / sum(recency)
        assert found == pytest.approx(means, rel=1e-5)


def test_pieces_of_a_batch_give_the_gradient_and_the_norms_of_the_whole(run):
    weights, y = {"large": 2.0, "small": 1.0}, decoded()
    whole, cut = warmed_up(run, weights, decoded(1)), warmed_up(run, weights, decoded(1))
    expected = gradient(whole, y)
    pieces = [piece.detach().requires_grad_() for piece in y.split([1, 3])]
    assert torch.allclose(torch.cat([gradient(cut, piece) for piece in pieces]), expected)
    whole.after_step(run), cut.after_step(run)
    assert cut.norms == pytest.approx(whole.norms)


def test_its_value_is_that_of_the_weighted_losses_with_gradients_and_without(run):
    y = decoded()
    balance = warmed_up(run, {"large": 2.0, "small": 1.0}, y)
    expected = float((2 * losses(y)["large"] + losses(y)["small"]).sum().detach())
    assert float(balance(losses(y), y).detach()) == pytest.approx(expected, rel=1e-5)
    with torch.no_grad():
        assert float(balance(losses(y), y).detach()) == pytest.approx(expected, rel=1e-5)
    quiet = y.detach()
    assert float(balance(losses(quiet), quiet)) == pytest.approx(expected, rel=1e-5)


def test_a_network_behind_gets_the_gradient_and_a_critic_beside_it_none(run):
    network, critic = torch.nn.Linear(3, 16), torch.nn.Linear(16, 1)
    x = torch.randn(4, 3)
    balance = Balancer({"critic": 1.0})
    for _ in range(2):
        y = network(x)
        balance({"critic": critic(y).square()[:, 0]}, y).backward()
        balance.after_step(run)
    assert network.weight.grad.abs().sum() > 0
    assert critic.weight.grad is None


def test_a_loss_may_come_later(run):
    y = decoded()
    balance = Balancer({"large": 1.0, "small": 1.0})
    gradient(balance, y, ["large"])
    balance.after_step(run)
    alone = gradient(balance, y, ["large"])
    assert float(norm(alone)) == pytest.approx(1.0)  # all of the gradient is its share
    assert balance.norms.keys() == {"large"}


def test_it_goes_on_from_its_state(run):
    y = decoded()
    balance = warmed_up(run, {"large": 1.0, "small": 1.0}, y)
    other = Balancer({"large": 1.0, "small": 1.0})
    other.load_state_dict(balance.state_dict())
    assert other.norms == balance.norms
    assert torch.equal(gradient(other, y), gradient(balance, y))


def test_weights_that_say_nothing_are_refused():
    for weights in ({}, {"one": 0.0}, {"one": 1.0, "two": -1.0}):
        with pytest.raises(UserError, match="give some of at least 0"):
            Balancer(weights)
    y = decoded()
    with pytest.raises(UserError, match="no weight for small"):
        Balancer({"large": 1.0})(losses(y), y)
