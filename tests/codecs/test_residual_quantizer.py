"""Residual vector quantization: gradients, running means, revival, dropout, coarse versions."""

import pytest
import torch

from refimpl.codecs.neural import (
    ProjectedQuantizer,
    QuantizerConfig,
    ResidualVectorQuantizer,
    make_quantizer,
)
from refimpl.errors import UserError

DIM = 6


def make(n_books=3, n_codes=8, **options):
    torch.manual_seed(0)
    return ResidualVectorQuantizer(n_books, n_codes, DIM, **options)


def latents(n_samples=4, n_steps=10, seed=1, **options):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_samples, n_steps, DIM, generator=generator).requires_grad_(**options)


@pytest.mark.parametrize("options", [{}, {"code_dim": 2}, {"code_dim": 2, "cosine": True}])
def test_codes_are_vectors_again(options):
    quantizer = make(**options).eval()
    found = quantizer(latents())
    assert found.codes.shape == (4, 10, 3) and found.codes.dtype == torch.int64
    assert quantizer.stream_sizes == (8, 8, 8) and quantizer.ordered
    assert torch.allclose(quantizer.decode(found.codes), found.vectors, atol=1e-5)


def test_each_book_quantizes_what_the_books_before_it_left():
    quantizer, z = make().eval(), latents()
    codes = quantizer(z).codes
    for number, book in enumerate(quantizer.books):
        left = z - quantizer.decode(codes[..., :number]) if number else z
        assert torch.equal(codes[..., number], torch.cdist(left, book.codebook).argmin(dim=-1))
    given = dict(enumerate(vectors for _, vectors in quantizer.inputs(z)))
    assert torch.allclose(given[2], z - quantizer.decode(codes[..., :2]), atol=1e-6)


def test_more_books_come_nearer():
    z = latents(n_samples=50)
    quantizer = make(n_codes=16).eval()
    for book, left in quantizer.inputs(z.detach()):
        book.start_at(left)
    codes = quantizer(z).codes
    errors = [(quantizer.decode(codes[..., :k]) - z).square().mean().item() for k in (1, 2, 3)]
    assert errors[1] < 0.8 * errors[0] and errors[2] < 0.8 * errors[1]


def test_the_encoder_gets_the_decoders_gradient_once():
    quantizer, z = make(commitment=0.0).train(), latents(requires_grad=True)
    weights = torch.randn(4, 10, DIM)
    (quantizer(z).vectors * weights).sum().backward()
    assert torch.allclose(z.grad, weights)


def test_the_commitment_of_every_book_pulls_the_encoder():
    """With a residual that keeps its gradient, later books would pull it nowhere."""
    quantizer, z = make().eval(), latents(requires_grad=True)
    found = quantizer(z)
    found.loss.backward()
    sums = [quantizer.decode(found.codes[..., :k]) for k in (1, 2, 3)]
    pulls = [2 * 0.25 * (z - total).detach() / z.numel() for total in sums]
    assert torch.allclose(z.grad, sum(pulls), atol=1e-6)


def test_the_decoders_gradient_reaches_the_maps_of_every_book():
    quantizer, z = make(code_dim=2, commitment=0.0, dropout=0.0).train(), latents()
    quantizer(z).vectors.square().sum().backward()
    for book in quantizer.books:
        assert book.into.weight.grad.abs().max() > 0
        assert book.out.weight.grad.abs().max() > 0


def test_maps_pass_on_what_earlier_maps_did_not_take():
    """The vectors change with the latent by 1 - (1 - B1 A1)(1 - B2 A2), A in and B out."""
    quantizer = make(n_books=2, code_dim=2, commitment=0.0).eval()
    z = latents(requires_grad=True)
    weights = torch.randn(DIM)
    (quantizer(z).vectors * weights).sum().backward()
    one = torch.eye(DIM)
    left = one
    for book in quantizer.books:
        left = (one - book.out.weight @ book.into.weight) @ left
    assert torch.allclose(z.grad[0, 0], (one - left).T @ weights, atol=1e-5)


def test_the_running_means_move_as_by_hand():
    quantizer = make(n_books=2, decay=0.9, dropout=1.0).train()
    z = latents()
    first, second = quantizer.books
    before = [book.codebook.clone() for book in quantizer.books]
    codes = first.nearest(z)
    left = z - before[0][codes]
    found = quantizer(z)
    for book, old, given in ((first, before[0], z), (second, before[1], left)):
        number = torch.cdist(given, old).argmin(dim=-1)
        assert torch.equal(found.codes[..., [first, second].index(book)], number)
        for code in range(8):
            chosen = given[number == code]
            count = 0.9 * 1 + 0.1 * len(chosen)
            expected = (0.9 * old[code] + 0.1 * chosen.sum(dim=0)) / count
            assert torch.allclose(book.codebook[code], expected, atol=1e-5)


def test_dropout_leaves_books_out_of_some_samples_only_in_training():
    z, quantizer = latents(n_samples=400), make(dropout=0.5)
    with torch.no_grad():
        sums = [quantizer.decode(quantizer.eval()(z).codes[..., :k]) for k in (1, 2, 3)]
        whole = quantizer(z).vectors
        vectors = quantizer.train()(z).vectors
    assert torch.allclose(whole, sums[2], atol=1e-6), "none in evaluation"
    near = torch.stack([(vectors - total).abs().amax(dim=(1, 2)) < 1e-5 for total in sums])
    assert (near.sum(dim=0) == 1).all(), "each sample holds its first books, whichever number"
    shares = near.float().mean(dim=1)
    expected = torch.tensor([1 / 6, 1 / 6, 2 / 3])
    assert torch.allclose(shares, expected, atol=0.08)


def test_dropout_can_be_switched_off():
    z, quantizer = latents(n_samples=50), make(dropout=0.0)
    with torch.no_grad():
        whole = quantizer.eval()(z).vectors
        assert torch.allclose(quantizer.train()(z).vectors, whole, atol=1e-6)


def test_dead_codes_of_every_book_are_revived():
    quantizer, z = make(n_codes=32, decay=0.5).train(), latents(1, 20)
    for _ in range(20):
        found = quantizer(z)
    used = [len(found.codes[..., i].unique()) for i in range(3)]
    generator = torch.Generator().manual_seed(0)
    revived = [book.revive(given, generator) for book, given in quantizer.inputs(z)]
    assert revived == [32 - n for n in used]


def test_the_settings_make_it():
    config = QuantizerConfig(n_books=5, n_codes=7, code_dim=3, commitment=0.5)
    quantizer = make_quantizer(config, DIM)
    assert quantizer.stream_sizes == config.stream_sizes == (7,) * 5
    assert all(isinstance(book, ProjectedQuantizer) for book in quantizer.books)
    assert [book.commitment for book in quantizer.codebooks()] == [0.5] * 5
    assert quantizer.codebooks()[0].codebook.shape == (7, 3)


def test_cosine_codes_without_maps_are_refused():
    with pytest.raises(UserError, match="give code_dim"):
        make(cosine=True)
