"""Every conditioner of the table keeps the contract; whoever adds one adds it to SMALL."""

from functools import cache
from pathlib import Path

import pytest
import torch

from refimpl.conditioning import (
    CONDITIONERS,
    AttributeConditioner,
    CaptionConditioner,
    FactConditioner,
    JointConditioner,
    MelodyConditioner,
    Metadata,
    NumberConditioner,
    SentenceConditioner,
    TextConditioner,
)
from refimpl.errors import UserError
from tests.conditioning import contract
from tests.folders import folder_of_the_run

KEYS = ["C major", "A minor", "G major"]
ATTRIBUTES = {"key": KEYS, "tempo": (60.0, 180.0)}


@cache
def tiny_bert() -> Path:
    """The folder of an untrained sentence encoder that knows letters."""
    transformers = pytest.importorskip("transformers")
    folder = folder_of_the_run("tiny-bert")
    letters = [*"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", *letters]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.BertConfig(
        vocab_size=len(words), intermediate_size=16, initializer_range=1.0, **shape
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizer.from_pretrained(folder).save_pretrained(folder)
    return folder


SMALL = {
    "attributes": lambda: AttributeConditioner(ATTRIBUTES, contract.WIDTH),
    "caption": lambda: CaptionConditioner(contract.WIDTH),
    "fact": lambda: FactConditioner("key", KEYS, contract.WIDTH),
    "joint": lambda: JointConditioner(
        {
            "key": FactConditioner("key", KEYS, contract.WIDTH),
            "words": CaptionConditioner(contract.WIDTH),
        }
    ),
    "melody": lambda: MelodyConditioner(contract.WIDTH),
    "number": lambda: NumberConditioner("tempo", 60, 180, contract.WIDTH),
    "sentence": lambda: SentenceConditioner(contract.WIDTH, folder=tiny_bert()),
    "text": lambda: TextConditioner(contract.WIDTH),
}


@pytest.mark.parametrize("name", CONDITIONERS)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__[6:])
def test_contract(check, name):
    assert isinstance(SMALL[name](), CONDITIONERS[name])
    check(SMALL[name])


class Certain(FactConditioner):
    """Takes what is unknown for its first value."""

    def encode(self, clips):
        vectors, mask = super().encode(clips)
        return vectors, torch.ones_like(mask)


class Sociable(FactConditioner):
    """Encodes a clip by its company."""

    def encode(self, clips):
        vectors, mask = super().encode(clips)
        return vectors - vectors.mean(dim=0), mask


class Mute(FactConditioner):
    """Says the same of all clips."""

    def encode(self, clips):
        vectors, mask = super().encode(clips)
        return torch.ones_like(vectors), mask


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (Certain, contract.check_clips_are_told_apart_and_what_is_unknown_says_nothing),
        (Sociable, contract.check_a_clip_is_encoded_alike_in_any_company),
        (Mute, contract.check_clips_are_told_apart_and_what_is_unknown_says_nothing),
        (Mute, contract.check_a_model_learns_from_it),
    ],
)
def test_the_contract_notices_a_wrong_conditioner(wrong, check):
    with pytest.raises(AssertionError):
        check(lambda: wrong("key", KEYS, contract.WIDTH))


def test_values_that_a_fact_cannot_have_are_named():
    conditioner = SMALL["fact"]()
    with pytest.raises(
        UserError, match="key is 'H major'; this conditioner knows C major, A minor"
    ):
        conditioner.encode([Metadata(facts={"key": "H major"})])
    for values in ([], ["C", "C"]):
        with pytest.raises(UserError, match="needs values that differ"):
            FactConditioner("key", values, 4)


def test_a_caption_is_its_words_in_any_order_up_to_the_most():
    conditioner = CaptionConditioner(8, most_words=3)
    one, _ = conditioner.encode([Metadata("Slow, sad piano.")])
    two, _ = conditioner.encode([Metadata("piano slow SAD and much more")])
    assert one.shape == two.shape == (1, 3, 8)
    assert torch.allclose(one.sum(dim=1), two.sum(dim=1))
