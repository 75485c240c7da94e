"""Several processes train what one process trains."""

import socket

import pytest
import torch

from tests.training.training_examples import tiny_run
from tests.training.training_processes import run_together, without_device


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_two_processes_train_as_one_on_the_same_batches(port, tmp_path):
    changes = {"dropout": 0.0, "gradient_accumulation_steps": 2, "steps": 10}
    model, one = tiny_run(**changes)
    results = run_together(2, port, folder=str(tmp_path), **changes)
    expected = without_device(one)
    for result, weights, stopped in results:
        assert result["losses"] == pytest.approx(expected["losses"], rel=1e-5)
        assert list(result["validation"]) == list(expected["validation"])
        assert list(result["validation"].values()) == pytest.approx(
            list(expected["validation"].values()), rel=1e-5
        )
        assert result["weight"] == expected["weight"]
        for name, tensor in model.state_dict().items():
            assert torch.allclose(torch.tensor(weights[name]), tensor, atol=1e-4)
        assert stopped == (5, "interrupt")  # both, though only one was interrupted
    assert results[0] == results[1]
    # What two processes have saved, one goes on from.
    _, resumed = tiny_run(tmp_path, **changes | {"steps": 12})
    assert resumed.step == 12
    assert resumed.losses[:10] == results[0][0]["losses"]
