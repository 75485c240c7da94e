"""Functions that a process of its own, or a worker of a cluster, can import."""

import os
import time

from refimpl.errors import UserError


def scale(factor, number):
    if number is None:
        raise UserError("there is no number; give one")
    return factor * number


def scale_slowly(factor, number):
    time.sleep(0.05)
    return factor * number


def process_of(shared, item):
    return os.getpid()


def end_the_worker(shared, item):
    os._exit(1)
