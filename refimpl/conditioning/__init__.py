"""Conditions: what a model is asked for beside the tokens, such as a key or a caption.

A conditioner turns the metadata of clips into vectors, `Conditioned` trains it together with a
backbone that looks at them, and `Guided` lets the backbone write with more or less of their help.
`Summed` and `Prepended` are backbones that take a condition in another way.
"""

from refimpl.conditioning.attributes import AttributeConditioner
from refimpl.conditioning.captions import CaptionConditioner
from refimpl.conditioning.conditioner import Conditioned, Conditioner, Metadata
from refimpl.conditioning.facts import FactConditioner
from refimpl.conditioning.guidance import Guided
from refimpl.conditioning.joint import JointConditioner
from refimpl.conditioning.melody import MelodyConditioner, melody_classes
from refimpl.conditioning.numbers import NumberConditioner
from refimpl.conditioning.placing import Prepended, Summed
from refimpl.conditioning.sentences import SentenceConditioner
from refimpl.conditioning.text import TextConditioner

CONDITIONERS = {
    "attributes": AttributeConditioner,
    "caption": CaptionConditioner,
    "fact": FactConditioner,
    "joint": JointConditioner,
    "melody": MelodyConditioner,
    "number": NumberConditioner,
    "sentence": SentenceConditioner,
    "text": TextConditioner,
}

__all__ = [
    "AttributeConditioner",
    "CONDITIONERS",
    "CaptionConditioner",
    "Conditioned",
    "Conditioner",
    "FactConditioner",
    "Guided",
    "JointConditioner",
    "MelodyConditioner",
    "Metadata",
    "NumberConditioner",
    "Prepended",
    "SentenceConditioner",
    "Summed",
    "TextConditioner",
    "melody_classes",
]
