"""MusicGen itself, written by this package's layout, guidance and sampling.

`transformers` has its networks, and the Hugging Face Hub its weights. Both are optional:
`pip install 'refimpl[codecs]'` brings the library. MusicGen small takes 2.4 GB, and on two cores
many seconds for each second of music.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from refimpl.backbones import Where
from refimpl.codecs.hub import (
    check_place,
    import_transformers,
    load_model,
    weights_within_reach,
)
from refimpl.codecs.pretrained import PretrainedCodec
from refimpl.conditioning import Guided
from refimpl.errors import UserError
from refimpl.generation import generate
from refimpl.layouts import Delay

SMALL = "facebook/musicgen-small"
GUIDANCE, TOP_K = 3.0, 250  # as in the paper, section 3.1
_NEVER = -1e9  # a score that stays finite where guidance subtracts it from itself


class PretrainedMusicGen:
    """MusicGen's text encoder, decoder and codec, with our way of writing.

    Args:
        model: a `MusicgenForConditionalGeneration` of one channel.
        tokenizer: of its text encoder.

    Attributes:
        codec: EnCodec, with as many books as the decoder writes.
        layout: delay, with a row more for each book.
        backbone: the decoder, for `generate` and `Guided`.

    Raises:
        UserError: a model of two channels.

    Source: Copet et al. 2023 (MusicGen). Taught in lesson 9.
    """

    def __init__(self, model: nn.Module, tokenizer: Any) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer
        decoder = model.config.decoder
        if decoder.audio_channels != 1:
            raise UserError("this MusicGen writes two channels; take one of one channel")
        self.codec = PretrainedCodec(model.audio_encoder, decoder.num_codebooks)
        self.layout = Delay(self.codec.stream_sizes, "report")
        self.backbone = MusicGenDecoder(model.decoder, self.layout.vocabulary.size)

    @classmethod
    def load(cls, place: str | Path = SMALL, *, download: bool = True) -> PretrainedMusicGen:
        """Load a model by its name on the Hub, or from a folder.

        Args:
            place: such as "facebook/musicgen-small".
            download: False uses only what is on this machine.

        Raises:
            UserError: no `transformers`, no such folder, or no weights within reach.
        """
        transformers = import_transformers("MusicGen models", UserError)
        check_place(str(place), [SMALL], SMALL, UserError)
        options = {"local_files_only": not download}
        classes = {"musicgen": "MusicgenForConditionalGeneration"}
        with weights_within_reach(str(place), UserError):
            _, model = load_model(transformers, str(place), classes, [SMALL], options, UserError)
            tokenizer = transformers.AutoTokenizer.from_pretrained(str(place), **options)
        return cls(model, tokenizer)

    @torch.no_grad()
    def condition(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """What the text encoder says of texts: `(B, S, hidden_size)` and the mask `(B, S)`."""
        read = self.tokenizer(list(texts), return_tensors="pt", padding=True)
        mask = read["attention_mask"]
        vectors = self.model.text_encoder(read["input_ids"], attention_mask=mask).last_hidden_state
        if hasattr(self.model, "enc_to_dec_proj"):
            vectors = self.model.enc_to_dec_proj(vectors)
        return vectors, mask.bool()

    def write_codes(
        self,
        texts: Sequence[str],
        *,
        seconds: float,
        guidance: float = GUIDANCE,
        seed: int = 0,
        temperature: float = 1.0,
        top_k: int | None = TOP_K,
    ) -> list[np.ndarray]:
        """Write codes for each text, `(n_steps, n_streams)` int64.

        Args:
            texts: what is asked for.
            seconds: of each piece.
            guidance: see `Guided`.
            seed, temperature, top_k: see `GenerationOptions`.
        """
        n_steps = max(1, round(seconds * self.codec.step_rate))
        guided = Guided(self.backbone, self.condition(texts), scale=guidance)
        tokens = generate(
            guided,
            self.layout.vocabulary,
            layout=self.layout,
            batch_size=len(texts),
            max_tokens=self.layout.n_tokens(n_steps),
            min_tokens=self.layout.end_of(n_steps),
            seed=seed,
            temperature=temperature,
            top_k=top_k,
            progress=None,
        )
        return [self.layout.to_codes(ids) for ids in tokens]

    def write(self, texts: Sequence[str], **options: Any) -> list[np.ndarray]:
        """Write a sound (n_samples,) for each text; the options are those of `write_codes`."""
        return [self.codec.decode(codes) for codes in self.write_codes(texts, **options)]


class MusicGenDecoder(nn.Module):
    """The decoder as a backbone: rows of tokens in, scores of the next row out.

    MusicGen has one id for everything that is no code, where our vocabulary tells the start from
    the end.

    Args:
        decoder: a `MusicgenForCausalLM`.
        vocabulary_size: of our vocabulary.
    """

    reads_both_ways = False

    def __init__(self, decoder: nn.Module, vocabulary_size: int) -> None:
        super().__init__()
        self.decoder, given = decoder, decoder.config
        self.n_codes, self.context_length = given.vocab_size, given.max_position_embeddings
        self.config = SimpleNamespace(
            vocabulary_size=vocabulary_size,
            n_columns=given.num_codebooks,
            hidden_size=given.hidden_size,
            context_length=self.context_length,
        )
        self.embedding = decoder.model.decoder.embed_tokens[0]
        self.train(decoder.training)

    def start(self, batch_size: int, capacity: int | None = None) -> _Cache:
        """Return an empty cache; the library lets it grow."""
        return _Cache()

    def hidden_states(
        self,
        input_ids: Tensor,
        where: Where = Where(),  # noqa: B008 - immutable
        state: _Cache | None = None,
        condition: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Return the head's input; the arguments are those of `Backbone.hidden_states`."""
        if where != Where():
            raise UserError("MusicGen reads rows without gaps; give prompts of one length")
        vectors, mask = (None, None) if condition is None else condition
        given = self.decoder.model.decoder(
            input_ids.clamp(max=self.n_codes).transpose(1, 2).flatten(0, 1),  # (B K, T)
            encoder_hidden_states=None if vectors is None else vectors * mask[..., None],
            encoder_attention_mask=None if mask is None else mask.long(),
            past_key_values=None if state is None else state.kept,
            use_cache=state is not None,
        )
        if state is not None:
            state.kept, state.length = given.past_key_values, state.length + input_ids.shape[1]
        return given.last_hidden_state

    def scores(self, hidden: Tensor) -> Tensor:
        """Score the next token of every column, `(..., n_columns, vocabulary_size)`."""
        logits = torch.stack([head(hidden) for head in self.decoder.lm_heads], dim=-2)
        n_special = self.config.vocabulary_size - self.n_codes
        return nn.functional.pad(logits, (0, n_special), value=_NEVER)


class _Cache:
    """The library's memory of the rows that were read."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.kept, self.length = None, 0
