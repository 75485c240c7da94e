"""The codec of the text-to-music model: the neural preset's, for all levels and tempos.

It is narrower than the preset's, so that codec and model together stay small.
"""

from __future__ import annotations

from refimpl.codecs import NeuralCodecConfig, NeuralConfig, QuantizerConfig
from refimpl.mel import MelConfig

CODEC = NeuralCodecConfig(
    mel=MelConfig(sample_rate=22050, n_fft=2048, hop_length=704, n_mels=192),
    network=NeuralConfig(
        width=144,
        downsampling=4,
        encoder_blocks=2,
        decoder_blocks=3,
        kernel_size=7,
        expansion=2,
        latent_dim=16,
        quantizer=QuantizerConfig(n_books=4, n_codes=512, revive_below=0.25),
    ),
    steps=4000,
    batch_size=16,
    learning_rate=6e-3,
    window=64,
    max_frames=262_144,
    emphasis=3.0,
)
N_CODEC_TUNES = 1200  # whose frames the codec is trained on
