"""The report's numbers as they stand.

Source: Steinle & Aminfar, "Generative Modeling of Music Audio Signals using Birdie" (course report,
2025), sections 3.1, 3.2 and 4.2.
"""

from refimpl.codecs import CodebookConfig
from refimpl.mel import MelConfig
from refimpl.presets.preset import DataConfig, Preset, SamplingConfig
from refimpl.tinytunes import TuneConfig
from refimpl.training import TrainingConfig
from refimpl.transformer import TransformerConfig

REPORT = Preset(
    name="report",
    about="the report's pipeline: 689 tokens per second, and a context of 64",
    declared=(
        "corpus: the report does not name its recordings; the first 3 s of level-1 tinytunes",
        "optimizer: AdamW with PyTorch's defaults, at a constant rate (the report names none)",
        "batch: 16 rows (the report names none)",
        "steps: 10, the number after which it gives a loss; more where a run says so",
        "sampling: temperature 1, top-k 50 (it names both methods but no number)",
        "mel: magnitudes squared, Slaney's scale up to 11,025 Hz, an 80 dB floor "
        "(librosa's defaults, which the report's own words fit)",
    ),
    tunes=TuneConfig(level=1),
    data=DataConfig(n_train=3000, n_validation=200, clip_seconds=3.0),
    codec=CodebookConfig(
        mel=MelConfig(sample_rate=22050, n_fft=512, hop_length=32, n_mels=128),
        n_clusters=512,
        n_stages=1,
        normalisation="band",
    ),
    vocabulary="report",
    model=TransformerConfig.report(),
    training=TrainingConfig(
        steps=10,
        learning_rate=1e-3,
        warmup_steps=0,
        final_learning_rate=1.0,
        weight_decay=0.01,
        betas=(0.9, 0.999),
        clip_norm=None,
        validate_every=None,
        checkpoint_every=None,
    ),
    batch_size=16,
    sampling=SamplingConfig(temperature=1.0, top_k=50),
)
