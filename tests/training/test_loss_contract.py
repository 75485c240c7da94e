"""What every loss promises: whoever adds one adds its entry to LOSSES."""

import json
import math

import numpy as np
import pytest
import torch

from refimpl.audio_text import CONTRASTIVE, JointEmbedding, TextEncoder, WordList
from refimpl.audio_text.sound_encoder import WINDOW
from refimpl.audio_text.tag_loss import TAGGED, TaggedEmbedding
from refimpl.audio_text.tags import NUMBERS, TAGS
from refimpl.codecs import (
    NeuralConfig,
    NeuralNetwork,
    QuantizerConfig,
    VQVAEConfig,
    VQVAENetwork,
    WaveformConfig,
    WaveformNetwork,
)
from refimpl.codecs.neural import FRAME_DISTANCE
from refimpl.codecs.neural.adversarial import sound_loss
from refimpl.codecs.vqvae.fitting import FRAME_ERROR
from refimpl.diffusion import DENOISING
from refimpl.training import NEXT_TOKEN, Loss, TrainingError, read_metrics, train
from refimpl.training.loss import next_token_sum, split_batch
from tests.diffusion.diffusion_examples import tiny_model as tiny_diffusion
from tests.diffusion.diffusion_examples import two_kinds
from tests.training.training_examples import options, tiny_batches, tiny_model


def next_token():
    return NEXT_TOKEN, tiny_model(), tiny_batches().batch(0)


def frame_error():
    torch.manual_seed(0)
    shape = VQVAEConfig(8, hidden_size=8, n_layers=1, codebook_dim=4, downsampling=2)
    frames = np.random.default_rng(0).normal(size=(8, 12, 5)).astype(np.float32)
    return FRAME_ERROR, VQVAENetwork(5, shape), {"frames": torch.from_numpy(frames)}


def frame_distance():
    torch.manual_seed(0)
    quantizer = QuantizerConfig(n_books=2, n_codes=8, dropout=0.0)
    shape = NeuralConfig(8, 2, encoder_blocks=1, decoder_blocks=1, quantizer=quantizer)
    frames = np.random.default_rng(0).normal(size=(8, 12, 5)).astype(np.float32)
    return FRAME_DISTANCE, NeuralNetwork(5, shape), {"frames": torch.from_numpy(frames)}


def distance_of_sounds():
    torch.manual_seed(0)
    shape = WaveformConfig(strides=(4, 4), hidden_size=4, n_blocks=1, dim=4)
    audio = torch.randn(8, 1024, generator=torch.Generator().manual_seed(0)).cumsum(dim=1) / 10
    loss, _ = sound_loss({"waveform": 1.0, "mel": 0.5, "stft": 0.5}, 8000)
    return loss, WaveformNetwork(shape), {"audio": audio}


def denoising():
    clips, labels = two_kinds(8)
    generator = torch.Generator().manual_seed(0)
    batch = {"latents": clips, "labels": labels, "times": torch.arange(1, 9) / 10}
    model = tiny_diffusion()
    for weight in model.parameters():  # a new network predicts zero, whatever it sees
        torch.nn.init.normal_(weight, std=0.1, generator=generator)
    return DENOISING, model, batch | {"noise": torch.randn(8, 4, 2, generator=generator)}


def contrast():
    torch.manual_seed(0)
    text = TextEncoder(WordList.of(["a tune for flute and piano"]), 8, width=8, hidden=0.0)
    model = JointEmbedding(text, dim=8, channels=4)
    frames = torch.rand(8, 3, WINDOW, 96, generator=torch.Generator().manual_seed(0))
    words = torch.randint(1, 9, (8, 4, 5), generator=torch.Generator().manual_seed(1))
    return CONTRASTIVE, model, {"frames": frames, "words": words, "numbers": torch.zeros(8, 4, 5)}


def contrast_and_tags():
    _, model, batch = contrast()
    torch.manual_seed(0)
    classes = torch.stack([torch.randint(-1, len(t.values), (8, 4)) for t in TAGS.values()], dim=2)
    measured = torch.randn(8, 3, len(NUMBERS))
    return TAGGED, TaggedEmbedding(model), batch | {"classes": classes, "measured": measured}


# A function for each loss: the loss, a model that it can measure, and a batch of 8 rows or more.
LOSSES = {
    "next token": next_token,
    "VQ-VAE": frame_error,
    "neural codec": frame_distance,
    "diffusion": denoising,
    "joint embedding": contrast,
    "joint embedding with tags": contrast_and_tags,
}


def gradient_of(total, model):
    gradients = torch.autograd.grad(total, list(model.parameters()), allow_unused=True)
    return torch.cat([g.flatten() for g in gradients if g is not None])


def check_that_pieces_add_up(loss, model, batch):
    """The sums, weights and gradients of a batch's pieces are together those of the batch."""
    model.eval()
    total, weight = loss(model, batch)
    assert total.shape == weight.shape == ()
    assert weight > 0
    whole = gradient_of(total, model)
    assert whole.abs().max() > 0
    for n_pieces in (2, 3, 8):
        measured = [loss(model, piece) for piece in split_batch(batch, n_pieces)]
        assert sum(float(w) for _, w in measured) == pytest.approx(float(weight))
        assert sum(float(s.detach()) for s, _ in measured) == pytest.approx(
            float(total.detach()), rel=1e-5
        )
        together = sum(gradient_of(s, model) for s, _ in measured)
        assert torch.allclose(together, whole, atol=1e-4 * float(whole.abs().max()))


@pytest.mark.parametrize("name", LOSSES)
def test_pieces_add_up(name):
    check_that_pieces_add_up(*LOSSES[name]())


def mean_per_piece(model, batch):
    total, weight = next_token_sum(model, batch)
    return total / weight, torch.tensor(1.0)


def weight_of_rows(model, batch):
    total, _ = next_token_sum(model, batch)
    return total, torch.tensor(len(batch["input_ids"])) ** 2


@pytest.mark.parametrize("measure", [mean_per_piece, weight_of_rows])
def test_the_contract_refuses_what_does_not_add_up(measure):
    wrong = Loss("wrong", "nats", "token", measure)
    with pytest.raises(AssertionError):
        check_that_pieces_add_up(wrong, *next_token()[1:])


@pytest.mark.parametrize("name", LOSSES)
def test_the_loop_lowers_it_and_logs_it_in_its_own_words(name, tmp_path, capsys):
    loss, model, batch = LOSSES[name]()
    config = options(steps=30, learning_rate=0.01, validate_every=15, checkpoint_every=None)
    result = train(model, [batch], config, loss=loss, validation=[batch], folder=tmp_path)
    assert result.losses[-1] < 0.98 * result.losses[0]
    steps = [record for record in read_metrics(tmp_path) if "loss" in record]
    _, weight = loss(model, batch)
    assert [record[loss.counted] for record in steps] == [k * int(weight) for k in range(1, 31)]
    legend = json.loads((tmp_path / "loss.json").read_text())
    assert (legend["name"], legend["unit"]) == (loss.name, loss.full_unit)
    assert all((loss.name, loss.unit, loss.per))
    mean = result.validation_loss
    assert math.isfinite(mean) and mean == pytest.approx(result.losses[-1], rel=0.2)


def test_a_run_is_not_resumed_with_another_loss(tmp_path):
    _, model, batch = next_token()
    train(model, [batch], options(), folder=tmp_path)
    other = Loss("focal loss", "nats", "token", next_token_sum)
    with pytest.raises(TrainingError, match="loss = cross-entropy, and this run has focal loss"):
        train(tiny_model(), [batch], options(steps=14), loss=other, folder=tmp_path)
