"""The course's preset: what measuring the report's pipeline led to.

A tune of the corpus is 257 frames. With its <|START|> and <|END|> it fits into a row of 544 tokens
twice: once to be written, and once with gaps to be filled in, or shuffled and then in order.
"""

from refimpl.codecs import CodebookConfig
from refimpl.mel import MelConfig
from refimpl.presets.preset import (
    DataConfig,
    ObjectivesConfig,
    Preset,
    SamplingConfig,
)
from refimpl.tinytunes import TuneConfig
from refimpl.training import TrainingConfig
from refimpl.transformer import TransformerConfig

COURSE = Preset(
    name="course",
    about="31 frames per second with enough detail for the bass, and whole tunes in the context",
    declared=(),
    tunes=TuneConfig(level=1),
    data=DataConfig(n_train=9000, n_validation=200),
    codec=CodebookConfig(
        mel=MelConfig(sample_rate=22050, n_fft=2048, hop_length=704, n_mels=192),
        n_clips=3000,
        n_clusters=1024,
        n_stages=1,
    ),
    vocabulary="course",
    # Written out, although most of it is the default: a shipped model must not change with it.
    model=TransformerConfig(
        vocabulary_size=1,
        n_layers=4,
        hidden_size=128,
        n_heads=4,
        ffn_hidden_size=344,
        context_length=544,
        positions="both",
        activation="swiglu",
        init_std=0.05,
        sample_positions="tune",
    ),
    # Few steps are all that minutes allow: small batches and a high rate make the most of them.
    training=TrainingConfig(steps=1500, learning_rate=5e-3, warmup_steps=100),
    batch_size=4,
    # A little more careful than learnt: in key .99 instead of .97, on the same model.
    sampling=SamplingConfig(temperature=0.9, top_k=None, top_p=0.9),
    objectives=ObjectivesConfig(mixture="music"),
)
