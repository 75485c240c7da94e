"""A Dask cluster of this machine for tests: a scheduler and two workers."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def cluster(tmp_path, nanny="--no-nanny"):
    """A scheduler and two workers: its address, and the workers' processes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    address_file = tmp_path / "scheduler.json"

    def start(role, *words):
        program = [sys.executable, "-m", f"distributed.cli.dask_{role}"]
        common = ["--scheduler-file", str(address_file), "--no-dashboard"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([*program, *common, *words], env=environment, **quiet)

    running = [start("scheduler", "--port", "0")]
    running += [start("worker", "--nthreads", "1", nanny) for _ in range(2)]
    try:
        while not (address_file.exists() and address_file.read_text().strip()):
            assert running[0].poll() is None
            time.sleep(0.1)
        yield json.loads(address_file.read_text())["address"], running[1:]
    finally:
        for process in running:
            tree = psutil.Process(process.pid).children(recursive=True)  # a nanny's worker
            for one in [process, *tree]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()
