"""The notes preset: real tunes as symbols, which models learn in minutes.

A fiddle tune has 173 notes in the median; its sound has 1,700 of the course's tokens. The delay
layout puts the three codes of a note into one row, so that a whole tune fits into a context of 304
rows. Keys from the token before let the model come back to what it has played.
"""

from refimpl.codecs import CompoundConfig
from refimpl.presets.preset import DataConfig, Preset, SamplingConfig
from refimpl.tinytunes import TuneConfig
from refimpl.training import TrainingConfig
from refimpl.transformer import TransformerConfig

NOTES = Preset(
    name="notes",
    about="notes of scores instead of sound, whole tunes in the context; for scores:fiddle",
    declared=(),
    tunes=TuneConfig(level=1),  # not used: tinytunes come without notes
    data=DataConfig(n_train=4000, n_validation=200, clip_seconds=90.0),
    codec=CompoundConfig(),
    vocabulary="course",
    model=TransformerConfig(
        vocabulary_size=1,
        n_layers=3,
        hidden_size=96,
        n_heads=4,
        ffn_hidden_size=256,
        context_length=304,
        positions="rope",
        shifted_keys=True,
        activation="swiglu",
        init_std=0.05,
    ),
    training=TrainingConfig(steps=1500, learning_rate=3e-3, warmup_steps=30),
    batch_size=8,
    sampling=SamplingConfig(temperature=1.0, top_k=None, top_p=0.9),
    layout="delay",
)
