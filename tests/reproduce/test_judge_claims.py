"""The experiments behind the claims about judges, on few tunes."""

import numpy as np
import pytest

from refimpl.reproduce.claims import judges


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(judges, "N_REFERENCE", 24)
    monkeypatch.setattr(judges, "N_TUNES", 32)
    for cached in (judges.tune_clips, judges.mel_vectors):
        cached.cache_clear()
    yield
    for cached in (judges.tune_clips, judges.mel_vectors):
        cached.cache_clear()


def test_every_experiment_gives_a_number():
    """All in one test, since they share the tunes."""
    found = {claim.name: claim.experiment(0) for claim in judges.JUDGES}
    assert all(np.isfinite(value) for value in found.values())
    assert found["Fréchet distance of few"] > 0
    assert found["Outliers raise recall"] > 0
    assert -2 < found["The best score is the right sound"] < 2


def test_a_set_is_parted_into_groups_of_sixteen():
    assert [len(group) for group in judges.groups(list(range(33)))] == [16, 16, 1]
