"""Some of the compared models come with the package: some that attend and one that recurs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.backbones import Backbone
from refimpl.corpora.scores import NoteEvents
from refimpl.errors import UserError, suggest
from refimpl.generation import generate
from refimpl.pipeline.generators import shipped_folder
from refimpl.reading import read_json
from refimpl.reproduce.memory.arms import RECURRENT, SHIFTED
from refimpl.reproduce.memory.sounds import play_events
from refimpl.training import load_model
from refimpl.vocabulary import Vocabulary

FOLDER, EVENTS = "fiddle", "events.json"
# Of each its arm, and the processor seconds of its training.
SHIPPED = {
    "attention": (SHIFTED, 80.0),
    "recurrence": (RECURRENT, 80.0),
    "attention-long": (SHIFTED, 600.0),
}


@dataclass(frozen=True)
class TuneWriter:
    """A model of fiddle tunes, and what its tokens mean.

    Attributes:
        model: in evaluation mode.
        events: notes of the tokens.
        vocabulary: numbers of the tokens.
        facts: records of its training and its measures.
    """

    model: Backbone
    events: NoteEvents
    vocabulary: Vocabulary
    facts: dict

    def write(
        self, n: int = 1, *, seed: int = 0, most_notes: int = 320, **sampling
    ) -> list[np.ndarray]:
        """Write tunes as tokens, (n_notes,) each.

        Args:
            n: number of tunes.
            seed: of the random numbers.
            most_notes: where a tune ends that does not end by itself.
            sampling: temperature, top_k and top_p of `GenerationOptions`, and its prompt; by
                default the model's own probabilities.
        """
        options = {"temperature": 1.0, "top_k": None} | sampling
        return generate(
            self.model, self.vocabulary, batch_size=n, seed=seed, max_tokens=most_notes, **options
        )

    def play(self, ids: np.ndarray, *, instrument: str | None = None) -> np.ndarray:
        """Play tokens (n_notes,) as fiddle tunes are played: (n_samples,) at 22,050 Hz."""
        return play_events(self.events, ids, instrument=instrument)


def load_tune_writer(name: str) -> TuneWriter:
    """Load one of the shipped models of fiddle tunes.

    Args:
        name: "attention" (with keys from the token before), "recurrence", or "attention-long",
            the first one trained for longer.

    Raises:
        UserError: there is no such model.

    Taught in lesson 10.
    """
    if name not in SHIPPED:
        raise UserError(f"there is no model of tunes {name!r}; {suggest(name, SHIPPED)}")
    folder = shipped_folder(FOLDER)
    saved = load_model(folder / name)
    known = read_json(folder / EVENTS, UserError, "the notes of a model's tokens")
    events = NoteEvents(known["pitches"], known["gaps"])
    return TuneWriter(saved.model, events, saved.vocabulary, saved.facts)
