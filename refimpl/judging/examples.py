"""The best and the worst sound of a set by each measure, to be heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refimpl.judging.captioned import Captioned
from refimpl.judging.judged import Judged
from refimpl.judging.labelled import Labelled
from refimpl.metrics.sets import Gaussian, label_surprises
from refimpl.metrics.sets.kernel import SCALE
from refimpl.metrics.sets.manifold import K


@dataclass(frozen=True)
class Scores:
    """The contribution of each sound to a measure.

    Attributes:
        measure: its title.
        asks: what is compared, in a few words.
        values: (n_sounds,), or (n_reference,) where real sounds are scored; NaN of those that have
            no score.
        better: "low" or "high".
        partners: (n_sounds,) the number of the sound that decides, where one does.
        of: whose sounds are scored: "given" or "reference".
        partners_of: whose sounds the partners are.
    """

    measure: str
    asks: str
    values: np.ndarray
    better: str
    partners: np.ndarray | None = None
    of: str = "given"
    partners_of: str = "reference"

    @property
    def best(self) -> int:
        """The number of the best sound."""
        return self._end(self.better == "low")

    @property
    def worst(self) -> int:
        """The number of the worst sound."""
        return self._end(self.better == "high")

    def _end(self, lowest: bool) -> int:
        return int(np.nanargmin(self.values) if lowest else np.nanargmax(self.values))


def score_sounds(judged: Judged) -> list[Scores]:
    """Score every sound by itself, once for each measure that allows it.

    Source: Gui et al. 2024, for the Fréchet distance of a single song.
    """
    n = len(judged.sounds)
    alone = np.diag(np.full(n, np.inf))
    siblings = judged.within + alone
    kernel = judged.kernel.copy()
    np.fill_diagonal(kernel, 0)
    pull = SCALE * 2 * (kernel.sum(axis=1) / (n - 1) - judged.kernel_between.mean(axis=1))
    radii = np.partition(judged.reference.within, K, axis=1)[:, K]
    balls = (judged.between <= radii[None]).sum(axis=1) / K
    return [
        Scores("FAD∞", "Fréchet distance of this sound alone to all real ones",
               _song_distances(judged), "low"),
        Scores("kernel distance", "how much it pulls the two sets apart", pull, "low"),
        Scores("precision and density", "in how many balls of real sounds it is",
               # Of sounds in equally many balls, the nearer one is the better.
               balls - 1e-6 * judged.between.min(axis=1), "high"),
        Scores("recall and coverage", "how far a real sound is from the nearest given one",
               judged.between.min(axis=0), "low", judged.between.argmin(axis=0), "reference",
               "given"),
        Scores("diversity", "how far it is from the one most like it", siblings.min(axis=1),
               "high", siblings.argmin(axis=1), "given", "given"),
        Scores("copies", "how far it is from the nearest real sound", judged.between.min(axis=1),
               "high", judged.between.argmin(axis=1)),
    ]  # fmt: skip


def score_labels(labelled: Labelled) -> Scores:
    """Score every sound by its labels."""
    asks = "how certain its labels are, and how unlike those of the set"
    return Scores("inception score", asks, label_surprises(labelled.given), "high")


def score_captions(captioned: Captioned, n_sounds: int) -> Scores:
    """Score every sound of a set that has a caption by how well it fits."""
    values = np.full(n_sounds, np.nan)
    values[captioned.numbers] = captioned.agreement(np.arange(len(captioned.numbers))).own
    return Scores("CLAP score", "how well its caption fits it", values, "high")


def _song_distances(judged: Judged) -> np.ndarray:
    """Fréchet distance of each sound's windows; of a single window, that of its place."""
    reference = Gaussian.of(np.concatenate(judged.reference.sounds))
    return np.array(
        [
            Gaussian.of(windows).distance(reference)
            if len(windows) > 1
            else float(np.square(windows[0] - reference.mean).sum())
            for windows in judged.sounds
        ]
    )
