"""Sounds are made and measured alike in this process and in others."""

from dataclasses import asdict

import numpy as np

from refimpl.embeddings import MelStatistics
from refimpl.reproduce.measuring import N_KEPT, Workshop
from refimpl.tinytunes import TuneConfig, Tunes


def test_processes_measure_what_this_one_does():
    tunes = list(Tunes("test", TuneConfig(n_bars=1)).take(N_KEPT + 1))
    makers = [tune.render for tune in tunes]
    here, elsewhere = (
        Workshop(tunes[0].sample_rate, 0.5, n_processes, MelStatistics()).measure(
            makers, "a set", tunes=tunes
        )
        for n_processes in (1, 2)
    )
    for theirs, ours in zip(elsewhere.measures, here.measures, strict=True):
        np.testing.assert_equal(asdict(theirs), asdict(ours))  # NaN where it is NaN here
    assert elsewhere.accuracies == here.accuracies and len(here.accuracies) == len(tunes)
    assert len(here.sounds) == N_KEPT
    assert all(map(np.array_equal, elsewhere.sounds, here.sounds))
    expected = MelStatistics().embed([tune.render() for tune in tunes], tunes[0].sample_rate)
    for one in (here, elsewhere):
        assert len(one.vectors) == len(tunes) and all(map(np.array_equal, one.vectors, expected))
    assert Workshop(tunes[0].sample_rate, 0.5).measure(makers, "a set").vectors == []
