"""Birdie in one of several processes: a part of the data each, and one mixture for all."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from refimpl.birdie import Birdie
from tests.birdie.birdie_launched import N_TUNES
from tests.birdie.test_birdie_batches import CONFIG, pretended_loss, take
from tests.patience import PATIENCE


class TwoProcesses:
    """What Birdie asks of an accelerator, for one process of two."""

    num_processes = 2
    device = torch.device("cpu")

    def __init__(self, process_index):
        self.process_index = process_index

    def reduce(self, tensor, how):
        assert how == "sum"
        return tensor * 2  # the other process logged the same


def test_each_process_gets_its_own_part_of_the_data_and_the_same_mixture():
    seen, actions = [], []
    arrays = {
        "train": [np.full(20, i) for i in range(64)],
        "validation": [np.full(20, i) for i in range(100, 140)],
    }
    for rank in range(2):
        config = CONFIG | {"ds": arrays, "objectives": "report", "accelerator": TwoProcesses(rank)}
        with Birdie(config | {"num_shards": 5, "batch_size": 1}) as birdie:
            batches = take(birdie, 4)
            seen.append({t for b in batches for t in b["input_ids"].flatten().tolist() if t < 64})
            validation = birdie.measure_validation_losses()
            seen.append({t for _, b in validation for t in b["input_ids"].flatten().tolist()})
            actions.append(birdie.get_current_action())
    assert seen[0]
    assert seen[2]
    assert not seen[0] & seen[2]
    assert not {t for t in seen[1] & seen[3] if t < 512}
    assert np.array_equal(*actions)


def test_losses_of_several_processes_are_averaged():
    losses = evaluated = None
    config = CONFIG | {"accelerator": TwoProcesses(0)}
    with Birdie(config) as birdie:
        take(birdie, 1)
        losses = birdie.curriculum.history.losses[-1]
        evaluated = [pretended_loss(name, 0) for name in birdie.mixture.names]
    assert losses == pytest.approx(evaluated)


@pytest.mark.soak
def test_two_launched_processes_share_the_data_and_the_mixture(tmp_path):
    # Without mpirun it starts several processes only where it is told of GPUs; the script then asks
    # for the CPU.
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes"]
    launch += ["2", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launch += ["--num_cpu_threads_per_process", "1", "--main_process_port", str(free_port())]
    script = Path(__file__).with_name("birdie_launched.py")
    options = {"capture_output": True, "text": True, "timeout": PATIENCE, "env": os.environ}
    done = subprocess.run([*launch, script, tmp_path], **options)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    assert one["n_processes"] == two["n_processes"] == 2
    assert sorted(one["seen"] + two["seen"]) == list(range(N_TUNES)), "each tune in one of them"
    assert not set(one["validated"]) & set(two["validated"])
    assert one["actions"] == two["actions"]
    assert len({tuple(action) for action in one["actions"]}) > 1, "it adapts"
    assert one["losses"] != two["losses"]
    assert one["weights"] == two["weights"], "trained together"
    assert np.mean(one["losses"][-6:]) < np.mean(one["losses"][:6])


def free_port():
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        return connection.getsockname()[1]
