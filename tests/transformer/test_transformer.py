"""The transformer: what may look at what, what the cache keeps, what the loss counts."""

import json
import math

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from refimpl.errors import UserError
from refimpl.transformer import (
    KVCache,
    Transformer,
    TransformerConfig,
    TransformerError,
    count_flops_per_token,
    count_parameters,
    fast_matmul,
)
from refimpl.transformer.attention import attend_in_blocks
from refimpl.transformer.blocks import Block, FeedForward
from refimpl.transformer.positions import rotary_table, rotate

VOCABULARY = 40
VARIANTS = {
    "course": {},
    "rope": {"positions": "rope"},
    "learned": {"positions": "learned"},
    "everything else": {
        "positions": "learned",
        "norm": "post",
        "normalization": "rms",
        "activation": "gelu",
        "bias": True,
        "tied_weights": False,
    },
    "cross-attention": {"cross_attention": True},
}


def make_config(**changes):
    sizes = {"n_layers": 2, "hidden_size": 32, "n_heads": 4, "ffn_hidden_size": 48}
    return TransformerConfig(VOCABULARY, **(sizes | {"context_length": 24} | changes))


def make_model(**changes):
    # Weights far larger than at the start of training: a leak must show in the logits.
    return Transformer(make_config(init_std=0.3, **changes)).eval()


def tokens(*shape, seed=0):
    return torch.randint(0, VOCABULARY, shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=VARIANTS, ids=lambda name: name)
def variant(request):
    return VARIANTS[request.param]


# --- configuration ---------------------------------------------------------------------------


def test_configuration_survives_json(variant):
    config = make_config(**variant)
    assert TransformerConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"hidden_size": 30}, "hidden_size"),
        ({"hidden_size": 36, "n_heads": 4, "positions": "rope"}, "rope"),
        ({"n_layers": 0}, "n_layers"),
        ({"n_heads": 2.5}, "n_heads"),
        ({"dropout": 1.0}, "dropout"),
        ({"positions": "alibi"}, "alibi"),
        ({"init_std": 0.0}, "init_std"),
    ],
)
def test_bad_configuration_names_the_field(changes, named):
    with pytest.raises(TransformerError, match=named):
        make_config(**changes)


def test_unknown_and_missing_settings_are_named():
    with pytest.raises(UserError, match="'n_layer'"):
        TransformerConfig.from_dict({"vocabulary_size": 5, "n_layer": 3})
    with pytest.raises(UserError, match="vocabulary_size"):
        TransformerConfig.from_dict({"n_layers": 3})


def test_report_configuration_starts_at_the_loss_of_chance():
    config = TransformerConfig.report()
    ids = torch.randint(0, 516, (16, 65), generator=torch.Generator().manual_seed(1))
    loss = Transformer(config)(ids[:, :-1], label_ids=ids[:, 1:])
    assert loss.item() == pytest.approx(math.log(516), abs=0.08)  # the report: about 6.25


def test_same_seed_same_weights_and_other_seed_others():
    one, same, other = (Transformer(make_config(), seed=seed) for seed in (3, 3, 4))
    assert torch.equal(one.embedding.weight, same.embedding.weight)
    assert not torch.equal(one.embedding.weight, other.embedding.weight)


def test_tied_weights_are_one_tensor():
    tied, untied = make_model(), make_model(tied_weights=False)
    assert tied.lm_head.weight is tied.embedding.weight
    assert untied.lm_head.weight is not untied.embedding.weight


def test_what_writes_to_the_residual_stream_starts_smaller_by_the_root_of_the_writers():
    model = Transformer(make_config(n_layers=8, hidden_size=64, init_std=0.1))
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            # Attention and feed-forward network write in each of the 8 blocks.
            expected = 0.1 / math.sqrt(16) if name.endswith("out.weight") else 0.1
            assert parameter.std().item() == pytest.approx(expected, rel=0.1), name


def test_norms_start_at_one_and_biases_at_zero():
    model = Transformer(make_config(bias=True))
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            assert torch.all(parameter == (0.0 if name.endswith("bias") else 1.0)), name


# --- blocks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_block_is_attention_and_a_network_beside_a_normalised_stream(norm):
    block = Block(make_config(norm=norm), layer=0).eval()
    x = 3 * torch.randn(2, 5, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        block.attention_norm.weight.uniform_(0.5, 2)
        block.ffn_norm.weight.uniform_(0.5, 2)
        if norm == "pre":
            attended = x + block.attention(block.attention_norm(x))
            expected = attended + block.ffn(block.ffn_norm(attended))
        else:
            attended = block.attention_norm(x + block.attention(x))
            expected = block.ffn_norm(attended + block.ffn(attended))
        assert torch.allclose(block(x), expected, atol=1e-5)


def test_swiglu_gates_by_the_input_times_its_sigmoid():
    ffn = FeedForward(make_config(activation="swiglu"))
    x = torch.randn(7, 32, generator=torch.Generator().manual_seed(0))
    gate, value = (x @ half.T for half in ffn.up.weight.chunk(2))
    expected = (gate * torch.sigmoid(gate) * value) @ ffn.out.weight.T
    assert torch.allclose(ffn(x), expected, atol=1e-6)


def test_rope_turns_each_pair_at_its_own_speed():
    x = torch.randn(9, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    turned = rotate(x, *(table.double() for table in rotary_table(8, 9, base=100.0)))
    speeds = 100.0 ** (-torch.arange(4) / 4)  # radians a position, of the pairs (i, i + 4)
    angles = torch.outer(torch.arange(9), speeds).double()
    expected = torch.complex(x[:, :4], x[:, 4:]) * torch.polar(torch.ones_like(angles), angles)
    assert torch.allclose(torch.complex(turned[:, :4], turned[:, 4:]), expected, atol=1e-5)


# --- masks -----------------------------------------------------------------------------------


def test_future_token_does_not_change_past_logits(variant):
    model, ids = make_model(**variant), tokens(2, 16)
    changed = ids.clone()
    changed[:, 9] = (changed[:, 9] + 1) % VOCABULARY
    before, after = model(ids), model(changed)
    assert torch.allclose(before[:, :9], after[:, :9], atol=1e-5)
    assert not torch.allclose(before[:, 9:], after[:, 9:], atol=1e-2)


def test_masks_that_say_causal_change_nothing(variant):
    model, ids = make_model(**variant), tokens(2, 16)
    ones = torch.ones_like(ids)
    positions = torch.arange(16).expand(2, 16)
    assert torch.allclose(
        model(ids),
        model(ids, attention_mask=3 * ones, segment_ids=ones, position_ids=positions),
        atol=1e-5,
    )


def test_segments_packed_in_a_row_are_as_if_alone(variant):
    model, ids = make_model(**variant), tokens(1, 16)
    segments = torch.tensor([[1] * 6 + [2] * 7 + [0] * 3])
    positions = torch.tensor([[*range(6), *range(7), 0, 0, 0]])
    packed = model(ids, segment_ids=segments, position_ids=positions)
    assert torch.allclose(packed[:, :6], model(ids[:, :6]), atol=1e-4)
    assert torch.allclose(packed[:, 6:13], model(ids[:, 6:13]), atol=1e-4)


def test_changing_one_segment_leaves_the_other():
    model, ids = make_model(), tokens(2, 16)
    segments = torch.tensor([[1] * 6 + [2] * 10, [1] * 9 + [2] * 7])
    mask = torch.full((2, 16), 3)
    mask[:, :3] = 1
    changed = torch.where(segments == 1, (ids + 1) % VOCABULARY, ids)
    before = model(ids, attention_mask=mask, segment_ids=segments)
    after = model(changed, attention_mask=mask, segment_ids=segments)
    assert torch.allclose(before[segments == 2], after[segments == 2], atol=1e-5)
    assert not torch.allclose(before[segments == 1], after[segments == 1], atol=1e-2)


def test_prefix_sees_itself_both_ways_and_the_answer_does_not():
    model, ids = make_model(), tokens(1, 12)
    mask = torch.tensor([[1] * 5 + [3] * 7])
    before = model(ids, attention_mask=mask)

    def moved(position):
        changed = ids.clone()
        changed[0, position] = (changed[0, position] + 1) % VOCABULARY
        difference = (model(changed, attention_mask=mask) - before).abs().amax(-1)[0]
        return difference > 1e-4

    assert moved(4).all()  # the prefix's last token reaches its first, and all that follows
    assert not moved(8)[:8].any() and moved(8)[8:].all()


def test_answer_never_looks_ahead_even_at_a_prefix():
    model, ids = make_model(), tokens(1, 6)
    mask = torch.tensor([[3, 3, 3, 1, 1, 1]])
    changed = ids.clone()
    changed[0, 5] = (changed[0, 5] + 1) % VOCABULARY
    before, after = model(ids, attention_mask=mask), model(changed, attention_mask=mask)
    assert torch.allclose(before[:, :3], after[:, :3], atol=1e-5)


@pytest.mark.parametrize("side", ["left", "right", "both"])
def test_padding_is_never_seen_and_never_nan(side):
    model, ids = make_model(), tokens(1, 12)
    real = torch.ones(1, 12, dtype=torch.bool)
    if side != "right":
        real[:, :3] = False
    if side != "left":
        real[:, -4:] = False
    positions = (real.cumsum(1) - 1).clamp(min=0)
    padded = model(ids, attention_mask=3 * real.long(), position_ids=positions)
    assert padded.isfinite().all()
    alone = model(ids[real][None])
    assert torch.allclose(padded[real], alone[0], atol=1e-4)


def test_row_of_padding_alone_is_finite():
    model, ids = make_model(), tokens(2, 8)
    mask = torch.full((2, 8), 3)
    mask[1] = 0
    mask[0, :4] = 1
    assert model(ids, attention_mask=mask).isfinite().all()


def test_rope_knows_distances_and_not_places():
    model, ids = make_model(positions="rope"), tokens(1, 8)
    there = model(ids, position_ids=torch.arange(8)[None] + 11)
    assert torch.allclose(model(ids), there, atol=1e-4)
    apart = model(ids, position_ids=torch.arange(8)[None] * 2)
    assert not torch.allclose(model(ids), apart, atol=1e-2)


@pytest.mark.parametrize("n_tokens", [1, 95, 96, 97, 200])
def test_attention_in_blocks_is_scaled_dot_product_attention(n_tokens):
    qkv = torch.randn(3, 2, 2, n_tokens, 8, generator=torch.Generator().manual_seed(0))
    bias = torch.zeros(2, 1, n_tokens, n_tokens)
    bias[1, :, :, n_tokens // 2 + 1 :] = float("-inf")
    reference = torch.nn.functional.scaled_dot_product_attention
    for settings, other in (({"is_causal": True}, None), ({"attn_mask": bias}, bias)):
        inputs = [qkv.clone().requires_grad_(), qkv.clone().requires_grad_()]
        outputs = [reference(*inputs[0], **settings), attend_in_blocks(*inputs[1], other)]
        assert torch.allclose(*outputs, atol=1e-5)
        weights = torch.linspace(-1, 1, outputs[0].numel()).view_as(outputs[0])
        gradients = [
            torch.autograd.grad(output, each, weights)[0]
            for output, each in zip(outputs, inputs, strict=True)
        ]
        assert torch.allclose(*gradients, atol=1e-4)


# --- loss ------------------------------------------------------------------------------------


def test_loss_is_the_mean_over_labelled_positions_only(variant):
    model, ids = make_model(**variant), tokens(3, 10)
    labels = tokens(3, 10, seed=1)
    labels[0, :7] = -100
    labels[2] = -100
    probabilities = model(ids).log_softmax(-1)
    by_hand = [
        -probabilities[row, place, labels[row, place]]
        for row in range(3)
        for place in range(10)
        if labels[row, place] != -100
    ]
    loss = model(ids, label_ids=labels)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(torch.stack(by_hand).mean().item(), rel=1e-5)


def test_batch_without_labels_costs_nothing_and_moves_nothing():
    model, ids = make_model(), tokens(2, 8)
    loss = model(ids, label_ids=torch.full_like(ids, -100))
    loss.backward()
    assert loss.item() == 0
    assert all(p.grad is None or bool((p.grad == 0).all()) for p in model.parameters())


def test_batch_as_objectives_pack_it_is_taken_as_keywords():
    mask = torch.tensor([[1, 1, 3, 3, 1, 3, 3, 0]])
    batch = {
        "input_ids": tokens(1, 8),
        "label_ids": torch.tensor([[-100, -100, 5, 6, -100, 7, 8, -100]]),
        "attention_mask": mask,
        "segment_ids": torch.tensor([[1, 1, 1, 1, 2, 2, 2, 0]]),
        "position_ids": torch.tensor([[0, 1, 2, 3, 0, 1, 2, 0]]),
    }
    loss = make_model()(**batch)
    loss.backward()
    assert loss.isfinite() and loss > 0


def test_overfits_one_batch(variant):
    model = Transformer(make_config(**variant), seed=0)
    ids = tokens(2, 17)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    first = None
    for _ in range(60):
        loss = model(ids[:, :-1], label_ids=ids[:, 1:])
        first = first or loss.item()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert first > 3 and loss.item() < 0.2


def test_fast_matmul_restores_the_setting_and_keeps_the_numbers():
    model, ids = make_model(), tokens(2, 12)
    before, exact = torch.get_float32_matmul_precision(), model(ids)
    with pytest.raises(RuntimeError), fast_matmul():
        fast = model(ids)
        raise RuntimeError
    assert torch.get_float32_matmul_precision() == before
    assert torch.allclose(exact, fast, rtol=0.1, atol=0.1 * exact.std().item())


# --- cache -----------------------------------------------------------------------------------


def test_cached_logits_are_the_uncached_ones(variant):
    model, ids = make_model(**variant), tokens(3, 20)
    cache = KVCache(model.config, 3)
    parts = [model(ids[:, :5], state=cache), model(ids[:, 5:9], state=cache)]
    parts += [model(ids[:, i : i + 1], state=cache) for i in range(9, 20)]
    assert torch.allclose(torch.cat(parts, dim=1), model(ids), atol=1e-4)


@pytest.mark.parametrize("positions", ["rope", "learned"])
def test_cache_with_prefix_and_padding(positions):
    model, ids = make_model(positions=positions), tokens(2, 14)
    mask = torch.tensor([[1] * 5 + [3] * 9, [0, 0] + [1] * 4 + [3] * 8])
    places = torch.tensor([list(range(14)), [0, 0, *range(12)]])
    cache = KVCache(model.config, 2)
    parts = []
    for start, end in ((0, 7), (7, 8), (8, 12), (12, 14)):
        part = {"attention_mask": mask[:, start:end], "position_ids": places[:, start:end]}
        parts.append(model(ids[:, start:end], state=cache, **part))
    whole = model(ids, attention_mask=mask, position_ids=places)
    real = mask != 0
    assert torch.allclose(torch.cat(parts, dim=1)[real], whole[real], atol=1e-4)


@torch.no_grad()
def test_one_token_alone_gives_the_same_numbers_as_with_others(variant):
    """Generation's shorter way for a single token, against the way of any number of tokens."""
    model, ids = make_model(**variant), tokens(3, 20)
    short, long = model.start(3), KVCache(model.config, 3)
    for start, end in ((0, 5), (5, 6), (6, 7), (7, 9), (9, 10)):
        one, two = (model(ids[:, start:end], state=state) for state in (short, long))
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-6)
        assert short.length == long.length == end
    for one, two in zip(short.keys + short.values, long.keys + long.values, strict=True):
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-6)
    short.reset()
    torch.testing.assert_close(model(ids[:, :1], state=short), model(ids[:, :1]))


@torch.no_grad()
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_one_token_alone_looks_at_its_condition_as_others_do(norm):
    model, ids = make_model(cross_attention=True, norm=norm), tokens(3, 20)
    first, second = (
        (
            torch.randn(3, n, model.config.hidden_size),
            torch.arange(n) < torch.tensor([[n], [1], [0]]),
        )
        for n in (4, 2)
    )
    short, long = model.start(3), KVCache(model.config, 3)
    model(ids[:, :4], state=short, condition=first), model(ids[:, :4], state=long, condition=first)
    for i, condition in enumerate([first, first, second, None, first], start=4):
        given = {"condition": condition}
        one, two = (model(ids[:, i : i + 1], state=state, **given) for state in (short, long))
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-6)
    seen = []
    model.blocks[0].cross_attention.keys_values.register_forward_hook(lambda *_: seen.append(1))
    for i in range(9, 14):
        model(ids[:, i : i + 1], state=short, condition=second)
    assert len(seen) == 1  # read once, however many tokens look at it


@torch.no_grad()
def test_one_token_after_padding_does_not_see_it():
    model, ids = make_model(), tokens(1, 8)
    state = model.start(1)
    model(ids, attention_mask=torch.tensor([[0] * 4 + [3] * 4]), state=state)
    assert torch.allclose(
        model(ids[:, :1], state=state, position_ids=torch.tensor([[8]])),
        model(
            torch.cat([ids[:, 4:], ids[:, :1]], dim=1),
            position_ids=torch.tensor([[4, 5, 6, 7, 8]]),
        )[:, -1:],
        atol=1e-5,
    )


def test_cache_can_be_reset():
    model, ids = make_model(), tokens(1, 10)
    cache = KVCache(model.config, 1, capacity=10)
    model(ids, attention_mask=torch.tensor([[0] * 4 + [3] * 6]), state=cache)
    cache.reset()
    assert torch.allclose(model(ids, state=cache), model(ids), atol=1e-5)


def test_full_cache_and_wrong_batch_are_errors():
    model = make_model()
    cache = KVCache(model.config, 2, capacity=4)
    model(tokens(2, 3), state=cache)
    with pytest.raises(TransformerError, match="3 of 4"):
        model(tokens(2, 2), state=cache)
    with pytest.raises(TransformerError, match="3 sequences"):
        model(tokens(3, 1), state=cache)
    for capacity in (0, 25):
        with pytest.raises(TransformerError, match="context of 24; give 1 to 24"):
            KVCache(model.config, 1, capacity=capacity)


@pytest.mark.parametrize("capacity", [1, 4, 24])
def test_a_cache_takes_as_many_tokens_as_it_was_made_for(capacity):
    model, ids = make_model(), tokens(1, capacity)
    cache = KVCache(model.config, 1, capacity=capacity)
    assert torch.allclose(model(ids, state=cache), model(ids), atol=1e-5)
    assert cache.length == capacity
    with pytest.raises(TransformerError, match=f"{capacity} of {capacity}"):
        model(ids[:, :1], state=cache)


# --- bad input -------------------------------------------------------------------------------


def test_longer_than_the_context_is_an_error(variant):
    with pytest.raises(TransformerError, match="25 tokens do not fit a context of 24"):
        make_model(**variant)(tokens(1, 25))


def test_wrong_shapes_are_errors_that_name_the_array():
    model, ids = make_model(), tokens(2, 8)
    with pytest.raises(TransformerError, match="input_ids"):
        model(ids[0])
    for name in ("label_ids", "attention_mask", "segment_ids", "position_ids"):
        with pytest.raises(TransformerError, match=name):
            model(ids, **{name: ids[:, :4]})


def test_positions_and_ids_out_of_range_are_errors(variant):
    model, ids = make_model(**variant), tokens(1, 4)
    with pytest.raises(TransformerError, match="position_ids"):
        model(ids, position_ids=torch.tensor([[0, 1, 2, 24]]))
    with pytest.raises(TransformerError, match="vocabulary"):
        model(torch.tensor([[1, 2, VOCABULARY]]))


# --- counting --------------------------------------------------------------------------------


def test_parameters_are_counted(variant):
    model = make_model(**variant)
    assert count_parameters(model.config) == sum(p.numel() for p in model.parameters())


def test_flops_are_what_torch_counts(variant):
    # Training, because torch 2.13 does not count the fused attention kernel of a CPU; one block
    # of queries, because the formula counts attention's whole square.
    model, ids = make_model(**variant), tokens(2, 24)
    counter = FlopCounterMode(display=False)
    with counter:
        loss = model(ids, label_ids=ids)
        forward = counter.get_total_flops()
        loss.backward()
    n_tokens = ids.numel()
    assert forward == n_tokens * count_flops_per_token(model.config, backward=False)
    assert counter.get_total_flops() == n_tokens * count_flops_per_token(model.config)


# --- other precisions ------------------------------------------------------------------------


def test_bfloat16_autocast_trains_and_writes(variant):
    model, ids = Transformer(make_config(**variant)), tokens(2, 12)
    mask = torch.full_like(ids, 3)
    mask[:, :4] = 1
    for more in ({}, {"attention_mask": mask}):
        exact = model(ids, label_ids=ids, **more)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(ids, label_ids=ids, **more)
        loss.backward()
        assert loss.item() == pytest.approx(exact.item(), abs=0.05)
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.no_grad():
        logits = model(ids[:, :1], state=KVCache(model.config, 2))
    assert torch.allclose(logits.float(), model(ids[:, :1]), atol=0.05)


def test_dropout_acts_in_training_and_at_its_rate():
    qkv = torch.randn(3, 2, 2, 120, 8, generator=torch.Generator().manual_seed(0))
    qkv[2] = 1  # values of one: what comes out is the sum of the kept probabilities
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kept = attend_in_blocks(*qkv, dropout=0.25)
        assert kept.std() > 0.05 and kept.mean().item() == pytest.approx(1, abs=0.05)
        model, ids = Transformer(make_config(dropout=0.3, init_std=0.3)), tokens(1, 8)
        assert not torch.equal(model(ids), model(ids))
    model.eval()
    assert torch.equal(model(ids), model(ids))
