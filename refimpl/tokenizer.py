"""The tokenizer: audio to token ids and back, and ids to text and back.

Going in:   audio -> codes -> ids (-> <|START|> ids <|END|>)
Coming out: ids -> only those of whole steps -> codes -> audio

The codec knows sounds and codes, the layout codes and ids.
"""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from refimpl.audio import Clip
from refimpl.codecs import Codec, encode_clip, load_codec
from refimpl.errors import UserError
from refimpl.layouts import Flat, LayoutError, make_layout
from refimpl.vocabulary import IGNORE_INDEX, Vocabulary

__all__ = ["IGNORE_INDEX", "AudioTokenizer", "FilteredIds", "TokenError", "Vocabulary"]


class TokenError(UserError):
    """Ids or a literal that the tokenizer cannot read."""


@dataclass(frozen=True)
class FilteredIds:
    """The ids of a model after removing everything but whole steps of codes.

    Attributes:
        codes: (n_steps, n_streams), which the codec can decode.
        n_special: number of special tokens and ignored labels removed.
        n_invalid: number of ids outside the vocabulary removed.
        n_misplaced: number of codes removed because their step was incomplete or out of order.
    """

    codes: np.ndarray
    n_special: int
    n_invalid: int
    n_misplaced: int


class AudioTokenizer:
    """Audio to ids and back, through any codec.

    Args:
        codec: any fitted codec.
        vocabulary: the special tokens beside the codec's codes; by default those that the
            codec's notes name, or else the course's.
        layout: how codes become rows of tokens, a name in `refimpl.layouts.LAYOUTS`; by default
            the one that the codec's notes name, or else one column.

    Attributes:
        layout: the `Layout`; where it has one column, ids are (n_tokens,), and else
            (n_tokens, n_columns).

    Source: the report, "Tokenization" and "Detokenization and reconstruction". Taught in lesson 3.
    """

    def __init__(
        self,
        codec: Codec,
        vocabulary: Vocabulary | None = None,
        *,
        layout: str | None = None,
    ):
        kind = codec.notes.get("vocabulary", "course") if vocabulary is None else vocabulary.kind
        layout = layout or codec.notes.get("layout", "flat")
        self.codec = codec
        self.layout = make_layout(layout, codec.stream_sizes, kind)
        self.vocabulary = self.layout.vocabulary
        if vocabulary is not None and vocabulary != self.vocabulary:
            raise TokenError(
                f"the vocabulary is for {vocabulary.n_codes} codes, the codec has "
                f"{self.vocabulary.n_codes}"
            )

    @property
    def sample_rate(self) -> int:
        """The sample rate in Hz of input and output audio."""
        return self.codec.sample_rate

    @property
    def tokens_per_second(self) -> float:
        """The number of tokens per second of audio, or of rows with several columns."""
        return self.codec.step_rate * self.layout.rows_per_step

    @property
    def bits_per_second(self) -> float:
        """Steps per second times the sum over the streams of log2(codes). Taught in lesson 3."""
        return self.codec.step_rate * float(np.sum(np.log2(self.codec.stream_sizes)))

    def encode(self, audio: np.ndarray, *, start_end: bool = False) -> np.ndarray:
        """Turn audio into ids.

        Args:
            audio: (n_samples,) mono, at the codec's sample rate.
            start_end: put <|START|> before and <|END|> after the codes.

        Returns:
            (n_tokens,) int64, or (n_tokens, n_columns) with several columns.

        Taught in lesson 3.
        """
        ids = self._lay_out(self.codec.encode(audio))
        return self.add_start_end(ids) if start_end else ids

    def encode_clip(self, clip: Clip) -> np.ndarray:
        """Turn a clip into ids: its sound, or its notes where the codec reads those."""
        return self._lay_out(encode_clip(self.codec, clip)[0])

    def _lay_out(self, codes: np.ndarray) -> np.ndarray:
        ids = self.layout.to_tokens(codes)
        return ids[:, 0] if self.layout.n_columns == 1 else ids

    def add_start_end(self, ids: np.ndarray) -> np.ndarray:
        """Put <|START|> before and <|END|> after ids, in every column."""
        return self.vocabulary.frame(ids)

    def filter(self, ids: np.ndarray) -> FilteredIds:
        """Keep only the ids that the codec can decode, and count the others."""
        ids = np.asarray(ids)
        if ids.size == 0:
            ids = ids.astype(np.int64).reshape(-1)
        elif ids.ndim != min(2, self.layout.n_columns) or ids.dtype.kind not in "iu":
            raise TokenError(f"ids must be a row of integers, got {ids.dtype} of shape {ids.shape}")
        is_code, is_special = self.vocabulary.is_code(ids), self.vocabulary.is_special(ids)
        try:
            codes = self.layout.to_codes(ids)
        except LayoutError as error:
            raise TokenError(str(error)) from error
        return FilteredIds(
            codes=codes,
            n_special=int(is_special.sum()),
            n_invalid=int((~is_code & ~is_special).sum()),
            n_misplaced=int(is_code.sum()) - codes.size,
        )

    def to_codes(self, ids: np.ndarray) -> np.ndarray:
        """Turn ids (n,) into codes (n_steps, n_streams), ignoring everything but whole steps.

        Special tokens are ignored silently; invalid and misplaced ids cause a warning with their
        number.

        Raises:
            TokenError: the ids contain no complete step of codes.
        """
        found = self.filter(ids)
        if len(found.codes) == 0:
            raise TokenError(f"none of the {len(ids)} ids can be decoded: there is no whole step")
        if found.n_invalid or found.n_misplaced:
            warnings.warn(
                f"left out {found.n_invalid} ids outside the vocabulary and {found.n_misplaced} "
                f"codes out of stage order, of {len(ids)} ids",
                stacklevel=3,
            )
        return found.codes

    def in_one_column(self) -> "AudioTokenizer":
        """Return the tokenizer of the same codec whose layout has one column."""
        flat = Flat(self.codec.stream_sizes, self.vocabulary.kind)
        return AudioTokenizer(self.codec, flat.vocabulary, layout=flat.name)

    def flatten(self, codes: np.ndarray) -> np.ndarray:
        """Write codes (n_steps, n_streams) in one column, whatever the layout: (n,) int64.

        Tunes of any layout are compared in this form.
        """
        return Flat(self.codec.stream_sizes).to_tokens(codes)[:, 0]

    def decode(self, ids: np.ndarray, **options) -> np.ndarray:
        """Turn ids into audio.

        Args:
            ids: (n,) any ids; only codes become sound, see `to_codes`.
            options: for the codec's `decode`, such as n_iter or seed where it decodes mel frames.

        Returns:
            (n_samples,) float32.

        Taught in lesson 3.
        """
        return self.codec.decode(self.to_codes(ids), **options)

    def to_labels(self, ids: np.ndarray) -> np.ndarray:
        """Copy ids with every [PAD] replaced by IGNORE_INDEX, which the loss ignores."""
        ids = np.asarray(ids, dtype=np.int64)
        return np.where(ids == self.vocabulary.pad, IGNORE_INDEX, ids)

    def to_literal(self, ids: np.ndarray) -> str:
        """Write ids as the text that text-based frameworks pass around: "[123, 45, 511]"."""
        return "[" + ", ".join(str(int(i)) for i in np.asarray(ids).reshape(-1)) + "]"

    def from_literal(self, text: str) -> np.ndarray:
        """Read what `to_literal` wrote; -100 is read as [PAD].

        Args:
            text: a list of integers in brackets, with any spaces.

        Returns:
            (n,) int64.

        Raises:
            TokenError: text that does not parse, with its position; or an id outside the
                vocabulary.

        Source: the report, "String representation for Birdie". Taught in lesson 3.
        """
        stripped = text.strip()
        if not (stripped.startswith("[") and stripped.endswith("]") and len(stripped) >= 2):
            raise TokenError(f'a literal looks like "[123, 45, 511]", got {_excerpt(stripped)}')
        body = stripped[1:-1]
        if not body.strip():
            return np.empty(0, dtype=np.int64)
        ids = np.array(
            [self._parse(part, i) for i, part in enumerate(body.split(","))], dtype=np.int64
        )
        return np.where(ids == IGNORE_INDEX, self.vocabulary.pad, ids)

    def _parse(self, part: str, position: int) -> int:
        """Read one item of a literal. Never eval(): a literal may come from anywhere."""
        if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", part):
            raise TokenError(f"item {position} of the literal is no integer: {_excerpt(part)}")
        value = int(part)
        if value != IGNORE_INDEX and not 0 <= value < self.vocabulary.size:
            raise TokenError(
                f"item {position} of the literal is {value}, outside the vocabulary "
                f"(0 to {self.vocabulary.size - 1}, or {IGNORE_INDEX} for [PAD])"
            )
        return value

    def save(self, path: str | Path) -> Path:
        """Write the codec's file, with the kind of vocabulary and the layout among its notes."""
        self.codec.notes["vocabulary"] = self.vocabulary.kind
        if self.layout.name != "flat":
            self.codec.notes["layout"] = self.layout.name
        return self.codec.save(path)

    @classmethod
    def load(cls, path: str | Path) -> "AudioTokenizer":
        """Read what `save` wrote, or any codec's file."""
        return cls(load_codec(path))


def _excerpt(text: str, length: int = 40) -> str:
    """Quote the beginning of a text for an error message of one line."""
    return repr(text if len(text) <= length else text[:length] + "...")
