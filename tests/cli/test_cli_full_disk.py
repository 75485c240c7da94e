"""A full disk ends a command with exit code 1, as documented, whatever it was writing."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("resource")  # Windows has no limits of this kind

# A file may grow to 500 bytes: the operating system refuses more, as a full disk does.
PROGRAM = """
import json, resource, signal, sys
from refimpl.cli import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
commands = json.loads(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
codes = [main(command) for command in commands]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps(codes))
"""


def test_every_kind_of_output_on_a_full_disk_fails_with_1_and_in_words(tmp_path):
    ids = tmp_path / "ids.txt"
    ids.write_text("[1, 2, 3, 4, 5]")
    decoded = [
        ["decode", str(ids), "--out", str(tmp_path / name)]
        for name in ("a.wav", "a.flac", "a.ogg", "a.mp3")
    ]
    small = [
        "--set",
        "data.n_train=4",
        "--set",
        "data.n_validation=2",
        "--set",
        "codec.n_clusters=4",
        "--set",
        "codec.max_frames=64",
    ]
    commands = [
        *decoded,
        ["corpus", "--count", "1", "--out", str(tmp_path / "corpus")],
        ["fit", "tinytunes", "--out", str(tmp_path / "run"), *small],
    ]
    # -B: Python would store what it compiles under the limit, cut short.
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, json.dumps(commands)], capture_output=True, text=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [1] * len(commands), done.stderr
    assert "Traceback" not in done.stderr and "this is a bug" not in done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".part", ".tmp")]
