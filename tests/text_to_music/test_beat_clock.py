"""The clock: the same phase for the same place in a bar, at any tempo."""

import math

import pytest
import torch

from refimpl.conditioning import Metadata
from refimpl.errors import UserError
from refimpl.text_to_music import BeatClock, beat_phases
from refimpl.text_to_music.beat_clock import PERIODS


def test_a_beat_has_the_same_phase_at_every_tempo():
    # At 8 steps a second, a beat is 4 steps at 120 and 8 at 60 beats per minute.
    fast, slow = beat_phases(120, 33, 8.0, 8), beat_phases(60, 65, 8.0, 8)
    assert torch.allclose(fast, slow[::2], atol=1e-5)
    assert not torch.allclose(fast[:5], slow[:5], atol=0.1)


def test_the_phases_are_sines_and_cosines_of_the_beats():
    phases = beat_phases(120, 4, 8.0, 16)
    beats = torch.arange(4) / 4
    for column, period in enumerate(PERIODS):
        angles = 2 * math.pi * beats / period
        assert torch.allclose(phases[:, column], angles.sin(), atol=1e-6)
        assert torch.allclose(phases[:, len(PERIODS) + column], angles.cos(), atol=1e-6)


def test_the_clock_says_when_the_tune_is_over_and_stops():
    phases = beat_phases(120, 20, 8.0, 4)
    assert phases[:, -1].tolist() == [0.0] * 16 + [1.0] * 4
    assert not phases[16:, :-1].any()


def test_a_clip_without_a_tempo_has_no_clock():
    clock = BeatClock(16, step_rate=8.0, n_steps=10, n_beats=16)
    vectors, mask = clock.encode([Metadata(facts={"tempo": 100.0}), Metadata()])
    assert vectors.shape == (2, 10, 16)
    assert mask.tolist() == [[True] * 10, [False] * 10]


@pytest.mark.parametrize("tempo", [0, -3.0, "fast", True])
def test_a_tempo_is_a_number_above_zero(tempo):
    clock = BeatClock(16, step_rate=8.0, n_steps=10, n_beats=16)
    with pytest.raises(UserError, match="beats per minute"):
        clock.encode([Metadata(facts={"tempo": tempo})])
