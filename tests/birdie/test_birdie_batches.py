"""Batches: the same for the same seed, whoever makes them, and after being resumed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from refimpl.birdie import Birdie
from refimpl.objectives import MIXTURES
from refimpl.vocabulary import IGNORE_INDEX
from tests.birdie.birdie_examples import VOCABULARY, generated, literals, tunes, uneven
from tests.patience import PATIENCE

CONFIG = {
    "ds": literals,
    "vocabulary": VOCABULARY,
    "batch_size": 4,
    "sequence_length": 96,
    "num_workers": 0,
    "steps_between_evaluations": 8,
    "num_steps": 100,
    "warmup_steps": 0,
    "curriculum": "exp3s",
    "num_validation_batches": 1,
}
KEYS = ["input_ids", "label_ids", "attention_mask", "segment_ids", "position_ids"]


def pretended_loss(name, step):
    """A loss of each objective that falls, at a rate of its own."""
    return 5 / (1 + 0.02 * step * (len(name) % 7))


def take(birdie, n):
    """Batches of a loop as it is written for the original library."""
    batches = []
    for step in range(birdie.position, birdie.position + n):
        if birdie.time_for_eval(step):
            for name, _ in birdie.measure_validation_losses():
                birdie.log_validation_loss(key=name, loss=pretended_loss(name, step), step_idx=step)
        batches.append(birdie.get_next_training_sample())
    return batches


def run(n, **changes):
    with Birdie(CONFIG | changes) as birdie:
        return take(birdie, n)


def same(one, two):
    return len(one) == len(two) and all(
        torch.equal(a[key], b[key]) for a, b in zip(one, two, strict=True) for key in KEYS
    )


@pytest.fixture(scope="module")
def reference():
    return run(40)


def test_a_batch_is_what_a_model_takes(reference):
    for batch in reference:
        assert list(batch) == KEYS
        for tensor in batch.values():
            assert tensor.dtype == torch.int64
            assert tensor.shape == (4, 96)
        labels = batch["label_ids"]
        assert ((labels == IGNORE_INDEX) | ((labels >= 0) & (labels < VOCABULARY.size))).all()
        assert ((batch["segment_ids"] == 0) == (batch["attention_mask"] == 0)).all()


@pytest.mark.parametrize(
    ("num_workers", "start_method"),
    [(1, "fork"), (2, "fork"), (3, "fork"), (2, "spawn"), (1, "forkserver"), (1, None)],
)
def test_workers_change_nothing_but_the_speed(num_workers, start_method, reference):
    assert same(run(40, num_workers=num_workers, start_method=start_method), reference)


def test_neither_does_how_fast_each_of_them_is(reference):
    assert same(run(40, num_workers=2, start_method="fork", ds=uneven), reference)


def test_a_generator_gives_the_same_as_a_list(reference):
    assert same(run(40, ds=generated), reference)


def test_another_seed_gives_other_batches(reference):
    assert not same(run(3, seed=1), reference[:3])


@pytest.mark.parametrize("position", [0, 1, 8, 23])
@pytest.mark.parametrize("ds", [literals, generated])
def test_a_saved_run_goes_on_with_the_exact_next_batch(position, ds, reference):
    with Birdie(CONFIG | {"ds": ds}) as first:
        take(first, position)
        state = first.state_dict()
    with Birdie(CONFIG | {"ds": ds}) as second:
        second.load_state_dict(state)
        assert second.position == position
        assert same(take(second, 40 - position), reference[position:])


def test_it_goes_on_with_other_workers_too(reference):
    with Birdie(CONFIG | {"num_workers": 2, "start_method": "fork"}) as first:
        take(first, 13)
        state = first.state_dict()
    assert same(run_from(state, 20, num_workers=3, start_method="fork"), reference[13:33])


def run_from(state, n, **changes):
    with Birdie(CONFIG | changes) as birdie:
        birdie.load_state_dict(state)
        return take(birdie, n)


def test_closing_in_the_middle_loses_nothing(reference):
    birdie = Birdie(CONFIG | {"num_workers": 2, "start_method": "fork"})
    batches = take(birdie, 11)
    birdie.close()
    batches += take(birdie, 9)
    birdie.close()
    assert same(batches, reference[:20])


def test_a_state_is_refused_by_another_configuration():
    with Birdie(CONFIG) as birdie:
        state = birdie.state_dict()
    with pytest.raises(ValueError, match="batch_size was 4"):
        Birdie(CONFIG | {"batch_size": 8}).load_state_dict(state)
    with pytest.raises(ValueError, match="objectives was"):
        Birdie(CONFIG | {"objectives": "report"}).load_state_dict(state)


def test_every_token_of_an_epoch_is_used_once():
    # Numbered tokens: tune i holds only the token i, so that whose a token is can be seen.
    arrays = [np.full(10 + i, i) for i in range(40)]
    config = CONFIG | {"ds": {"train": arrays}, "objectives": "next_token", "start_end": True}
    config |= {"num_shards": 4, "steps_between_evaluations": 1000}
    starts = []
    with Birdie(config) as birdie:
        for _ in range(8):
            batch = birdie.get_next_training_sample()
            ids = batch["input_ids"].flatten()
            starts += ids[1:][ids[:-1] == VOCABULARY.start].tolist()
    assert len(starts) > 40
    counts = np.bincount(starts, minlength=40)
    assert counts.max() - counts.min() <= 2  # shards are at most about an epoch apart


def test_token_arrays_get_their_start_and_end():
    arrays = {"train": tunes(30)}
    with Birdie(CONFIG | {"ds": arrays, "objectives": "next_token"}) as birdie:
        ids = birdie.get_next_training_sample()["input_ids"]
        assert (ids == VOCABULARY.start).any()
    with Birdie(CONFIG | {"ds": arrays, "objectives": "next_token", "start_end": False}) as birdie:
        assert not (birdie.get_next_training_sample()["input_ids"] == VOCABULARY.start).any()


@pytest.mark.parametrize("preset", sorted(MIXTURES))
def test_every_preset_mixture_runs(preset):
    assert len(run(3, objectives=preset)) == 3


def test_it_is_an_endless_iterator():
    with Birdie(CONFIG) as birdie:
        assert same([next(iter(birdie)), next(birdie)], run(2, steps_between_evaluations=8)[:2])


@pytest.mark.parametrize("start_method", [None, "spawn", "forkserver"])
def test_workers_do_not_import_torch(start_method):
    # In a process of its own: a fork server that other tests began may have torch loaded already.
    code = f"""
from tests.birdie.birdie_examples import VOCABULARY, telling_modules
from refimpl.birdie import Birdie
config = {{"ds": telling_modules, "vocabulary": VOCABULARY, "objectives": "next_token"}}
config |= {{"batch_size": 2, "sequence_length": 64, "num_steps": 4, "num_workers": 1}}
with Birdie(config | {{"start_method": {start_method!r}}}) as birdie:
    ids = birdie.get_next_training_sample()["input_ids"]
print(sorted(set(ids.flatten().tolist()) - {{VOCABULARY.pad}}))
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    options = {"capture_output": True, "text": True, "env": environment, "timeout": PATIENCE}
    done = subprocess.run([sys.executable, "-c", code], **options)
    assert done.stdout.strip() == "[0]", done.stderr
