"""Product, finite scalar and two-level quantization: what each makes of latents, and its codec."""

import numpy as np
import pytest
import torch

from refimpl.codecs import CodecError, NeuralCodec, NeuralConfig, QuantizerConfig, load_codec
from refimpl.codecs.neural import (
    FiniteScalarQuantizer,
    ProductQuantizer,
    TwoLevelQuantizer,
    make_quantizer,
)
from refimpl.errors import UserError
from tests.codecs.test_neural_codec import MEL, SMALL, fit, make_clips

DIM = 6
KINDS = {
    "residual": QuantizerConfig(n_books=3, n_codes=16),
    "product": QuantizerConfig("product", n_books=3, n_codes=16),
    "finite_scalar": QuantizerConfig("finite_scalar", n_books=2, levels=(5, 4)),
    "two_level": QuantizerConfig("two_level", n_codes=16),
}
SIZES = {
    "residual": (16, 16, 16),
    "product": (16, 16, 16),
    "finite_scalar": (20, 20),
    "two_level": (16, 16, 16),
}


def latents(seed=1, n_steps=10):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(4, n_steps, DIM, generator=generator).requires_grad_()


@pytest.fixture(params=list(KINDS))
def quantizer(request):
    torch.manual_seed(0)
    return make_quantizer(KINDS[request.param], DIM)


@pytest.fixture(params=list(KINDS))
def kind(request):
    return request.param


def test_codes_are_vectors_again(kind):
    torch.manual_seed(0)
    quantizer = make_quantizer(KINDS[kind], DIM).eval()
    z = latents()
    found = quantizer(z)
    assert quantizer.stream_sizes == KINDS[kind].stream_sizes == SIZES[kind]
    assert quantizer.codes_every == KINDS[kind].codes_every
    assert quantizer.ordered == KINDS[kind].ordered == (kind == "residual")
    assert found.codes.shape == (4, 10 // quantizer.codes_every, len(SIZES[kind]))
    assert found.codes.dtype == torch.int64
    assert (found.codes >= 0).all() and (found.codes < torch.tensor(SIZES[kind])).all()
    assert found.vectors.shape == z.shape and found.loss.ndim == 0
    assert torch.allclose(quantizer.decode(found.codes), found.vectors, atol=1e-5)


def test_the_decoders_gradient_reaches_the_latents_and_every_weight(quantizer):
    z = latents()
    found = quantizer.train()(z)
    (found.vectors.square().sum() + found.loss).backward()
    assert (z.grad.abs().sum(dim=(0, 1)) > 0).all()
    assert all(w.grad is not None and w.grad.abs().max() > 0 for w in quantizer.parameters())


def test_its_codebooks_get_what_it_says(quantizer):
    z = latents()
    codes = quantizer.eval()(z).codes
    inputs = list(quantizer.inputs(z))
    assert [book for book, _ in inputs] == quantizer.codebooks()
    numbers = [book.nearest(vectors) for book, vectors in inputs]
    used = torch.cat([n.reshape(4, codes.shape[1], -1) for n in numbers], dim=-1) if inputs else 0
    assert inputs == [] or torch.equal(used, codes)


def test_its_loss_is_that_of_all_its_codebooks(quantizer):
    z = latents()
    losses = [book(vectors).loss for book, vectors in quantizer.eval().inputs(z)]
    assert quantizer(z).loss.item() == pytest.approx(sum(one.item() for one in losses))
    assert all(one > 0 for one in losses)


def test_every_kind_makes_a_codec_that_comes_back_from_its_file(kind, tmp_path):
    network = NeuralConfig(**(SMALL.to_dict() | {"quantizer": KINDS[kind]}))
    codec = fit(network, steps=150)
    frames = make_clips(1, n_frames=205, seed=9)[0][:203]
    assert codec.distortion(frames, units="normalised") < 0.6
    assert codec.frames_per_step == (4 if kind == "two_level" else 2)
    codes = codec.encode_frames(frames)
    assert codes.shape == (-(-203 // codec.frames_per_step), len(SIZES[kind]))
    assert all(len(np.unique(stream)) > 4 for stream in codes.T)
    loaded = load_codec(codec.save(tmp_path / NeuralCodec.file_name))
    assert loaded.config == codec.config and loaded.mel == MEL
    assert np.array_equal(loaded.encode_frames(frames), codes)
    assert np.array_equal(loaded.decode_frames(codes), codec.decode_frames(codes))
    if kind != "residual":
        with pytest.raises(CodecError, match="only make sense together"):
            codec.with_streams(1)


def test_a_product_quantizer_treats_each_part_by_itself():
    quantizer = ProductQuantizer(3, 16, DIM).eval()
    z = latents()
    changed = z.detach().clone()
    changed[..., 2:4] += 3
    one, other = quantizer(z).codes, quantizer(changed).codes
    assert torch.equal(one[..., [0, 2]], other[..., [0, 2]])
    assert not torch.equal(one[..., 1], other[..., 1])
    with pytest.raises(UserError, match="6 numbers cannot be cut into 4"):
        ProductQuantizer(4, 16, DIM)


def test_finite_scalars_fill_their_grid_and_no_more():
    quantizer = FiniteScalarQuantizer(1, (3, 2), 2).eval()
    with torch.no_grad():
        for one in (quantizer.into, quantizer.out):
            one.weight.copy_(torch.eye(2))
            one.bias.zero_()
    z = torch.cartesian_prod(torch.tensor([-9.0, 0.0, 9.0]), torch.tensor([-9.0, 9.0]))
    found = quantizer(z[None])
    assert found.codes[0, :, 0].tolist() == [0, 3, 1, 4, 2, 5]
    expected = torch.cartesian_prod(torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([-1.0, 1.0]))
    assert torch.allclose(found.vectors[0], expected)
    assert torch.allclose(quantizer.decode(found.codes)[0], expected)
    assert found.loss == 0


def test_finite_scalars_take_the_nearest_level_of_each_axis():
    quantizer = FiniteScalarQuantizer(1, (5, 4), 2).eval()
    with torch.no_grad():
        for one in (quantizer.into, quantizer.out):
            one.weight.copy_(torch.eye(2))
            one.bias.zero_()
    z = torch.randn(1, 200, 2, generator=torch.Generator().manual_seed(0))
    for axis, n_levels in enumerate((5, 4)):
        levels = torch.linspace(-1, 1, n_levels)
        nearest = (z[0, :, axis].tanh()[:, None] - levels).abs().argmin(dim=1)
        assert torch.allclose(quantizer(z).vectors[0, :, axis], levels[nearest], atol=1e-6)


def test_finite_scalars_pass_the_gradient_through_the_rounding_but_not_the_squashing():
    quantizer = FiniteScalarQuantizer(1, (5, 4, 3), 3)
    z = torch.randn(1, 7, 3, requires_grad=True)
    quantizer(z).vectors.sum().backward()
    inner = quantizer.into(z).detach()
    slope = (1 - inner.tanh() ** 2) * quantizer.out.weight.sum(dim=0)
    assert torch.allclose(z.grad, slope @ quantizer.into.weight, atol=1e-5)


@pytest.mark.parametrize("levels", [(), (3, 1)])
def test_a_grid_needs_axes_with_levels(levels):
    with pytest.raises(UserError, match="levels is"):
        FiniteScalarQuantizer(1, levels, 4)


def test_two_levels_give_one_slow_code_for_several_fast_ones():
    torch.manual_seed(0)
    quantizer = TwoLevelQuantizer(16, DIM, every=5).eval()
    z = latents()
    codes = quantizer(z).codes
    assert codes.shape == (4, 2, 6) and quantizer.stream_sizes == (16,) * 6
    later = z.detach().clone()
    later[:, 5:] += 2
    assert torch.equal(quantizer(later).codes[:, 0], codes[:, 0]), "a step is its own latents'"
    assert not torch.equal(quantizer(later).codes[:, 1], codes[:, 1])
    (_, slow), _ = quantizer.inputs(z)
    (_, slow_later), _ = quantizer.inputs(later)
    assert (slow == slow_later).all(dim=-1).tolist() == [[True, False]] * 4


def test_the_fast_codes_see_the_slow_one():
    torch.manual_seed(0)
    quantizer = TwoLevelQuantizer(16, DIM).eval()
    z = latents(n_steps=200).detach()
    before = quantizer(z).codes
    with torch.no_grad():
        quantizer.top.codebook.add_(1.0)  # the order of distances stays for few
    assert not torch.equal(quantizer(z).codes[..., 1:], before[..., 1:])
