"""Progressive distillation: a student's one step goes as far as two of its teacher."""

import pytest
import torch

from refimpl.diffusion import DENOISING, SCHEDULES, LatentBatches, distil, distillation
from refimpl.diffusion.distilling import two_steps
from refimpl.diffusion.samplers import ddim, time_steps
from refimpl.errors import UserError
from refimpl.training import train
from tests.diffusion.diffusion_examples import options, tiny_model, two_kinds


@pytest.fixture(scope="module")
def trained():
    model = tiny_model()
    train(model, LatentBatches(*two_kinds()), options(300), loss=DENOISING)
    return model


@pytest.mark.parametrize("place", [0, 1])
def test_the_target_leads_in_one_step_where_two_steps_lead(trained, place):
    noisy, labels = torch.randn(3, 4, 2), torch.tensor([0, 1, 0])
    now, then = time_steps(2)[place : place + 2]
    clip = two_steps(trained, noisy, now.expand(3), then.expand(3), labels, guidance=2.0)

    def denoise(at, time):
        return trained.denoise(at, time, labels, guidance=2.0, limit=5.0)

    middle = time_steps(4)[2 * place + 1]
    there = ddim(noisy, now, middle, denoise, trained.schedule, None)
    there = ddim(there, middle, then, denoise, trained.schedule, None)
    signal, noise = trained.schedule.scales(now[None], 3)
    epsilon = (noisy - signal * clip) / noise
    once = trained.schedule.signal(then) * clip + trained.schedule.noise(then) * epsilon
    torch.testing.assert_close(once, there, atol=1e-3, rtol=1e-3)


def test_a_student_writes_in_one_step_what_its_teacher_writes_in_four(trained):
    clips, kinds = two_kinds()
    students = distil(
        trained, clips, kinds, halvings=(2, 1), guidance=1.0, steps=200, progress=False
    )
    assert list(students) == [2, 1]
    labels = torch.arange(32) % 2
    wanted = trained.write(32, labels=labels, n_steps=4)
    errors = {
        name: (model.write(32, labels=labels, n_steps=1) - wanted).square().mean().item()
        for name, model in {"teacher": trained, "student": students[1]}.items()
    }
    assert errors["student"] < errors["teacher"] / 2


def test_the_teacher_stays_as_it_was(trained):
    before = {name: w.clone() for name, w in trained.state_dict().items()}
    distil(trained, *two_kinds(), halvings=(4,), steps=3, progress=False)
    assert all(torch.equal(w, before[name]) for name, w in trained.state_dict().items())


def test_a_perfect_student_has_no_loss(trained):
    """Where the schedule is straight and the answer is always the same, two steps are one."""
    model = tiny_model(schedule="straight", parametrisation="flow")
    batch = {"latents": torch.zeros(4, 4, 2)}
    total, weight = distillation(model, 1, limit=None)(model, batch)
    assert weight == 4 and total.item() == pytest.approx(0, abs=1e-5)
    assert SCHEDULES["straight"].name == "straight"


def test_steps_that_are_not_halved_are_refused(trained):
    for wrong in ((), (8, 3), (4, 4)):
        with pytest.raises(UserError, match="each is half the last"):
            distil(trained, *two_kinds(), halvings=wrong)
