"""The tunes of one way of asking as a set: their agreement with the texts, their distance from real
tunes, and their variety.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refimpl.audio import Clip
from refimpl.embeddings import Embedding, load_embedding
from refimpl.judging.captioned import CAPTION_MEASURES, embed_all, with_captions
from refimpl.judging.judged import Reference
from refimpl.judging.measures import FEWEST
from refimpl.metrics.statistics import Estimate
from refimpl.reproduce.whole_sets import EMBEDDING, WHOLE, measure_whole
from refimpl.tinytunes import Tune

SET_MEASURES = (*CAPTION_MEASURES, *WHOLE)
N_REFERENCE = 300  # training tunes of all levels


@dataclass(frozen=True, eq=False)
class SetListener:
    """An embedding that hears sounds and reads texts, and the training tunes as it hears them.

    Attributes:
        embedding: of sounds and captions.
        reference: training tunes.
    """

    embedding: Embedding
    reference: Reference

    @classmethod
    def of(cls, tunes: Iterable[Tune], embedding: Embedding | None = None) -> SetListener:
        """Listen to training tunes.

        Args:
            tunes: of one sample rate.
            embedding: None for the joint one that comes with the package.
        """
        embedding, tunes = embedding or load_embedding(EMBEDDING), list(tunes)
        sounds = [tune.render() for tune in tunes]
        return cls(embedding, Reference(embedding.embed(sounds, tunes[0].sample_rate)))

    def measure(self, clips: Sequence[Clip]) -> dict[str, Estimate]:
        """Measure tunes with their texts, with 95 % intervals.

        Args:
            clips: of one sample rate, each with the text that asked for it as its caption.

        Returns:
            An estimate for each of `SET_MEASURES`; nothing for fewer than eight tunes.

        Taught in lesson 11.
        """
        if len(clips) < FEWEST:
            return {}
        sounds, captions = [clip.audio for clip in clips], [clip.caption for clip in clips]
        vectors = self.embedding.embed(sounds, clips[0].sample_rate, show=False)
        captioned = with_captions(vectors, captions, embed_all(self.embedding, captions))
        agreement = {one.name: one.estimate(captioned) for one in CAPTION_MEASURES if captioned}
        return agreement | measure_whole(vectors, self.reference)
