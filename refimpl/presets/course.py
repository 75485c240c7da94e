"""The course's preset: what measuring the report's pipeline led to.

A tune of the corpus is 257 frames; with its <|START|> and <|END|> it fits the context as a whole.
"""

from refimpl.mel import MelConfig
from refimpl.presets.preset import CodebookConfig, DataConfig, Preset, SamplingConfig
from refimpl.tinytunes import TuneConfig
from refimpl.training import TrainingConfig
from refimpl.transformer import TransformerConfig

COURSE = Preset(
    name="course",
    about="31 frames a second, each seen in enough detail to keep the bass, whole tunes in view",
    declared=(),
    tunes=TuneConfig(level=1),
    data=DataConfig(n_train=3000, n_validation=200),
    mel=MelConfig(sample_rate=22050, n_fft=2048, hop_length=704, n_mels=192),
    codebook=CodebookConfig(n_clusters=1024, n_stages=1),
    vocabulary="course",
    model=TransformerConfig(vocabulary_size=1, n_layers=4, hidden_size=128, context_length=264),
    training=TrainingConfig(steps=1000, learning_rate=3e-3),
    batch_size=16,
    sampling=SamplingConfig(temperature=1.0, top_k=50),
)
