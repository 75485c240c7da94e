"""Progress that the checks record here stays away from the user's own."""

import pytest


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("REFIMPL_PROGRESS", str(tmp_path / "progress.json"))
