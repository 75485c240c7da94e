"""Embeddings: their promises, whatever is behind them, and what each hears."""

import copy

import numpy as np
import pytest
import torch

from refimpl.embeddings import EMBEDDINGS, Embedding, MelStatistics, TurnedChroma, load_embedding
from refimpl.embeddings.embedding import windows_over
from refimpl.embeddings.joint import JointSounds, JointSteps
from refimpl.errors import UserError
from refimpl.tinytunes import TuneConfig, Tunes

RATE = 22050
TUNE = Tunes("test")[0].render()


@pytest.fixture(scope="module", params=sorted(EMBEDDINGS))
def embedding(request):
    return load_embedding(request.param)


def far(one, two):
    return np.linalg.norm(np.mean(one, axis=0) - np.mean(two, axis=0))


def test_each_sound_becomes_windows_of_finite_numbers(embedding):
    found = embedding.embed([TUNE, TUNE[: RATE // 10], np.zeros(RATE, np.float32), TUNE[:1]], RATE)
    assert len({one.shape[1] for one in found}) == 1
    assert all(one.ndim == 2 and len(one) and np.isfinite(one).all() for one in found)
    assert all(one.dtype == np.float32 for one in found)
    if embedding.window is not None:
        assert len(found[0]) == pytest.approx(2 * len(TUNE) / RATE / embedding.window, abs=1.5)
    assert embedding.embed([], RATE) == []


def test_a_sound_has_the_same_vectors_alone_and_in_company(embedding):
    alone = embedding.embed([TUNE], RATE)[0]
    np.testing.assert_allclose(
        embedding.embed([TUNE[::-1].copy(), TUNE], RATE)[1], alone, atol=1e-5
    )


def test_loudness_is_not_heard(embedding):
    loud, soft = embedding.embed([TUNE, 0.05 * TUNE], RATE)
    np.testing.assert_allclose(loud, soft, atol=1e-3 * np.abs(loud).max())


def test_another_sample_rate_of_the_same_sound_is_near(embedding):
    from refimpl.audio.standardising import resample

    noise = np.random.default_rng(0).standard_normal(len(TUNE))
    given, noisy = embedding.embed([TUNE, noise], RATE)
    other = embedding.embed([resample(TUNE, RATE, 32000)], 32000)[0]
    assert far(given, other) < far(given, noisy) / 5


@pytest.mark.parametrize(
    ("sound", "rate", "said"),
    [
        (np.zeros((2, 100)), RATE, "one channel"),
        (np.zeros(0), RATE, "at least one sample"),
        (np.full(100, np.nan), RATE, "no NaN"),
        (TUNE, 0, "sample rate|rate"),
    ],
)
def test_what_is_no_sound_is_refused(embedding, sound, rate, said):
    with pytest.raises(UserError, match=said):
        embedding.embed([sound], rate)


def test_turned_chroma_does_not_hear_the_key_and_hears_wrong_notes():
    tunes = list(Tunes("test", TuneConfig(keys=(0,), modes=("major",))).take(3))
    twins = [tune.render() for tune in tunes]
    higher = [_transposed(tune, 3) for tune in tunes]
    rng = np.random.default_rng(0)
    wrong = [_transposed(tune, rng.integers(-5, 6, len(tune.notes))) for tune in tunes]
    hears = TurnedChroma()
    given, up, bad = (hears.embed(one, RATE) for one in (twins, higher, wrong))
    for a, b, c in zip(given, up, bad, strict=True):
        assert far(a, b) < far(a, c)


def test_mel_statistics_are_means_and_deviations_over_a_second():
    noise = 0.1 * np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    found = MelStatistics().embed([noise], RATE)[0]
    assert found.shape == (3, 64)
    assert found[:, :32].std(axis=0).mean() < 1  # dB: noise is the same everywhere
    assert (found[:, 32:] > 0).all()


def test_windows_overlap_by_half_and_leave_out_a_rest():
    frames = np.arange(25)[:, None]
    starts = [int(one[0, 0]) for one in windows_over(frames, 5.0, 2.0)]
    assert starts == [0, 5, 10, 15]
    assert [len(one) for one in windows_over(frames[:3], 5.0, 2.0)] == [3]


def test_an_unknown_name_is_answered_with_known_ones():
    with pytest.raises(UserError, match="did you mean turned chroma"):
        load_embedding("turned croma")
    assert isinstance(load_embedding("mel statistics"), Embedding)


def _transposed(tune, semitones):
    """A tune whose notes are moved, all by the same number or each by its own."""
    from dataclasses import replace

    moves = np.broadcast_to(semitones, len(tune.notes))
    notes = tuple(
        replace(note, pitch=int(note.pitch + move))
        for note, move in zip(tune.notes, moves, strict=True)
    )
    return replace(tune, notes=notes).render()


def test_another_version_has_another_fingerprint():
    here, again = JointSounds(), JointSounds()
    assert here.fingerprint == again.fingerprint != JointSteps().fingerprint
    changed = copy.deepcopy(here.model)
    with torch.no_grad():
        next(changed.parameters()).view(-1)[0] += 1e-3
    assert JointSounds(changed).fingerprint != here.fingerprint
    assert TurnedChroma().fingerprint != MelStatistics().fingerprint
