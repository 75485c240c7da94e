"""Curricula on simulated learners, whose best mixture is known: what each reaches, and its cost.

    python benchmarks/curriculum.py                     20 learners, minutes
    python benchmarks/curriculum.py --learners 50 --every 50

Every curriculum trains the same learners, drawn at random (rates, transfer between objectives,
forgetting), for as many steps. "Gap closed" is 0 for an equal share of all objectives and 1 for the
best constant mixture; regret is the final loss above that mixture's. Intervals are 95 %, over the
learners. Seconds are of processor time, of all that a curriculum does at one evaluation.
"""

import argparse
import time

import numpy as np
import torch  # here, so that no evaluation is charged with importing it

from refimpl.curriculum import birdie_reward, make_curriculum, random_learner
from refimpl.metrics import bootstrap_mean


def loss_reduction(*, old_loss, new_loss, **unused):
    """Nats gained: what a run that is judged by its mean loss would pay for."""
    return old_loss - new_loss


REWARDS = {"Birdie's": birdie_reward, "nats": loss_reduction}
FIXED = {"shares": [3, 2, 2, 1, 1, 1]}
CONTENDERS = [
    ("uniform", "–", {}),
    ("fixed", "–", FIXED),
    ("exp3s", "Birdie's", {}),
    ("exp3s", "nats", {}),
    ("reward_model", "Birdie's", {}),
    ("reward_model", "nats", {}),
]


def measure(kind, reward, settings, learners, n_steps, every):
    """(n_learners,) final losses, and the processor seconds of each evaluation."""
    losses, seconds = [], []
    for seed, learner in enumerate(learners):
        curriculum = make_curriculum(
            kind,
            learner.names,
            settings=settings,
            n_steps=n_steps,
            reward_fn=REWARDS.get(reward),
            seed=seed,
        )
        observe = curriculum.observe

        def timed(step, values, observe=observe):
            before = time.process_time()
            observe(step, values)
            seconds.append(time.process_time() - before)

        curriculum.observe = timed
        losses.append(learner.run(curriculum, steps_between_evaluations=every, seed=seed))
    return np.array(losses), np.array(seconds)


def cell(values):
    """Mean and interval."""
    estimate = bootstrap_mean(values)
    return f"{estimate.mean:6.3f} [{estimate.low:6.3f}, {estimate.high:6.3f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learners", type=int, default=20)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--every", type=int, default=100, help="steps between evaluations")
    parser.add_argument("--transfer", type=float, default=0.3)
    parser.add_argument("--forgetting", type=float, default=1.0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    options = {"transfer": arguments.transfer, "forgetting": arguments.forgetting}
    learners = [
        random_learner(seed, n_steps=arguments.steps, **options)
        for seed in range(arguments.learners)
    ]
    equal = np.array(
        [learner.final_loss(np.full(6, 1 / 6), arguments.steps) for learner in learners]
    )
    best = np.array(
        [
            learner.final_loss(learner.best_mixture(arguments.steps), arguments.steps)
            for learner in learners
        ]
    )
    print(f"{arguments.learners} learners, {arguments.steps} steps, evaluated every", end=" ")
    print(f"{arguments.every}; best constant mixture: loss {cell(best)}\n")
    head = ("curriculum", "reward", "final loss", "regret", "gap closed", "better", "s, median/max")
    widths = (13, 9, 24, 24, 24, 7, 14)
    print(" ".join(name.ljust(width) for name, width in zip(head, widths, strict=True)))
    for kind, reward, settings in CONTENDERS:
        losses, seconds = measure(
            kind, reward, settings, learners, arguments.steps, arguments.every
        )
        closed = (equal - losses) / (equal - best)
        cells = (
            kind,
            reward,
            cell(losses),
            cell(losses - best),
            cell(closed),
            f"{np.sum(losses < equal - 1e-9)}/{len(losses)}",
            f"{np.median(seconds):.3f} / {seconds.max():.2f}",
        )
        line = " ".join(text.ljust(width) for text, width in zip(cells, widths, strict=True))
        print(line, flush=True)


if __name__ == "__main__":
    main()
