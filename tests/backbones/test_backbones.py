"""Every backbone of the table keeps the contract, and so does one that only the tests know."""

import pytest
import torch

from refimpl import backbones
from refimpl.backbones import BACKBONES, find_backbone
from refimpl.errors import UserError
from tests.backbones import contract, recurrence
from tests.backbones.recurrence import Recurrence, RecurrenceConfig

SMALL = {"n_layers": 2, "hidden_size": 32, "context_length": contract.CONTEXT, "init_std": 0.3}


@pytest.fixture(autouse=True)
def _register_recurrence(monkeypatch):
    monkeypatch.setitem(backbones.BACKBONES, "Recurrence", recurrence.__name__)


def maker(backbone, configuration):
    def make(**changes):
        return backbone(configuration(contract.VOCABULARY.size, **SMALL | changes)).eval()

    return make


@pytest.mark.parametrize("name", [*BACKBONES, "Recurrence"])
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__[6:])
def test_contract(check, name, tmp_path):
    check(maker(*find_backbone(name)), tmp_path)


class Ahead(Recurrence):
    """Sees the next token."""

    def mix(self, x, where, state=None, condition=None):
        return super().mix(x + x.roll(-1, dims=1), where, state)


class PadReader(Recurrence):
    """Takes padding for music."""

    def mix(self, x, where, state=None, condition=None):
        return super().mix(x, where._replace(attention_mask=None), state)


class Packer(Recurrence):
    """Reads packed samples as one."""

    def mix(self, x, where, state=None, condition=None):
        return super().mix(x, where._replace(segment_ids=None), state)


class Forgetful(Recurrence):
    """Keeps no state."""

    def mix(self, x, where, state=None, condition=None):
        mixed = super().mix(x, where, None)
        if state is not None:
            state.length += x.shape[1]
        return mixed


class Silent(Recurrence):
    """Says that it reads both ways, and does not."""

    reads_both_ways = True


class Deaf(Recurrence):
    """Says that it looks at conditions, and does not."""

    reads_conditions = True


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (Ahead, contract.check_tokens_see_no_later_ones),
        (PadReader, contract.check_padding_at_the_left_changes_nothing),
        (Packer, contract.check_packed_samples_do_not_see_one_another),
        (Forgetful, contract.check_a_state_changes_nothing),
        (Forgetful, contract.check_it_writes_the_same_with_and_without_a_state),
        (Silent, contract.check_a_two_way_prefix_is_read_or_refused),
        (Deaf, contract.check_a_condition_is_looked_at_or_refused),
    ],
)
def test_contract_notices_a_wrong_backbone(wrong, check, tmp_path):
    with pytest.raises(AssertionError):
        check(maker(wrong, RecurrenceConfig), tmp_path)


def test_what_is_no_backbone_is_refused():
    with pytest.raises(UserError, match="'Mamba'; there are Transformer"):
        find_backbone("Mamba")


@pytest.mark.parametrize("shape", [(2, 5), (2, 5, 2), (2, 5, 3, 1)])
def test_rows_of_another_number_of_columns_are_refused(shape):
    model = maker(*find_backbone("Transformer"))(n_columns=3)
    with pytest.raises(UserError, match=r"\(batch, tokens, 3\)"):
        model(torch.zeros(shape, dtype=torch.long))
