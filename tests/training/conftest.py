import pytest
from accelerate.state import AcceleratorState

from refimpl.training import loop


@pytest.fixture(autouse=True)
def no_pictures(request, monkeypatch):
    """Drawing costs more than all else in a tiny run; the tests of pictures ask for them."""
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr(loop, "plot_metrics", lambda folder: None)


@pytest.fixture
def pictures():
    """Ask for a run's pictures to be drawn."""


@pytest.fixture(autouse=True)
def _forget_accelerators():
    """Let no test find the state that Accelerate keeps of another one's accelerator."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)
