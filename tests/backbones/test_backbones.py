"""Every backbone of the table keeps the contract, and so does one that only the tests know."""

import dataclasses

import pytest
import torch

from refimpl import backbones, pipeline
from refimpl.backbones import BACKBONES, find_backbone
from refimpl.errors import UserError
from refimpl.generation import write_music
from refimpl.presets import override
from tests.backbones import contract, recurrence
from tests.backbones.recurrence import Recurrence, RecurrenceConfig
from tests.pipeline.pipeline_examples import tiny

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
    with pytest.raises(UserError, match="'Mamba'; there (is only|are) Transformer"):
        find_backbone("Mamba")


@pytest.mark.parametrize("shape", [(2, 5), (2, 5, 2), (2, 5, 3, 1)])
def test_rows_of_another_number_of_columns_are_refused(shape):
    model = maker(*find_backbone("Transformer"))(n_columns=3)
    with pytest.raises(UserError, match=r"\(batch, tokens, 3\)"):
        model(torch.zeros(shape, dtype=torch.long))


def test_a_preset_names_its_backbone_and_a_run_trains_it_and_writes(tmp_path):
    settings = {"backbone": "Recurrence", "layout": "delay", "codec.n_stages": 2}
    preset = override(tiny(), settings)
    assert isinstance(preset.model, RecurrenceConfig)
    assert preset.model.hidden_size == tiny().model.hidden_size and preset.model.n_columns == 2
    finished = pipeline.run("tinytunes", preset, tmp_path)
    assert finished.facts["validation_loss"] < finished.facts["baselines"]["uniform"] + 1
    model, tokenizer = pipeline.load_generator(tmp_path)
    assert type(model) is Recurrence
    (piece,) = write_music(model, tokenizer, seconds=0.5, min_seconds=0.5)
    assert len(piece.audio) / tokenizer.sample_rate == pytest.approx(0.5, abs=0.05)
    assert pipeline.load_run(tmp_path).preset == preset


def test_another_backbone_s_settings_are_refused():
    with pytest.raises(UserError, match="no setting 'n_heads'"):
        override(tiny(), {"backbone": "Recurrence", "model.n_heads": 4})
    with pytest.raises(UserError, match="'Mamba'; there (is only|are) Transformer"):
        override(tiny(), {"backbone": "Mamba"})
    with pytest.raises(UserError, match="needs a RecurrenceConfig"):
        dataclasses.replace(tiny(), backbone="Recurrence")
