"""The original library for the comparison in objectives.py: as it is, and with its stop patched."""

import contextlib
import os
import pathlib
import time

from refimpl.birdie import BirdieConfig, BirdieError
from refimpl.birdie.config import recipe_of
from refimpl.birdie.real_config import Literal, real_configuration
from refimpl.birdie.real_library import RealBirdie


@contextlib.contextmanager
def quiet():
    """It prints what it does, and so do its processes."""
    with pathlib.Path(os.devnull).open("w") as file, contextlib.redirect_stdout(file):
        yield


def seconds_to_import():
    """How long the import takes; None where it is not installed."""
    began = time.perf_counter()
    try:
        import birdie_rl  # noqa: F401
    except ImportError:
        return None
    return time.perf_counter() - began


def batches_until_it_stops(config, most=300):
    """How many batches a mixture gives until the library stops, and why; most, "" if it does not.

    Args:
        config: of a Birdie of ours, with literals.
        most: to try.
    """
    given = 0
    try:
        with quiet(), RealBirdie(config) as birdie:
            for given in range(most):  # noqa: B007
                birdie.get_next_training_sample()
    except BirdieError as error:
        return given, str(error)
    return most, ""


class Patched:
    """The library itself, without our adapter, told to drop what it would stop at.

    Args:
        config: of a Birdie of ours.
        texts: literals, which it gets as they are: nothing of ours takes its time.
    """

    def __init__(self, config, texts):
        import birdie_rl
        from birdie_rl.pipeline.worker import Worker

        Worker._hard_fail = _drop
        literals = [Literal(text) for text in texts]
        recipe = recipe_of(BirdieConfig.from_dict(config), 0, 1)
        real = real_configuration(BirdieConfig.from_dict(config), recipe, recipe)
        real["ds"] = lambda split, worker_id, num_workers, rng_seed=0: literals[
            worker_id::num_workers
        ]
        with quiet():
            self.real = birdie_rl.Birdie(real)

    def get_next_training_sample(self):
        return self.real.get_next_training_sample()

    @property
    def processes(self):
        return [process.pid for process in self.real.controller.worker_processes]

    def close(self):
        with quiet():
            self.real.close()
            self.real.controller = None


def _drop(worker, message, reason=""):
    worker.leftover_text = ""
