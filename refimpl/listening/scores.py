"""One number for each listener and system, and the listeners whose answers cannot be used.

A listener is the unit: several answers of one person are no independent evidence, so each person's
answers are averaged before anything is tested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from refimpl.listening.design import REFERENCE
from refimpl.listening.results import Key, Result

RECOGNISED = 90  # of 100: at least what the hidden reference deserves, and more than the anchor
MOST_MISSED = 0.15  # share of the trials
MIDDLE_ANCHOR = "anchor 7 kHz"


def screened_out(results: Sequence[Result], *, anchor: bool = False) -> dict[str, str]:
    """Find the listeners of a MUSHRA test who did not hear what is certainly there.

    A listener is left out who rates the hidden reference below 90 in more than 15 % of the trials.

    Args:
        results: of all listeners.
        anchor: also leave out those who rate the middle anchor above 90 in more than 15 % of the
            trials. That is fair only where everybody can hear what the anchor lacks: of music with
            little treble, an attentive listener may rate it highly. Trials whose anchor lacks next
            to nothing never count.
    Returns:
        The reason by the listener's code; empty for tests without a reference.
    Source: ITU-R BS.1534-3, section 4.1.2 (post-screening), for both rules.
    """
    reasons = {}
    for result in results:
        reference = _all_ratings(result, REFERENCE)
        middle = _all_ratings(result, MIDDLE_ANCHOR)
        low, high = np.sum(reference < RECOGNISED), np.sum(middle > RECOGNISED)
        if low > MOST_MISSED * len(reference):
            reasons[result.listener] = (
                f"rated the hidden reference below {RECOGNISED} in {low} of {len(reference)} trials"
            )
        elif anchor and high > MOST_MISSED * len(middle):
            reasons[result.listener] = (
                f"rated the {MIDDLE_ANCHOR} above {RECOGNISED} in {high} of {len(middle)} trials"
            )
    return reasons


def _all_ratings(result: Result, system: str) -> np.ndarray:
    heard = (one for one in result.answers if system in one.ratings and system not in one.faint)
    return np.array([answer.ratings[system][0] for answer in heard])


def listener_scores(results: Sequence[Result], key: Key) -> dict[str, np.ndarray]:
    """Average the answers of each listener.

    Args:
        results: of the listeners who count.
        key: of the test.
    Returns:
        For each question (one for "mushra", "overall") `(n_listeners, n_systems)`, the mean rating
        of each system, reference and anchors last; NaN where a listener rated none. For "ab"
        `(n_listeners, n_systems)`, the share of comparisons that a system won, a tie counting half.
    """
    names = all_systems(key)
    if key.kind == "ab":
        return {"preference": np.array([_shares(result, names) for result in results])}
    questions = key.questions or ["overall"]
    return {
        question: np.array([[_mean(r, name, i) for name in names] for r in results])
        for i, question in enumerate(questions)
    }


def paired_scores(results: Sequence[Result], key: Key) -> dict[str, np.ndarray]:
    """Like `listener_scores`, as differences of each two systems: `(n, n_systems, n_systems)`.

    For A/B, a difference is what a listener said of these two: the share that the first won, minus
    the share that the second won.
    """
    names = all_systems(key)
    if key.kind != "ab":
        scores = listener_scores(results, key)
        return {question: one[:, :, None] - one[:, None, :] for question, one in scores.items()}
    place = {name: i for i, name in enumerate(names)}
    differences = np.full((len(results), len(names), len(names)), np.nan)
    for n, result in enumerate(results):
        told = defaultdict(list)
        for answer in result.answers:
            first, second = sorted(answer.pair, key=place.get)
            told[first, second].append(_sign(answer.preferred, first))
        for (first, second), signs in told.items():
            i, j = place[first], place[second]
            differences[n, i, j] = np.mean(signs)
            differences[n, j, i] = -differences[n, i, j]
    return {"preference": differences}


def all_systems(key: Key) -> list[str]:
    """The compared systems, then the hidden reference and the anchors where there are any."""
    found = {name for trial in key.trials.values() for name in trial.sounds.values()}
    return [*key.systems, *sorted(found - set(key.systems), reverse=True)]


def _mean(result: Result, system: str, question: int) -> float:
    given = [
        answer.ratings[system][question]
        for answer in result.answers
        if len(answer.ratings.get(system, ())) > question
    ]
    return float(np.mean(given)) if given else np.nan


def _sign(preferred: str | None, system: str) -> int:
    return 0 if preferred is None else 1 if preferred == system else -1


def _shares(result: Result, systems: Sequence[str]) -> list[float]:
    won = defaultdict(list)
    for answer in result.answers:
        for system in answer.pair:
            won[system].append((1 + _sign(answer.preferred, system)) / 2)
    return [float(np.mean(won[system])) if won[system] else np.nan for system in systems]
