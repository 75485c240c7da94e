"""Sounds put into files of every kind."""

import os
import shutil
import subprocess

import pytest
import soundfile

from tests.audio.sounds import RATE


@pytest.fixture
def write(tmp_path):
    """`write(name, audio, rate, ...)` puts a sound, or raw bytes, below the test's folder."""

    def _write(name, audio, rate=RATE, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(audio, bytes):
            path.write_bytes(audio)
        else:
            soundfile.write(path, audio, rate, **options)
        return path

    return _write


@pytest.fixture
def ffmpeg():
    """`ffmpeg(source, target, ...)` converts a file. Where ffmpeg may not be missing, it fails."""
    if shutil.which("ffmpeg") is None:
        if os.environ.get("REFIMPL_REQUIRE_FFMPEG"):
            pytest.fail("ffmpeg is not installed")
        pytest.skip("ffmpeg is not installed")

    def convert(source, target, *options):
        command = ["ffmpeg", "-v", "error", "-y", "-i", source, *options, target]
        subprocess.run(command, check=True)
        return target

    return convert
