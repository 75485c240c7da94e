"""A model of captioned recordings: what it writes can be asked for in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from refimpl.audio_text import CaptionReader, WordList
from refimpl.conditioning import Conditioned, Guided, Metadata
from refimpl.configuration import Configuration, configuration
from refimpl.errors import UserError
from refimpl.transformer import Transformer, TransformerConfig

DROP_RATE = 0.15  # the share of clips whose caption is withheld in training
GUIDANCE = 3.0
_N_HEADS = 4  # of the caption reader


@configuration
class CaptionedConfig(Configuration):
    """The shape of a model of captioned recordings.

    Attributes:
        words: that it knows, see `WordList`.
        transformer: with cross-attention.
    """

    words: tuple[str, ...]
    transformer: TransformerConfig


class Captioned(Conditioned):
    """A transformer that looks at the words of a caption, trained together with their reader.

    Args:
        config: the shape.
        seed: of the initial weights.

    Raises:
        UserError: a width that the reader's heads do not divide.

    Source: Copet et al. 2023 (MusicGen), section 2.3. Taught in lesson 9.
    """

    def __init__(self, config: CaptionedConfig, *, seed: int = 0) -> None:
        width = config.transformer.hidden_size
        if width % _N_HEADS:
            raise UserError(f"model.hidden_size is {width}; captions need a multiple of {_N_HEADS}")
        reader = CaptionReader(WordList(config.words), width, seed=seed + 1)
        transformer = Transformer(config.transformer, seed=seed)
        super().__init__(transformer, reader, drop_rate=DROP_RATE)
        self.config = config

    @property
    def words(self) -> WordList:
        """The words of the captions that it was trained on."""
        return WordList(self.config.words)

    @torch.no_grad()
    def guided(
        self, captions: Sequence[str], *, scale: float = GUIDANCE, negative: str = ""
    ) -> Guided:
        """Return the backbone as it writes what captions ask for; see `write_music`.

        Args:
            captions: one for each piece.
            scale: the strength of the captions; 1 is what the model learnt, 0 ignores them.
            negative: what is not wanted; the guidance moves away from it.
        """
        condition = self.conditioner.encode([Metadata(caption) for caption in captions])
        without = self.conditioner.encode([Metadata(negative)] * len(captions))
        return Guided(self.backbone, condition, scale=scale, negative=without)


def new_captioned(captions: Iterable[str], transformer: TransformerConfig, seed: int) -> Captioned:
    """Return a model that knows the words of some captions and has learnt nothing yet.

    Raises:
        UserError: there is no word in them.
    """
    words = WordList.of(captions)
    if not any(word.isalpha() for word in words.words):
        raise UserError("the captions of the training clips hold no words; write what is heard")
    return Captioned(CaptionedConfig(words.words, transformer), seed=seed)


def build_captioned(config: dict) -> Captioned:
    """Make a model from its saved configuration.

    Raises:
        UserError: it describes no such model.
    """
    try:
        return Captioned(CaptionedConfig.from_dict(config))
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"its configuration describes no captioned model ({error})") from error
