"""The vector quantizer's bookkeeping, reckoned anew: running means, dead codes, the first codes."""

import pytest
import torch
import torch.nn.functional as F

from refimpl.codecs import VectorQuantizer, kmeans

N_CODES, DIM = 6, 3


def make(**options):
    torch.manual_seed(0)
    return VectorQuantizer(N_CODES, DIM, **options).train()


def vectors(n=40, seed=1):
    return torch.randn(n, DIM, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("decay", [0.99, 0.7])
def test_three_steps_of_running_means_are_those_reckoned_by_hand(decay):
    quantizer = make(decay=decay)
    codebook = quantizer.codebook.clone()
    counts, sums = torch.ones(N_CODES), codebook.clone()  # as if each had been chosen once
    for step in range(3):
        z = vectors(seed=step)
        chosen = torch.cdist(z, codebook).argmin(dim=1)
        found = quantizer(z.reshape(5, 8, DIM))  # any shape in front
        assert torch.equal(found.codes, chosen.reshape(5, 8))
        assert torch.allclose(found.vectors, codebook[chosen].reshape(5, 8, DIM), atol=1e-6)
        for code in range(N_CODES):
            mine = z[chosen == code]
            counts[code] = decay * counts[code] + (1 - decay) * len(mine)
            sums[code] = decay * sums[code] + (1 - decay) * mine.sum(dim=0)
        codebook = sums / counts[:, None]
        assert torch.allclose(quantizer.codebook, codebook, atol=1e-5)


def test_a_code_that_was_not_chosen_for_long_stays_where_it_was():
    quantizer = make(decay=0.5)
    far = 100 * torch.ones(1, DIM)
    before = quantizer.codebook.clone()
    chosen = int(quantizer.nearest(far))
    for _ in range(60):  # the others' counts become 1e-18
        quantizer(far)
    others = [code for code in range(N_CODES) if code != chosen]
    assert torch.allclose(quantizer.codebook[others], before[others], atol=1e-3)
    assert torch.allclose(quantizer.codebook[chosen], far[0], atol=1e-3)


@pytest.mark.parametrize("update", ["ema", "loss"])
def test_directions_alone_are_compared_with_cosine(update):
    quantizer = make(cosine=True, update=update)
    assert torch.allclose(quantizer.codebook.norm(dim=-1), torch.ones(N_CODES), atol=1e-6)
    z = vectors()
    lengths = torch.linspace(0.1, 9, len(z))[:, None]
    assert torch.equal(quantizer.nearest(F.normalize(z, dim=-1)), quantizer(lengths * z).codes)
    # The running means of unit vectors are shorter than they; the codes are unit vectors again.
    assert torch.allclose(quantizer.codes_as_used().norm(dim=-1), torch.ones(N_CODES), atol=1e-6)
    if update == "ema":
        assert torch.allclose(quantizer.codebook.norm(dim=-1), torch.ones(N_CODES), atol=1e-6)


def test_the_first_codes_have_a_length_of_about_one_whatever_their_number_of_dimensions():
    for dim in (4, 64):
        torch.manual_seed(0)
        assert VectorQuantizer(500, dim).codebook.norm(dim=1).pow(2).mean() == pytest.approx(
            1.0, abs=0.1
        )


@pytest.mark.parametrize("cosine", [False, True])
def test_the_codes_start_at_centroids_and_count_as_chosen_once(cosine):
    quantizer = make(cosine=cosine, decay=0.5)
    quantizer(vectors())  # counts and sums are no longer those of the beginning
    z = vectors(200, seed=2)
    quantizer.start_at(z.reshape(10, 20, DIM), seed=3)
    used = F.normalize(z, dim=-1) if cosine else z
    centroids = torch.from_numpy(kmeans(used.numpy(), N_CODES, seed=3, max_iter=10, what="latents"))
    assert torch.allclose(quantizer.codebook, centroids, atol=1e-6)
    assert torch.equal(quantizer.counts, torch.ones(N_CODES))
    assert torch.allclose(quantizer.sums, centroids, atol=1e-6)


def with_counts(counts, **options):
    quantizer = make(**options)
    quantizer.counts.copy_(torch.tensor(counts))
    return quantizer


def test_the_dead_are_those_below_their_share_of_the_mean():
    # A mean of 10: with a tenth of it as the limit, 0.9 is dead, and neither 1.0 nor 1.1.
    quantizer = with_counts([0.9, 1.0, 1.1, 17.0, 20.0, 20.0])
    before, z = quantizer.codebook.clone(), vectors()
    assert quantizer.revive(z, torch.Generator().manual_seed(0)) == 1
    assert torch.equal(quantizer.codebook[1:], before[1:])
    assert (z == quantizer.codebook[0]).all(dim=1).any()
    assert quantizer.counts.tolist() == pytest.approx([10.0, 1.0, 1.1, 17.0, 20.0, 20.0])
    assert torch.allclose(quantizer.sums[0], 10 * quantizer.codebook[0])


def test_a_larger_share_revives_more():
    counts = [0.9, 1.0, 1.1, 17.0, 20.0, 20.0]
    for share, n_dead in ((0.0, 0), (0.105, 2), (1.0, 3), (1.8, 4)):
        quantizer = with_counts(counts, revive_below=share)
        assert quantizer.revive(vectors(), torch.Generator().manual_seed(0)) == n_dead


def test_revived_codes_are_scattered_over_the_batch_and_follow_the_generator():
    counts = [0.0, 0.0, 0.0, 0.0, 0.0, 60.0]
    places = []
    for seed in (0, 0, 1):
        quantizer = with_counts(counts)
        quantizer.revive(vectors(4000), torch.Generator().manual_seed(seed))
        places.append(quantizer.codebook[:5].clone())
    assert torch.equal(places[0], places[1]) and not torch.equal(places[0], places[2])
    assert len(places[0].unique(dim=0)) == 5


def test_with_cosine_the_dead_are_revived_as_directions():
    quantizer = with_counts([0.0, 9.0, 9.0, 9.0, 9.0, 9.0], cosine=True)
    quantizer.revive(50 * vectors(), torch.Generator().manual_seed(0))
    assert quantizer.codebook[0].norm().item() == pytest.approx(1.0, abs=1e-6)


def test_with_the_codebook_loss_counts_run_but_codes_do_not_move_by_themselves():
    quantizer = make(update="loss", decay=0.5)
    before, z = quantizer.codebook.detach().clone(), vectors()
    codes = quantizer(z).codes
    expected = 0.5 + 0.5 * torch.bincount(codes, minlength=N_CODES)
    assert torch.allclose(quantizer.counts, expected)
    assert torch.equal(quantizer.codebook.detach(), before)


def test_a_saved_quantizer_is_its_codebook_alone():
    assert list(make().state_dict()) == ["codebook"]
    assert [name for name, _ in make(update="loss").named_parameters()] == ["codebook"]
