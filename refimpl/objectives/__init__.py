"""Objectives: the training tasks of a language model, made from pieces of tunes.

Each turns a piece's tokens into a question and an answer; one file each. Nothing here needs torch,
so that the processes that make batches start quickly and use little memory.
"""

from refimpl.objectives.autoencoding import Autoencoding
from refimpl.objectives.autoencoding_with_deshuffling import AutoencodingWithDeshuffling
from refimpl.objectives.copying import Copying
from refimpl.objectives.deshuffling import Deshuffling
from refimpl.objectives.errors import ObjectiveError
from refimpl.objectives.infilling import Infilling
from refimpl.objectives.mixture import Mixture
from refimpl.objectives.next_token_prediction import NextTokenPrediction
from refimpl.objectives.objective import Objective
from refimpl.objectives.prefix_language_modeling import PrefixLanguageModeling
from refimpl.objectives.presets import MIXTURES
from refimpl.objectives.registry import make_objective, objective_names, register
from refimpl.objectives.sample import SAMPLE_POSITIONS, Sample, SpecialTokens
from refimpl.objectives.selective_copying import SelectiveCopying
from refimpl.objectives.tokens import special_tokens

__all__ = [
    "MIXTURES",
    "SAMPLE_POSITIONS",
    "Autoencoding",
    "AutoencodingWithDeshuffling",
    "Copying",
    "Deshuffling",
    "Infilling",
    "Mixture",
    "NextTokenPrediction",
    "Objective",
    "ObjectiveError",
    "PrefixLanguageModeling",
    "Sample",
    "SelectiveCopying",
    "SpecialTokens",
    "make_objective",
    "objective_names",
    "register",
    "special_tokens",
]
