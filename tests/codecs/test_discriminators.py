"""The critic, the two sides' losses, and that the game can be won."""

import pytest
import torch

from refimpl.codecs.neural.discriminators import (
    MultiScaleDiscriminator,
    critic_loss,
    deception_loss,
    feature_loss,
)
from refimpl.errors import UserError


def critic(windows=(64, 256), channels=4, seed=0):
    torch.manual_seed(seed)
    return MultiScaleDiscriminator(windows, channels)


def sounds(n_rows=3, n_samples=2048, seed=0):
    return 0.3 * torch.randn(n_rows, n_samples, generator=torch.Generator().manual_seed(seed))


def scores(value, n_rows=2):
    """A judgement that is the same everywhere."""
    return [(torch.full((n_rows, 5, 7), float(value)), [torch.ones(n_rows, 3, 5, 7) * value])] * 2


def test_each_scale_judges_its_own_spectrum():
    found = critic()(sounds())
    assert len(found) == 2
    for (verdict, features), n_fft in zip(found, (64, 256), strict=True):
        n_frames = 1 + 2048 // (n_fft // 4)
        assert verdict.shape[:2] == (3, n_frames)
        assert [tuple(f.shape[:3]) for f in features] == [(3, 4, n_frames)] * 5
        bins = [f.shape[3] for f in features]
        assert bins[0] == n_fft // 2 + 1 and bins[3] == bins[4] == -(-bins[0] // 8)


def test_it_hears_phase():
    """Two sounds with the same magnitudes differ for it, as they do not for a mel loss."""
    one, other = (critic()(sound) for sound in (sounds(), -sounds()))
    assert not torch.allclose(one[0][0], other[0][0], atol=1e-4)


def test_rows_are_judged_apart():
    whole = critic()(sounds())
    for i in range(3):
        alone = critic()(sounds()[i : i + 1])
        assert torch.allclose(alone[1][0][0], whole[1][0][i], atol=1e-5)


@pytest.mark.parametrize(
    ("real", "decoded", "expected"),
    [(0, 0, 2), (1, -1, 0), (5, -7, 0), (1, 1, 2), (-1, -1, 2), (-1, 1, 4), (0.5, -0.75, 0.75)],
)
def test_the_critics_hinge(real, decoded, expected):
    assert critic_loss(scores(real), scores(decoded)).tolist() == pytest.approx([expected] * 2)


@pytest.mark.parametrize(("decoded", "expected"), [(1, 0), (3, 0), (0, 1), (-2, 3)])
def test_the_decoders_hinge(decoded, expected):
    assert deception_loss(scores(decoded)).tolist() == pytest.approx([expected] * 2)


def test_features_are_compared_as_a_share_of_the_real_ones_and_without_gradient_to_them():
    assert feature_loss(scores(2), scores(2)).tolist() == [0, 0]
    assert feature_loss(scores(2), scores(3)).tolist() == pytest.approx([0.5, 0.5])
    assert feature_loss(scores(20), scores(30)).tolist() == pytest.approx([0.5, 0.5])
    real, decoded = torch.ones(1, 3, requires_grad=True), torch.zeros(1, 3, requires_grad=True)
    shape = (1, 1, 1, 3)
    feature_loss([(real, [real.view(shape)])], [(decoded, [decoded.view(shape)])]).sum().backward()
    assert real.grad is None and decoded.grad.abs().sum() > 0


def test_it_learns_to_tell_sounds_apart_and_a_sound_learns_to_deceive_it():
    judge, real = critic(), sounds(8)
    false = sounds(8, seed=1).cumsum(dim=1) / 10  # darker
    optimizer = torch.optim.Adam(judge.parameters(), 3e-3)
    for _ in range(40):
        loss = critic_loss(judge(real), judge(false)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.5
    before = deception_loss(judge(false)).mean()
    made = false.clone().requires_grad_()
    improve = torch.optim.Adam([made], 1e-2)
    for _ in range(30):
        cost = deception_loss(judge(made)).mean()
        improve.zero_grad()
        cost.backward()
        improve.step()
    assert float(cost.detach()) < 0.6 * float(before.detach())


def test_windows_that_are_none_are_refused():
    for windows in ((), (255,), (8,)):
        with pytest.raises(UserError, match="multiples of 4 from 16"):
            MultiScaleDiscriminator(windows)
