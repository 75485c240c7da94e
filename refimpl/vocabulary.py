"""The vocabulary: every integer that a language model may read or write, and its meaning.

It is frozen together with the codebook: codes first, then the special tokens in one fixed order,
so that a model trained for one lesson still understands the tokens of the next.
"""

from functools import cached_property
from typing import Literal

import numpy as np

from refimpl.configuration import Configuration, Count, configuration
from refimpl.errors import UserError

IGNORE_INDEX = -100  # a label that the loss leaves out; PyTorch's own convention
PAD, PREFIX, CAUSAL = 0, 1, 3  # the values of a batch's attention_mask

N_SENTINELS = 32
N_SPARE = 8
# The name by which code knows an objective, and its token.
OBJECTIVE_TOKENS = {
    "next_token_prediction": "<|NEXT TOKEN PREDICTION|>",
    "prefix_language_modeling": "<|PREFIX LM|>",
    "copying": "<|COPYING|>",
    "infilling": "<|INFILLING|>",
    "autoencoding": "<|AUTOENCODING|>",
    "autoencoding_with_deshuffling": "<|AUTOENCODING WITH DESHUFFLING|>",
    "deshuffling": "<|DESHUFFLING|>",
    "selective_copying": "<|SELECTIVE COPYING|>",
}


@configuration
class Vocabulary(Configuration):
    """Codes 0 ... n_codes - 1, then the special tokens.

    Args:
        n_codes: codes of the codec, over all its stages.
        kind: "course": [PAD] [UNK] <|START|> <|END|> <|ANSWER|>, 32 sentinels, 8 objectives,
            8 spare ones for a learner's own objectives (53 in all);
            "report": only the first four, 516 tokens over the report's 512 codes.

    Source: the report, "Special token integration"; sentinels after T5 (Raffel et al. 2020,
    section 3.1.4). Taught in lesson 3.
    """

    n_codes: Count
    kind: Literal["course", "report"] = "course"

    @cached_property
    def special_names(self) -> list[str]:
        """The names of the special tokens in the order of their ids, which start at n_codes."""
        names = ["[PAD]", "[UNK]", "<|START|>", "<|END|>"]
        if self.kind == "course":
            names += ["<|ANSWER|>"]
            names += [f"<|SENTINEL {i}|>" for i in range(N_SENTINELS)]
            names += list(OBJECTIVE_TOKENS.values())
            names += [f"<|SPARE {i}|>" for i in range(N_SPARE)]
        return names

    @property
    def size(self) -> int:
        """The number of all ids: codes and special tokens."""
        return self.n_codes + len(self.special_names)

    @property
    def pad(self) -> int:
        """[PAD] fills rows of a batch; as a label it is IGNORE_INDEX."""
        return self.n_codes

    @property
    def unk(self) -> int:
        """[UNK] stands for anything that is not in the vocabulary."""
        return self.n_codes + 1

    @property
    def start(self) -> int:
        """<|START|> comes before a piece's first code."""
        return self.n_codes + 2

    @property
    def end(self) -> int:
        """<|END|> comes after a piece's last code."""
        return self.n_codes + 3

    @property
    def answer(self) -> int | None:
        """The token after which an objective's answer starts; None in the report's vocabulary."""
        return self.n_codes + 4 if self.kind == "course" else None

    @property
    def sentinels(self) -> tuple[int, ...]:
        """The 32 tokens that mark the spans removed by an infilling objective."""
        return self._group(5, N_SENTINELS)

    @property
    def objectives(self) -> dict[str, int]:
        """The token of each of the eight objectives, by the objective's name."""
        ids = self._group(5 + N_SENTINELS, len(OBJECTIVE_TOKENS))
        return dict(zip(OBJECTIVE_TOKENS, ids, strict=False))  # empty in the report's vocabulary

    @property
    def spare(self) -> tuple[int, ...]:
        """Eight tokens without a meaning yet, for a learner's own objectives."""
        return self._group(5 + N_SENTINELS + len(OBJECTIVE_TOKENS), N_SPARE)

    def _group(self, first: int, count: int) -> tuple[int, ...]:
        if self.kind == "report":
            return ()
        return tuple(range(self.n_codes + first, self.n_codes + first + count))

    def frame(self, tokens: np.ndarray) -> np.ndarray:
        """Put <|START|> before a tune and <|END|> after it.

        Args:
            tokens: (n_tokens,), or (n_tokens, n_columns), where every column gets both.

        Returns:
            (n_tokens + 2,) or (n_tokens + 2, n_columns) int64.
        """
        tokens = np.asarray(tokens, dtype=np.int64)
        edge = np.ones((1, *tokens.shape[1:]), dtype=np.int64)
        return np.concatenate([self.start * edge, tokens, self.end * edge])

    def is_code(self, ids: np.ndarray) -> np.ndarray:
        """Return which ids are codes of the codec, bool of the same shape."""
        ids = np.asarray(ids)
        return (ids >= 0) & (ids < self.n_codes)

    def is_special(self, ids: np.ndarray) -> np.ndarray:
        """Return which ids are special tokens, or labels to ignore; bool of the same shape."""
        ids = np.asarray(ids)
        return ((ids >= self.n_codes) & (ids < self.size)) | (ids == IGNORE_INDEX)

    def name(self, token: int) -> str:
        """Return the readable form of a token: a code's number, or a special token's name."""
        if 0 <= token < self.n_codes:
            return str(int(token))
        if self.n_codes <= token < self.size:
            return self.special_names[token - self.n_codes]
        raise UserError(f"{token} is no token of this vocabulary (0 to {self.size - 1})")

    def id_of(self, name: str) -> int:
        """Return a special token's id by its name, such as "<|START|>"; [UNK] if there is none."""
        names = self.special_names
        return self.n_codes + names.index(name) if name in names else self.unk
