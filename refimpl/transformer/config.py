"""The configuration of a transformer, validated, and stored in checkpoints as JSON."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from refimpl.configuration import Configuration, Count, Number, Positive, Truth, configuration
from refimpl.errors import UserError


class TransformerError(UserError):
    """An invalid configuration or input of the transformer."""


@configuration
class TransformerConfig(Configuration):
    """The shape of a decoder-only transformer. Taught in lesson 5.

    The defaults learned most in a given time among models of about a million weights, on two
    processor cores and on tunes of one tempo that begin on the beat: SwiGLU beat GELU, learned
    positions with RoPE beat either alone (a place in the bar is a place in the row; a motif comes
    back at a distance), and larger initial weights beat GPT-2's. RMS norm learns as well as layer
    norm, which has a faster kernel on a CPU.

    Args:
        vocabulary_size: number of token ids in a column, codes and special tokens together.
        n_layers: number of blocks, each attention and then a feed-forward network.
        hidden_size: width of the residual stream.
        n_heads: attention heads; each is `hidden_size // n_heads` wide.
        ffn_hidden_size: inner width of the feed-forward network.
        dropout: share of activations dropped in training, in [0, 1).
        context_length: the most tokens that one forward pass (or a cache) may hold.
        positions: "rope" rotates queries and keys (Su et al. 2021, RoFormer); "learned" adds a
            trained vector to each position's embedding; "both" does both; "relative" has a trained
            vector for every distance (Shaw et al. 2018), and reads a prefix in one direction only.
        window: with relative positions, a token sees so many tokens, itself included (local
            attention); None: all of the context.
        shifted_keys: whether a token's key is that of the token before it. A query that looks for
            its own like then finds what came after it, which is how to continue a phrase that was
            heard before (Olsson et al. 2022; their keys are smeared over both tokens). Queries and
            keys start with the same weights.
        norm: "pre" normalises the input of a sublayer (Xiong et al. 2020), "post" the residual sum
            after it, as in the first transformer (Vaswani et al. 2017).
        normalization: "rms" (Zhang & Sennrich 2019) or "layer" (Ba et al. 2016).
        activation: "gelu", or "swiglu" (Shazeer 2020), which has a third matrix.
        bias: whether linear maps and layer norms carry a bias.
        tied_weights: whether the output head is the embedding (Press & Wolf 2017).
        init_std: standard deviation of the initial weights.
        rope_base: base of RoPE's wavelengths.
        sample_positions: the positions of questions and answers in training. "row": counted through
            the sample; "tune": places in the tune, so that an answer has those of its gap. The
            model does not use this; it is stored so that generation matches training.
        n_columns: tokens in a row, each with its own embedding and head.
        cross_attention: whether every block can also look at a condition.

    Raises:
        TransformerError: a field is out of its range; the message names it.
    """

    error: ClassVar[type[UserError]] = TransformerError

    vocabulary_size: Count
    n_layers: Count = 4
    hidden_size: Count = 128
    n_heads: Count = 4
    ffn_hidden_size: Count = (
        344  # 8/3 of the width: three such matrices have as many weights as two of 4
    )
    dropout: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    context_length: Count = 512
    positions: Literal["rope", "learned", "both", "relative"] = "both"
    window: Count | None = None
    shifted_keys: Truth = False
    norm: Literal["pre", "post"] = "pre"
    normalization: Literal["rms", "layer"] = "layer"
    activation: Literal["gelu", "swiglu"] = "swiglu"
    bias: Truth = False
    tied_weights: Truth = True
    init_std: Positive = 0.05
    rope_base: Positive = 10_000.0
    sample_positions: Literal["row", "tune"] = "row"
    n_columns: Count = 1
    cross_attention: Truth = False

    def __post_init__(self) -> None:
        if self.hidden_size % self.n_heads:
            raise TransformerError(
                f"hidden_size {self.hidden_size} does not divide into {self.n_heads} heads; "
                "make it a multiple of n_heads"
            )
        self._check_distances()
        if self.has_rotation and self.head_size % 2:
            raise TransformerError(
                f"a head is {self.head_size} wide, and rope turns pairs of numbers; "
                "make hidden_size / n_heads even"
            )

    def _check_distances(self) -> None:
        is_relative = self.positions == "relative"
        if self.window is not None and not is_relative:
            raise TransformerError(
                f"window is {self.window}, and positions {self.positions!r} see the whole context; "
                'set positions to "relative", or window to none'
            )
        if self.window is not None and self.window > self.context_length:
            raise TransformerError(
                f"window is {self.window}, and context_length {self.context_length}; "
                "make it no larger, or none"
            )
        if is_relative and self.sample_positions == "tune":
            raise TransformerError(
                'sample_positions is "tune", and relative positions know the distance in the row '
                'alone; set sample_positions to "row"'
            )

    @property
    def has_rotation(self) -> bool:
        """Whether queries and keys are rotated."""
        return self.positions in ("rope", "both")

    @property
    def has_position_embedding(self) -> bool:
        """Whether a trained vector is added for every position."""
        return self.positions in ("learned", "both")

    @property
    def n_distances(self) -> int:
        """Distances that relative positions tell apart; 0 for other positions."""
        return (self.window or self.context_length) if self.positions == "relative" else 0

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.n_heads

    @classmethod
    def report(cls, **changes) -> "TransformerConfig":
        """The report's SimpleTransformer, with the report's numbers.

        The report gives sizes, dropout, learned positions, the final layer norm and the tied
        head. It does not say what is inside its TransformerLayer: pre-norm, biases and GELU are
        GPT-2's choices (Radford et al. 2019), the usual choices with learned positions. It does not
        name an initialisation; 0.02 is GPT-2's, and with it the first loss is the ln 516 = 6.25
        that the report quotes.
        """
        numbers = {
            "vocabulary_size": 516,
            "n_layers": 2,
            "hidden_size": 128,
            "n_heads": 4,
            "ffn_hidden_size": 256,
            "dropout": 0.1,
            "context_length": 64,
            "positions": "learned",
            "activation": "gelu",
            "bias": True,
            "init_std": 0.02,
        }
        return cls(**(numbers | changes))
