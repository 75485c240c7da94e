import pytest

from refimpl import pipeline
from refimpl.cli import main
from refimpl.training import loop
from tests.pipeline.pipeline_examples import tiny, write_recordings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Commands run in a folder of their own, and draw no picture of losses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loop, "plot_metrics", lambda folder: None)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The folder of a finished run; read only."""
    folder = tmp_path_factory.mktemp("runs") / "tunes"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "plot_metrics", lambda folder: None)
        pipeline.run("tinytunes", tiny(), folder)
    return folder


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    return write_recordings(tmp_path_factory.mktemp("recordings"))


class Result:
    """What a command gave back: .code, .out and .err."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def error(self):
        """The error, which must be one line."""
        lines = [line for line in self.err.splitlines() if line.startswith("refimpl: error: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


@pytest.fixture
def refimpl(capsys):
    """Run a command in this process: refimpl("generate", "--out", path)."""

    def call(*words):
        code = main([str(word) for word in words])
        return Result(code, *capsys.readouterr())

    return call
