"""Two players in one loop: both learn, and both are saved and resumed to the digit."""

import pytest
import torch
from torch import nn

from refimpl.training import (
    Callback,
    Loss,
    Opponent,
    TrainingError,
    list_checkpoints,
    load_checkpoint,
    read_metrics,
    train,
)
from tests.training.training_examples import options, without_times

TRUTH = torch.tensor([2.0, -1.0])  # where real points lie


class Maker(nn.Module):
    """Moves noise (B, 2) to where it believes the real points to be."""

    def __init__(self):
        super().__init__()
        self.place = nn.Parameter(torch.zeros(2))
        self.dropout = nn.Dropout(0.1)

    def forward(self, noise):
        return self.dropout(noise) + self.place


class Critic(nn.Module):
    """Scores points (B, 2); high for real ones."""

    def __init__(self):
        super().__init__()
        self.score = nn.Linear(2, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.zeros_(self.score.bias)

    def forward(self, points):
        return self.score(points)[:, 0]


def players(**changes):
    """A maker, its loss, and an opponent."""
    maker, critic = Maker(), Critic()

    def deceive(model, batch):
        made = model(batch["noise"])
        cost = -critic(made).sum()
        (slope,) = torch.autograd.grad(cost, made, retain_graph=True)
        product = (slope * made).sum()  # so that the critic's weights get no gradient
        return product + (cost - product).detach(), torch.tensor(len(made))

    def judge(model, batch):
        with torch.no_grad():
            made = maker(batch["noise"])
        real, false = model(torch.cat([batch["real"], made])).chunk(2)
        hinge = torch.relu(1 - real) + torch.relu(1 + false)
        return hinge.sum(), torch.tensor(len(made))

    opponent = Opponent(critic, Loss("hinge", "units", "point", judge), **changes)
    return maker, Loss("deception", "units", "point", deceive), opponent


class Points:
    """Batch k depends on k alone."""

    def __init__(self):
        self.position = 0

    def __iter__(self):
        return self

    def __next__(self):
        noise = torch.randn(2, 8, 2, generator=torch.Generator().manual_seed(self.position))
        self.position += 1
        return {"noise": 0.3 * noise[0], "real": 0.3 * noise[1] + TRUTH}

    def state_dict(self):
        return {"position": self.position}

    def load_state_dict(self, state):
        self.position = state["position"]


class StopAt(Callback):
    def __init__(self, step):
        self.step = step

    def after_step(self, run):
        if run.step == self.step:
            run.stop("enough")


def game(folder=None, *, stop=None, opponents=None, alone=False, **changes):
    maker, loss, opponent = players(**(opponents or {}))
    result = train(
        maker,
        Points(),
        options(**({"weight_decay": 0.0, "validate_every": None} | changes)),
        loss=loss,
        folder=folder,
        callbacks=[StopAt(stop)],
        opponent=None if alone else opponent,
    )
    return maker, opponent.model, result


def weights(*models):
    return torch.cat([p.detach().flatten() for one in models for p in one.parameters()])


def test_each_player_learns_from_the_other():
    steps = {"steps": 400, "learning_rate": 0.02, "betas": (0.5, 0.9)}
    maker, _, result = game(**steps, opponents={"learning_rate": 0.05})
    assert torch.dist(maker.place, TRUTH) < 0.5
    lost = [record["opponent_loss"] for record in result.history]
    assert lost[0] == pytest.approx(2.0, abs=0.2)
    assert min(lost[:100]) < 1.0  # first the critic sees through it,
    assert sum(lost[-50:]) / 50 > 1.5  # and in the end the maker has left it nothing to see
    still, _, _ = game(**steps, opponents={"learning_rate": 0.0})
    assert weights(still).tolist() == pytest.approx([0, 0], abs=1e-3)  # nobody to learn from


@pytest.mark.parametrize("starts_after", [0, 3, 9])
def test_stopped_and_resumed_both_players_are_where_the_whole_run_took_them(tmp_path, starts_after):
    opponents = {"starts_after": starts_after, "learning_rate": 0.01}
    *whole, result = game(tmp_path / "whole", opponents=opponents)
    game(tmp_path / "parts", stop=7, opponents=opponents)
    *parts, resumed = game(tmp_path / "parts", opponents=opponents)
    assert torch.equal(weights(*whole), weights(*parts))
    assert without_times(resumed.history) == without_times(result.history)
    assert without_times(read_metrics(tmp_path / "parts")) == without_times(result.history)
    first, second = (list_checkpoints(tmp_path / one)[-1] for one in ("whole", "parts"))
    for file in ("model.safetensors", "state.safetensors"):
        assert (first / file).read_bytes() == (second / file).read_bytes()


def test_a_checkpoint_holds_the_opponents_memory_too(tmp_path):
    game(tmp_path)
    state = load_checkpoint(list_checkpoints(tmp_path)[-1]).state["opponent"]
    assert state["weights"].keys() == state["optimizer"].keys() == {"score.weight", "score.bias"}
    assert state["optimizer"]["score.weight"]["step"] == 12


@pytest.mark.parametrize("n_pieces", [2, 4])
def test_pieces_of_a_batch_give_both_players_the_same_update(n_pieces):
    steady = {"steps": 5, "clip_norm": None}
    makers = [game(gradient_accumulation_steps=n, **steady) for n in (1, n_pieces)]
    (one, critic, _), (other, judge, _) = makers
    assert torch.allclose(weights(critic), weights(judge), atol=1e-6)
    one.eval(), other.eval()
    assert weights(judge).abs().max() > 1e-3


def test_an_opponent_before_its_time_changes_nothing(tmp_path):
    alone, _, result = game(alone=True)
    maker, _, early = game(opponents={"starts_after": 100})
    assert torch.equal(weights(alone), weights(maker))
    assert without_times(early.history) == without_times(result.history)
    assert not any("opponent_loss" in record for record in early.history)
    _, critic, late = game(opponents={"starts_after": 10})
    assert ["opponent_loss" in record for record in late.history] == [False] * 10 + [True] * 2
    assert weights(critic).abs().max() > 0


def test_each_player_has_options_of_its_own():
    _, still, _ = game(opponents={"learning_rate": 0.0})
    assert not still.score.weight.any()
    moved = [
        weights(game(opponents=own)[1])
        for own in ({}, {"learning_rate": 0.1}, {"betas": (0.0, 0.5)}, {"weight_decay": 0.5})
    ]
    assert all(not torch.equal(moved[0], other) for other in moved[1:])


def test_a_run_is_not_resumed_against_another_opponent(tmp_path):
    game(tmp_path, stop=5)
    with pytest.raises(TrainingError, match="opponent = .* and this run has None"):
        game(tmp_path, alone=True)
    with pytest.raises(TrainingError, match=r"opponent.training.learning_rate = 0.003, and"):
        game(tmp_path, opponents={"learning_rate": 0.5})
    game(tmp_path / "alone", stop=5, alone=True)
    with pytest.raises(TrainingError, match="opponent = None, and this run has"):
        game(tmp_path / "alone")


def test_two_losses_of_one_name_are_refused():
    maker, loss, opponent = players()
    name = "".join(list(loss.name))  # equal, and another object
    same = Opponent(opponent.model, Loss(name, "units", "point", opponent.loss.measure))
    with pytest.raises(TrainingError, match="called 'deception'; give them two names"):
        train(maker, Points(), options(), loss=loss, opponent=same)


def test_an_opponent_that_breaks_down_stops_the_run():
    maker, loss, opponent = players()

    def broken(model, batch):
        total, weight = opponent.loss(model, batch)
        return total * float("nan"), weight

    against = Opponent(opponent.model, Loss("broken", "units", "point", broken))
    with pytest.raises(TrainingError, match="the opponent's loss is nan; .* learning rate"):
        train(maker, Points(), options(clip_norm=None), loss=loss, opponent=against)
