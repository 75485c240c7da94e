"""Metrics that plot themselves."""

import matplotlib.image
import matplotlib.pyplot
import pytest

from refimpl.training import TrainingError, plot_metrics, read_metrics
from tests.training.training_examples import held_out, tiny_run


def test_a_run_draws_its_losses_with_the_baselines(tmp_path, pictures):
    batches = list(held_out())
    named = [("even" if k % 2 else "odd", batch) for k, batch in enumerate(batches)]
    tiny_run(tmp_path, baselines={"uniform": 2.77, "bigram": 1.5}, validation=named, steps=6)
    with_baselines = matplotlib.image.imread(tmp_path / "loss.png")
    assert min(with_baselines.shape[:2]) > 300
    assert with_baselines.std() > 0.01
    (tmp_path / "loss.json").unlink()
    without = matplotlib.image.imread(plot_metrics(tmp_path))
    assert with_baselines.shape != without.shape or (with_baselines != without).any()
    assert not matplotlib.pyplot.get_fignums()


def test_no_metrics_no_picture(tmp_path):
    with pytest.raises(TrainingError, match="no metrics"):
        plot_metrics(tmp_path)


def test_a_line_cut_short_by_a_kill_is_left_out(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    assert read_metrics(tmp_path) == [{"step": 1, "loss": 2.0}]
