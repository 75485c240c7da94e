"""Sounds put into files of every kind."""

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
