"""What every conditioner promises. A check takes a function that builds one of width WIDTH."""

import torch

from refimpl.conditioning import Conditioned, Metadata
from refimpl.training import TrainingConfig, train
from refimpl.transformer import Transformer, TransformerConfig

WIDTH = 16
WALTZ = {"key": "C major", "tempo": 80.0, "melody": [0, 0, 4, -1, 7]}
MARCH = {"key": "A minor", "tempo": 120.0, "melody": [9, -1, 9, -1, 4]}
CLIPS = [
    Metadata("a slow waltz on the piano", WALTZ),
    Metadata("a march, quick and loud, for brass and drums", MARCH),
    Metadata("bells", {"key": "G major", "tempo": 100.0, "melody": [7]}),
    Metadata(),  # nothing is known
]


def check_shapes(make):
    vectors, mask = make().encode(CLIPS)
    assert vectors.dtype == torch.float32 and mask.dtype == torch.bool
    assert vectors.shape == (len(CLIPS), mask.shape[1], WIDTH) and mask.shape[1] >= 1
    assert vectors.isfinite().all()


def check_clips_are_told_apart_and_what_is_unknown_says_nothing(make):
    vectors, mask = make().encode(CLIPS)
    assert mask[:3].any(dim=1).all() and not mask[3].any()
    said = [vectors[i][mask[i]] for i in range(3)]
    for i in range(3):
        for other in said[:i]:
            assert said[i].shape != other.shape or not torch.equal(said[i], other)


def check_a_clip_is_encoded_alike_in_any_company(make):
    conditioner = make()
    vectors, mask = conditioner.encode(CLIPS)
    for i, clip in enumerate(CLIPS):
        alone, its_mask = conditioner.encode([clip])
        assert torch.allclose(alone[0][its_mask[0]], vectors[i][mask[i]], atol=1e-6)


def check_same_seed_same_vectors(make):
    assert torch.equal(make().encode(CLIPS)[0], make().encode(CLIPS)[0])


def check_a_model_learns_from_it(make):
    """The clip alone says which of two tokens comes again and again."""
    shape = TransformerConfig(8, n_layers=1, hidden_size=WIDTH, n_heads=2, cross_attention=True)
    ids = torch.tensor([[i] * 6 for i in (1, 2, 3)])
    ids[:, 0] = 0
    batch = {"input_ids": ids[:, :-1], "label_ids": ids[:, 1:], "clips": CLIPS[:3]}
    model = Conditioned(Transformer(shape), make(), drop_rate=0.0)
    options = TrainingConfig(
        steps=60, learning_rate=0.02, warmup_steps=1, validate_every=None, progress=False
    )
    train(model, [batch], options)
    first = model(input_ids=batch["input_ids"][:, :1], clips=CLIPS[:3])
    assert first[:, 0].argmax(dim=-1).tolist() == [1, 2, 3]


CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("check_")]
