"""The codec of the text-to-music model: the neural preset's, for all levels and tempos.

It is narrower than the preset's, so that codec and model together stay small.
"""

from __future__ import annotations

from dataclasses import replace

from refimpl.presets.neural import NEURAL

CODEC = replace(
    NEURAL.codec,
    network=replace(NEURAL.codec.network, width=144),
    n_clips=1200,  # tunes whose frames it is trained on
    steps=4000,
)
