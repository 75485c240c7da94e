"""What every backbone promises. A check takes a function `make(**changes)` that builds a small one.

Its vocabulary has 24 ids, of 20 codes, and its context 24 tokens.
"""

import numpy as np
import torch

from refimpl.backbones import Where
from refimpl.errors import UserError
from refimpl.generation import GenerationError, generate
from refimpl.training import load_model, save_model
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary

VOCABULARY = Vocabulary(20, kind="report")
CONTEXT = 24


def some_ids(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, VOCABULARY.n_codes, shape, generator=generator)


def close(one, two):
    return torch.allclose(one, two, atol=1e-4)


def check_tokens_see_no_later_ones(make, tmp_path):
    model, ids = make(), some_ids(2, 12)
    changed = ids.clone()
    changed[:, 7] = (changed[:, 7] + 1) % VOCABULARY.n_codes
    before, after = model(ids), model(changed)
    assert close(before[:, :7], after[:, :7])
    assert not close(before[:, 7], after[:, 7]) and not close(before[:, 11], after[:, 11])


def check_rows_are_independent(make, tmp_path):
    model, ids = make(), some_ids(3, 9)
    assert close(model(ids)[1:2], model(ids[1:2]))


def check_a_state_changes_nothing(make, tmp_path):
    model, ids = make(), some_ids(3, 20)
    state, parts = model.start(3, 20), []
    for start, end in ((0, 5), (5, 6), (6, 7), (7, 12), (12, 13), (13, 20)):
        assert state.length == start
        parts.append(model(ids[:, start:end], state=state))
    assert close(torch.cat(parts, dim=1), model(ids))
    state.reset()
    assert state.length == 0 and close(model(ids, state=state), model(ids))


def check_padding_at_the_left_changes_nothing(make, tmp_path):
    model, ids = make(), some_ids(1, 8)
    padded = torch.cat([torch.full((1, 5), VOCABULARY.pad), ids], dim=1)
    mask = torch.tensor([[0] * 5 + [3] * 8])
    places = torch.tensor([[0] * 5 + list(range(8))])
    assert close(model(padded, attention_mask=mask, position_ids=places)[:, 5:], model(ids))
    state, parts = model.start(1, 13), []
    for start, end in ((0, 7), (7, 8), (8, 13)):
        where = {"attention_mask": mask[:, start:end], "position_ids": places[:, start:end]}
        parts.append(model(padded[:, start:end], state=state, **where))
    assert close(torch.cat(parts, dim=1)[:, 5:], model(ids))


def check_packed_samples_do_not_see_one_another(make, tmp_path):
    model, one, two = make(), some_ids(1, 6), some_ids(1, 9, seed=1)
    places = torch.tensor([[*range(6), *range(9)]])
    packed = model(
        torch.cat([one, two], dim=1),
        segment_ids=torch.tensor([[1] * 6 + [2] * 9]),
        position_ids=places,
    )
    assert close(packed[:, :6], model(one)) and close(packed[:, 6:], model(two))


def check_a_two_way_prefix_is_read_or_refused(make, tmp_path):
    model, ids = make(), some_ids(1, 8)
    mask = torch.tensor([[1] * 5 + [3] * 3])
    asked = {"prompt": ids[0].numpy(), "n_prefix": 5, "max_tokens": 3}
    if model.reads_both_ways:
        changed = ids.clone()
        changed[0, 4] = (changed[0, 4] + 1) % VOCABULARY.n_codes
        before, after = (model(x, attention_mask=mask) for x in (ids, changed))
        assert not close(before[:, 0], after[:, 0])
        generate(model, VOCABULARY, **asked)
        return
    for refused in (
        lambda: model(ids, attention_mask=mask),
        lambda: model.hidden_states(ids, Where(mask), model.start(1, 8)),
        lambda: generate(model, VOCABULARY, **asked),
    ):
        try:
            refused()
        except UserError as error:
            assert "one direction" in str(error)
        else:
            raise AssertionError("a two-way prefix was read in one direction, without a word")


def check_a_condition_is_looked_at_or_refused(make, tmp_path):
    generator = torch.Generator().manual_seed(0)
    for model in (make(), make_with_cross_attention(make)):
        if model is None:
            continue
        ids = some_ids(2, 8)
        vectors = torch.randn(2, 3, model.config.hidden_size, generator=generator)
        mask = torch.tensor([[True, True, False], [False, False, False]])
        if not model.reads_conditions:
            try:
                model(ids, condition=(vectors, mask))
            except UserError as error:
                assert "cannot look at a condition" in str(error)
            else:
                raise AssertionError("a condition was passed over without a word")
            continue
        given, free = model(ids, condition=(vectors, mask)), model(ids)
        assert not close(given[0], free[0])
        assert torch.equal(given[1], free[1]), "nothing to look at is no condition"
        vectors[0, 2] += 1
        assert close(model(ids, condition=(vectors, mask)), given), "what is masked is not seen"
        state, parts = model.start(2, 8), []
        for start, end in ((0, 5), (5, 6), (6, 8)):
            parts.append(model(ids[:, start:end], state=state, condition=(vectors, mask)))
        assert close(torch.cat(parts, dim=1), given)


def make_with_cross_attention(make):
    """The same backbone, where it has such an option."""
    try:
        return make(cross_attention=True)
    except (TypeError, UserError):
        return None


def check_it_learns(make, tmp_path):
    model, ids = make().train(), some_ids(4, 13)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        loss = model(ids[:, :-1], label_ids=ids[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def check_the_loss_is_the_mean_over_targets(make, tmp_path):
    for n_columns in (1, 3):
        model = make(n_columns=n_columns)
        ids = some_ids(2, 9, *([n_columns] if n_columns > 1 else []))
        labels = some_ids(*ids.shape, seed=1)
        labels[0, 2:5] = IGNORE_INDEX
        if n_columns > 1:
            labels[1, 3, 0] = IGNORE_INDEX
        logits = model(ids)
        assert logits.shape == (*ids.shape, VOCABULARY.size)
        expected = torch.nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten())
        assert close(model(ids, label_ids=labels), expected)


def check_every_column_is_read_and_written(make, tmp_path):
    model, ids = make(n_columns=3), some_ids(1, 6, 3)
    for column in range(3):
        changed = ids.clone()
        changed[0, 2, column] = (changed[0, 2, column] + 1) % VOCABULARY.n_codes
        assert not close(model(ids)[:, 3], model(changed)[:, 3])
        assert not close(model(ids)[..., column, :], model(ids)[..., (column + 1) % 3, :])


def check_same_seed_same_weights(make, tmp_path):
    one, same = make(), make()
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))


def check_it_is_saved_and_loaded(make, tmp_path):
    model, ids = make(), some_ids(1, 9)
    save_model(tmp_path, model, vocabulary=VOCABULARY)
    loaded = load_model(tmp_path)
    assert type(loaded.model) is type(model) and loaded.model.config == model.config
    assert torch.equal(loaded.model(ids), model(ids))


def check_it_writes_the_same_with_and_without_a_state(make, tmp_path):
    model, prompts = make(), [np.arange(4), np.arange(9)]
    for n_tokens in (12, 3 * CONTEXT):
        asked = {"prompt": prompts, "max_tokens": n_tokens, "min_tokens": n_tokens, "seed": 3}
        with_state = generate(model, VOCABULARY, **asked)
        without = generate(model, VOCABULARY, use_cache=False, **asked)
        for one, two in zip(with_state, without, strict=True):
            assert len(one) == n_tokens and np.array_equal(one, two)


def check_more_than_it_can_read_is_refused(make, tmp_path):
    model = make()
    if model.context_length is None:
        model(some_ids(1, 3 * CONTEXT))
        return
    assert model.context_length == CONTEXT
    for refused in (
        lambda: model(some_ids(1, CONTEXT + 1)),
        lambda: model.start(1, CONTEXT + 1),
        lambda: model(some_ids(1, 4), state=model.start(1, 3)),
    ):
        try:
            refused()
        except UserError as error:
            assert not isinstance(error, GenerationError)
        else:
            raise AssertionError("more tokens than the context holds were read")


CHECKS = [check for name, check in sorted(globals().items()) if name.startswith("check_")]
