"""What a transformer is made of, as one validated record that a checkpoint can carry as JSON."""

from dataclasses import asdict, dataclass, fields

from refimpl.errors import UserError

CHOICES = {
    "positions": ("rope", "learned", "both"),
    "norm": ("pre", "post"),
    "normalization": ("rms", "layer"),
    "activation": ("gelu", "swiglu"),
}
COUNTS = (
    "vocabulary_size",
    "n_layers",
    "hidden_size",
    "n_heads",
    "ffn_hidden_size",
    "context_length",
)


class TransformerError(UserError):
    """A configuration or an input that the transformer cannot work with."""


@dataclass(frozen=True)
class TransformerConfig:
    """The shape of a decoder-only transformer. Taught in lesson 5.

    The defaults are what learned most in a given time among models of about a million weights, on
    two processor cores and on tunes of one tempo that begin on the beat: SwiGLU before GELU,
    learned positions and RoPE together before either alone (a place in the bar is a place in the
    row; a motif comes back at a distance), larger first weights than GPT-2's. RMS norm learns as
    well as layer norm, which has a faster kernel on a CPU.

    Args:
        vocabulary_size: number of token ids, codes and special tokens together.
        n_layers: number of blocks, each attention and then a feed-forward network.
        hidden_size: width of the residual stream.
        n_heads: attention heads; each is `hidden_size // n_heads` wide.
        ffn_hidden_size: inner width of the feed-forward network.
        dropout: share of activations dropped in training, in [0, 1).
        context_length: the most tokens that one forward pass (or a cache) may hold.
        positions: "rope" rotates queries and keys (Su et al. 2021, RoFormer); "learned" adds a
            trained vector to each position's embedding; "both" does both.
        norm: "pre" normalises what enters a sublayer (Xiong et al. 2020), "post" what leaves the
            residual sum, as in the first transformer (Vaswani et al. 2017).
        normalization: "rms" (Zhang & Sennrich 2019) or "layer" (Ba et al. 2016).
        activation: "gelu", or "swiglu" (Shazeer 2020), which has a third matrix.
        bias: whether linear maps and layer norms carry a bias.
        tied_weights: whether the output head is the embedding (Press & Wolf 2017).
        init_std: standard deviation of the initial weights.
        rope_base: base of RoPE's wavelengths.

    Raises:
        TransformerError: a field is out of its range; the message names it.
    """

    vocabulary_size: int
    n_layers: int = 4
    hidden_size: int = 128
    n_heads: int = 4
    ffn_hidden_size: int = 344  # 8/3 of the width: three such matrices weigh as much as two of 4
    dropout: float = 0.0
    context_length: int = 512
    positions: str = "both"
    norm: str = "pre"
    normalization: str = "layer"
    activation: str = "swiglu"
    bias: bool = False
    tied_weights: bool = True
    init_std: float = 0.05
    rope_base: float = 10_000.0

    def __post_init__(self):
        for name in COUNTS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise TransformerError(f"{name} is {value!r}; it must be a whole number above 0")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise TransformerError(
                    f"{name} is {getattr(self, name)!r}; choose one of {', '.join(choices)}"
                )
        if self.hidden_size % self.n_heads:
            raise TransformerError(
                f"hidden_size {self.hidden_size} does not divide into {self.n_heads} heads; "
                "make it a multiple of n_heads"
            )
        if self.positions != "learned" and self.head_size % 2:
            raise TransformerError(
                f"a head is {self.head_size} wide, and rope turns pairs of numbers; "
                "make hidden_size / n_heads even"
            )
        if not 0 <= self.dropout < 1:
            raise TransformerError(f"dropout is {self.dropout!r}; it must lie in [0, 1)")
        for name in ("init_std", "rope_base"):
            if not getattr(self, name) > 0:
                raise TransformerError(f"{name} is {getattr(self, name)!r}; it must be above 0")

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.n_heads

    @classmethod
    def report(cls, **changes) -> "TransformerConfig":
        """The report's SimpleTransformer, with its numbers as they stand.

        The report gives sizes, dropout, learned positions, the final layer norm and the tied
        head. It does not say what is inside its TransformerLayer: pre-norm, biases and GELU are
        GPT-2's choices (Radford et al. 2019), the commonest with learned positions. Nor does it
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

    def to_dict(self) -> dict:
        """The fields as plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> "TransformerConfig":
        """The configuration that `to_dict` described.

        Raises:
            TransformerError: a key is unknown or vocabulary_size is missing; the message names it.
        """
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise TransformerError(
                f"unknown transformer setting {', '.join(map(repr, unknown))}; "
                f"known are {', '.join(known)}"
            )
        if "vocabulary_size" not in values:
            raise TransformerError("vocabulary_size is missing; give the vocabulary's size")
        return cls(**values)
