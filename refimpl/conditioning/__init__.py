"""Conditions: what a model is asked for beside the tokens, such as a key or a caption.

A conditioner turns the metadata of clips into vectors, `Conditioned` trains it together with a
backbone that looks at them, and `Guided` lets the backbone write with more or less of their help.
"""

from refimpl.conditioning.captions import CaptionConditioner
from refimpl.conditioning.conditioner import Conditioned, Conditioner, Metadata
from refimpl.conditioning.facts import FactConditioner
from refimpl.conditioning.guidance import Guided
from refimpl.conditioning.joint import JointConditioner

CONDITIONERS = {
    "caption": CaptionConditioner,
    "fact": FactConditioner,
    "joint": JointConditioner,
}

__all__ = [
    "CONDITIONERS",
    "CaptionConditioner",
    "Conditioned",
    "Conditioner",
    "FactConditioner",
    "Guided",
    "JointConditioner",
    "Metadata",
]
