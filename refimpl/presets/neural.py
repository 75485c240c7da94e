"""The neural preset: a quarter of the course's steps, with four codes each.

A tune of the corpus is 65 steps of 128 ms. The first code of a step alone keeps melody and bass,
and the other three make the sound finer. The delay layout writes all four in one row of tokens, so
that a tune takes the model 68 rows instead of 257.
"""

from refimpl.codecs import NeuralCodecConfig, NeuralConfig, QuantizerConfig
from refimpl.mel import MelConfig
from refimpl.presets.preset import DataConfig, Preset, SamplingConfig
from refimpl.tinytunes import TuneConfig
from refimpl.training import TrainingConfig
from refimpl.transformer import TransformerConfig

NEURAL = Preset(
    name="neural",
    about="8 steps per second of four residual codes each, and a quarter of the course's rows",
    declared=(),
    tunes=TuneConfig(level=1),
    data=DataConfig(n_train=12000, n_validation=200),
    codec=NeuralCodecConfig(
        mel=MelConfig(sample_rate=22050, n_fft=2048, hop_length=704, n_mels=192),
        n_clips=1000,
        network=NeuralConfig(
            width=160,
            downsampling=4,
            encoder_blocks=2,
            decoder_blocks=3,
            kernel_size=7,
            expansion=2,
            latent_dim=16,
            quantizer=QuantizerConfig(n_books=4, n_codes=512, revive_below=0.25),
        ),
        steps=7200,
        batch_size=16,
        learning_rate=6e-3,
        window=64,
        max_frames=262_144,
        emphasis=3.0,
    ),
    vocabulary="course",
    model=TransformerConfig(
        vocabulary_size=1,
        n_layers=4,
        hidden_size=128,
        n_heads=4,
        ffn_hidden_size=344,
        context_length=136,  # as many seconds as the course's 544
        positions="both",
        activation="swiglu",
        init_std=0.05,
    ),
    training=TrainingConfig(steps=4200, learning_rate=4e-3, warmup_steps=100),
    batch_size=16,
    # More careful than learnt: in key .98 instead of .96 at .9, on the same model and other seeds.
    sampling=SamplingConfig(temperature=0.6, top_k=None, top_p=0.9),
    layout="delay",
)
