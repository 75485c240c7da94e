"""A composer: it writes the tunes that a text, and perhaps a melody, ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from refimpl.audio import Clip
from refimpl.conditioning import Guided, Metadata, melody_classes
from refimpl.errors import UserError
from refimpl.generation import generate, within_range
from refimpl.text_to_music.captions import asked_tempo
from refimpl.text_to_music.model import BEATS_PER_BAR, TextToMusic
from refimpl.tinytunes.config import TEMPO_LIMITS
from refimpl.tokenizer import AudioTokenizer
from refimpl.weight_storage import digest_of

Melody = Sequence[int] | np.ndarray  # (n_steps,) pitch classes, -1 for a rest
GUIDANCE = 3.0
MOST_AT_ONCE = 32  # tunes
FADE = 0.02  # seconds, where a tune is cut at the end of its bars


class Composer:
    """A trained text-to-music model with its codec.

    Args:
        model: trained on the tokenizer's tokens.
        tokenizer: tokens to sound.
        facts: records of the training.

    >>> composer = load_composer()
    >>> tune, = composer.write("a calm tune in G major on a flute, with drums, slow")
    >>> tune.audio.shape
    (251999,)

    Taught in lesson 9.
    """

    def __init__(
        self,
        model: TextToMusic,
        tokenizer: AudioTokenizer,
        *,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer
        self.facts = dict(facts or {})

    @property
    def sample_rate(self) -> int:
        """Of the sounds, in Hz."""
        return self.tokenizer.sample_rate

    @property
    def step_rate(self) -> float:
        """Steps of the codec per second, each with one pitch class of a melody."""
        return self.tokenizer.codec.step_rate

    @property
    def fingerprint(self) -> str:
        """A digest of the model's weights, and the fingerprint of its codec."""
        return f"{digest_of(self.model)} {self.tokenizer.codec.fingerprint}"

    def unknown_words(self, text: str) -> dict[str, list[str]]:
        """The words of a text that the model does not know, each with the nearest that it does.

        Near is what is spelt alike; the list is empty where no word is.
        """
        return self.model.words.nearest_to_unknown(text)

    def hear_melody(self, audio: np.ndarray) -> np.ndarray:
        """The melody in a sound as the model reads it: a pitch class a step, -1 for a rest.

        Args:
            audio: (n_samples,) at `sample_rate`.

        Returns:
            (n_steps,) int64.
        """
        return melody_classes(audio, self.sample_rate, self.step_rate)

    def write(
        self,
        texts: str | Sequence[str],
        *,
        melody: Melody | Sequence[Melody | None] | None = None,
        negative: str = "",
        guidance: float = GUIDANCE,
        tempo: float | None = None,
        clock: bool = True,
        seed: int = 0,
        temperature: float = 0.7,
        top_p: float | None = 0.9,
    ) -> list[Clip]:
        """Write a tune for each text.

        Args:
            texts: what is asked for; "" asks for nothing.
            melody: (n_steps,) pitch classes for all tunes, see `hear_melody`, or a list with one
                such array, or None, for each; None for none.
            negative: what is not wanted; the guidance moves away from it.
            guidance: the strength of text and melody; 1 is what the model learnt, 0 ignores both.
            tempo: in beats per minute; None reads it from each text, see `asked_tempo`.
            clock: whether the model gets the clock of the tempo, or only reads of it in the text.
            seed: of the random numbers.
            temperature, top_p: see `GenerationOptions`.

        Returns:
            Clips whose captions are the texts. Their facts are the tempo that was asked for, the
            guidance and the seed, by name.

        Raises:
            UserError: a tempo out of range, or a melody that is no list of pitch classes.

        Taught in lesson 9.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        codes = self.write_codes(
            texts,
            melody=melody,
            negative=negative,
            guidance=guidance,
            tempo=tempo,
            clock=clock,
            seed=seed,
            temperature=temperature,
            top_p=top_p,
        )
        return [
            Clip(
                f"tune-{number}",
                self._sound(one, asked := tempo or asked_tempo(text)),
                self.sample_rate,
                text,
                {"tempo": asked, "guidance": guidance, "seed": seed},
            )
            for number, (text, one) in enumerate(zip(texts, codes, strict=True), 1)
        ]

    def write_codes(
        self,
        texts: Sequence[str],
        *,
        melody: Melody | Sequence[Melody | None] | None = None,
        negative: str = "",
        guidance: float = GUIDANCE,
        tempo: float | None = None,
        clock: bool = True,
        seed: int = 0,
        temperature: float = 0.7,
        top_p: float | None = 0.9,
    ) -> list[np.ndarray]:
        """Write a tune for each text, as codes (n_steps, n_streams); see `write`."""
        melodies = _for_each(melody, len(texts))
        asked = [self._asked(text, one, tempo) for text, one in zip(texts, melodies, strict=True)]
        written = []
        for first in range(0, len(asked), MOST_AT_ONCE):
            some = asked[first : first + MOST_AT_ONCE]
            written += self._write(
                some,
                self._guided(some, negative, guidance, clock),
                seed=seed + first,
                temperature=temperature,
                top_p=top_p,
            )
        return written

    def _asked(self, text: str, melody, tempo: float | None) -> Metadata:
        tempo = asked_tempo(text) if tempo is None else tempo
        low, high = TEMPO_LIMITS
        if tempo is not None and not low <= tempo <= high:
            raise UserError(f"tempo is {tempo:g}; give {low} to {high} beats per minute")
        return Metadata(text, {"tempo": tempo, "melody": melody})

    def _guided(
        self, asked: Sequence[Metadata], negative: str, guidance: float, clock: bool
    ) -> Guided:
        """The backbone with the conditions; what it moves away from has the same clock."""
        parts = ("clock",) if clock else ()
        condition = self.model.condition(asked, only=(*parts, "melody", "text"))
        without = [Metadata(negative, one.facts) for one in asked]
        without = self.model.condition(without, only=(*parts, "text") if negative else parts)
        return Guided(self.model.backbone, condition, scale=guidance, negative=without)

    def _write(self, asked: Sequence[Metadata], guided: Guided, **sampling) -> list[np.ndarray]:
        layout = self.tokenizer.layout
        longest = layout.n_steps(self.model.config.transformer.context_length - 1)
        lengths = [self._n_steps(one.facts["tempo"]) for one in asked]
        most = max(longest if length is None else min(length, longest) for length in lengths)
        least = min(1 if length is None else length for length in lengths)
        tokens = generate(
            guided,
            self.tokenizer.vocabulary,
            layout=layout,
            batch_size=len(asked),
            max_tokens=layout.n_tokens(most),
            min_tokens=layout.end_of(min(least, most)),
            top_k=None,
            progress=None,
            **sampling,
        )
        return [
            self.tokenizer.to_codes(ids)[:length]
            for ids, length in zip(tokens, lengths, strict=True)
        ]

    def _n_steps(self, tempo: float | None) -> int | None:
        seconds = self._seconds(tempo)
        return None if seconds is None else ceil(seconds * self.step_rate)

    def _seconds(self, tempo: float | None) -> float | None:
        """Of a whole tune; None where its tempo is not known."""
        n_beats = BEATS_PER_BAR * self.model.config.n_bars
        return None if tempo is None else n_beats * 60 / tempo

    def _sound(self, codes: np.ndarray, tempo: float | None) -> np.ndarray:
        audio = self.tokenizer.codec.decode(codes)
        seconds = self._seconds(tempo)
        if seconds is not None:
            n_samples, fade = round(seconds * self.sample_rate), round(FADE * self.sample_rate)
            audio = audio[:n_samples].copy()
            audio[-fade:] *= np.linspace(1, 0, fade, dtype=audio.dtype)
            audio = np.pad(audio, (0, n_samples - len(audio)))  # the last frame may be too short
        return within_range(audio)


def _for_each(melody, n: int) -> list:
    """A melody for each of n tunes, from one for all or one for each."""
    several = isinstance(melody, list | tuple) and any(np.ndim(one) for one in melody)
    if not several:
        return [melody] * n
    if len(melody) != n:
        raise UserError(f"{len(melody)} melodies for {n} texts; give one for each, or one for all")
    return list(melody)
