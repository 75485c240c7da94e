"""The configuration of a state-space model, validated, and stored in checkpoints as JSON."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from refimpl.configuration import Configuration, Count, Number, Positive, Truth, configuration
from refimpl.errors import UserError


class StateSpaceError(UserError):
    """An invalid configuration or input of a state-space model."""


@configuration
class StateSpaceConfig(Configuration):
    """The shape of a state-space model. Taught in lesson 10.

    Args:
        vocabulary_size: number of token ids in a column, codes and special tokens together.
        n_layers: number of blocks, each a recurrence and then a feed-forward network.
        hidden_size: width of the residual stream, and numbers in the state of a layer.
        ffn_hidden_size: inner width of the feed-forward network.
        dropout: share of activations dropped in training, in [0, 1).
        context_length: tokens in a row of training; in generation there is no limit.
        tied_weights: whether the output head is the embedding (Press & Wolf 2017).
        init_std: standard deviation of the initial weights.
        sample_positions: see `TransformerConfig`. A recurrence sees no positions; this is stored
            so that generation matches training.
        n_columns: tokens in a row, each with its own embedding and head.

    Raises:
        StateSpaceError: a field is out of its range; the message names it.
    """

    error: ClassVar[type[UserError]] = StateSpaceError

    vocabulary_size: Count
    n_layers: Count = 4
    hidden_size: Count = 128
    ffn_hidden_size: Count = 344
    dropout: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    context_length: Count = 512
    tied_weights: Truth = True
    init_std: Positive = 0.05
    sample_positions: Literal["row", "tune"] = "row"
    n_columns: Count = 1
