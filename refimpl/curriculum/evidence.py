"""What a reward model learns from: a run's history as arrays on one scale.

Losses lie between hundredths and several nats, and improve by a tenth at first and by a
thousandth at the end. A network learns from none of that unless it is brought to one scale.
"""

from dataclasses import dataclass

import numpy as np

from refimpl.curriculum.history import History
from refimpl.curriculum.reward import SMALLEST_LOSS

CLIP = 5.0  # in units of the usual improvement: one loss that jumps must not be all that counts


@dataclass(frozen=True)
class Evidence:
    """The last evaluations of a run, prepared.

    Attributes:
        tokens: (n_intervals + 1, n_features) what was known at each evaluation: where the losses
            stood, what they had just done, and under which mixture.
        mixtures: (n_intervals, n_objectives) trained on after each evaluation but the last, less
            the uniform one, times n_objectives: 0 is an equal share, -1 none.
        improvements: (n_intervals, n_objectives) log(old loss / new loss) per step of the interval,
            divided by `scale`.
        weights: (n_intervals,) how much each interval counts, of sum 1; the past counts less.
        scale: (n_objectives,) usual size of an improvement per step.
    """

    tokens: np.ndarray
    mixtures: np.ndarray
    improvements: np.ndarray
    weights: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, history: History, *, window: int, half_life: float) -> "Evidence":
        """From a history of two evaluations or more.

        Args:
            history: the run so far.
            window: intervals that are looked at, the last ones.
            half_life: intervals after which one counts half.
        """
        log_losses = np.log(np.maximum(history.losses[-window - 1 :], SMALLEST_LOSS))
        n_steps = np.diff(history.steps[-window - 1 :])[:, None]
        per_step = -np.diff(log_losses, axis=0) / n_steps  # (n_intervals, n_objectives)
        age = np.arange(len(per_step))[::-1]
        weights = 0.5 ** (age / half_life)
        weights /= weights.sum()
        scale = np.sqrt(weights @ per_step**2) + 1e-9
        improvements = np.clip(per_step / scale, -CLIP, CLIP)
        mixtures = centred(history.mixtures[-window:])
        none = np.zeros((1, history.n_objectives))
        tokens = np.hstack(
            [
                (log_losses - log_losses.mean(axis=0)) / (log_losses.std(axis=0) + 1e-6),
                np.vstack([none, improvements]),
                np.vstack([none, mixtures]),
                np.linspace(-1, 1, len(log_losses))[:, None],
            ]
        )
        return cls(tokens, mixtures, improvements, weights, scale)


def centred(mixtures: np.ndarray) -> np.ndarray:
    """Mixtures (…, n_objectives) as differences from the uniform one: 0 is an equal share."""
    return mixtures * mixtures.shape[-1] - 1
