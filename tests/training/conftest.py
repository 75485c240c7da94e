import pytest

from refimpl.training import loop


@pytest.fixture(autouse=True)
def no_pictures(request, monkeypatch):
    """Drawing costs more than all else in a tiny run; the tests of pictures ask for them."""
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr(loop, "plot_metrics", lambda folder: None)


@pytest.fixture
def pictures():
    """Ask for a run's pictures to be drawn."""
