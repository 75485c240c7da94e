"""The text-to-music model: a transformer, and the caption, the melody and the clock it follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor

from refimpl.audio_text import CaptionReader, WordList
from refimpl.conditioning import Conditioned, JointConditioner, Metadata
from refimpl.configuration import Configuration, Count, NotNegative, configuration
from refimpl.text_to_music.beat_clock import BeatClock
from refimpl.text_to_music.listening import Listening
from refimpl.text_to_music.melody_track import MelodyTrack
from refimpl.transformer import Transformer, TransformerConfig

BEATS_PER_BAR = 4
TRACKS = ("clock", "melody")
# What is withheld in training, so that the model also writes without it.
DROP_RATES = {"clock": 0.1, "melody": 0.5, "text": 0.12}


@configuration
class TextToMusicConfig(Configuration):
    """The shape of a text-to-music model.

    Attributes:
        words: that its text encoder knows, see `WordList`.
        step_rate: steps of its codec per second.
        n_bars: of a tune, of four beats each.
        transformer: with several columns and cross-attention.
        text_layers: of the text encoder.
    """

    words: tuple[str, ...]
    step_rate: NotNegative
    transformer: TransformerConfig
    n_bars: Count = 4
    text_layers: Count = 1


class TextToMusic(Conditioned):
    """A transformer that is trained together with its conditioners.

    Args:
        config: the shape.
        seed: of the initial weights.
        clock: None: one whose steps are rows of tokens, as in the delay layout.

    Attributes:
        config: the shape.
        backbone: takes the clock and the melody as sums, and the text by cross-attention.

    Source: Copet et al. 2023 (MusicGen). Taught in lesson 9.
    """

    def __init__(
        self, config: TextToMusicConfig, *, seed: int = 0, clock: BeatClock | None = None
    ) -> None:
        width, n_steps = config.transformer.hidden_size, config.transformer.context_length
        parts = {
            "clock": clock
            or BeatClock(
                width,
                step_rate=config.step_rate,
                n_steps=n_steps,
                n_beats=BEATS_PER_BAR * config.n_bars,
                seed=seed,
            ),
            "melody": MelodyTrack(width, n_steps, seed=seed + 1),
            "text": CaptionReader(
                WordList(config.words), width, n_layers=config.text_layers, seed=seed + 2
            ),
        }
        transformer = Transformer(config.transformer, seed=seed)
        super().__init__(
            Listening(transformer, len(TRACKS), n_steps),
            JointConditioner(parts, drop_rates=DROP_RATES),
            drop_rate=0.0,
        )
        self.config = config

    @property
    def words(self) -> WordList:
        """The words that the text encoder knows."""
        return WordList(self.config.words)

    @torch.no_grad()
    def condition(
        self, asked: Sequence[Metadata], *, only: Collection[str] | None = None
    ) -> tuple[Tensor, Tensor]:
        """The conditions of tunes to write, for `Guided`.

        Args:
            asked: captions, and as facts "tempo" and "melody".
            only: which of "clock", "melody" and "text" say something; None for all.
        """
        return self.conditioner.encode(asked, only=only)
