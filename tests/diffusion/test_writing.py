"""Tunes that are asked for: keys, melodies, gaps, few steps."""

import numpy as np
import pytest
import torch

from refimpl.diffusion import (
    SavedDiffusion,
    Wish,
    write_tunes,
)
from refimpl.diffusion.writing import (
    key_in_text,
    known_part,
    parse_key,
    tune_seconds,
    write_latents,
)
from refimpl.errors import UserError
from tests.diffusion.diffusion_examples import tiny_saved
from tests.pipeline.pipeline_examples import tone


@pytest.fixture(scope="module")
def saved():
    return tiny_saved()


def bare(saved):
    return SavedDiffusion(saved.model, saved.codec)


def test_keys_in_words():
    known = {"C": 0, "f#": 6, "Gb": 6, "Gb major": 6, "Cb": 11, " B ": 11}
    assert {name: parse_key(name) for name in known} == known
    for wrong in ("H", "C minor", "", "C##"):
        with pytest.raises(UserError, match="give a major key"):
            parse_key(wrong)


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        ("a calm tune in G major on a flute", 7, "a calm tune on a flute"),
        ("F# major", 6, ""),
        ("in the key of e-flat major", 3, ""),
        ("a tune in a major", 9, "a tune"),
        ("Slow: B♭ Major.", 10, "Slow: ."),
        ("C sharp major, yes, C# major", 1, ", yes,"),
    ],
)
def test_the_key_in_a_text(text, key, rest):
    assert key_in_text(text) == (key, rest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a major event", "names no key"),
        ("", "names no key"),
        ("in D minor", "'D minor' is no key"),
        ("from C major to G major", "names 2 keys"),
    ],
)
def test_a_text_without_one_major_key_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        key_in_text(text)


def test_tunes_sound_as_long_as_they_should(saved):
    assert tune_seconds(saved) == pytest.approx(1.6)
    tunes = write_tunes(saved, count=2, n_steps=5)
    assert len(tunes) == 2 and all(abs(len(tune) / 16_000 - 1.6) < 0.05 for tune in tunes)
    assert not np.array_equal(*tunes)


def test_a_key_changes_the_tune_and_guidance_changes_it_further(saved):
    plain = write_latents(saved, Wish(), count=1, n_steps=5)
    keyed, further = (
        write_latents(saved, Wish(key=3), count=1, n_steps=5, guidance=scale) for scale in (1, 4)
    )
    assert not torch.allclose(plain, keyed) and not torch.allclose(keyed, further)
    expected = saved.model.write(1, labels=torch.tensor([3]), n_steps=5, guidance=4)
    torch.testing.assert_close(further, expected)


def test_few_steps_are_the_distilled_models_unless_it_cannot(saved):
    few = write_latents(saved, Wish(key=3), count=1, n_steps=4)
    torch.testing.assert_close(few, saved.few_steps.write(1, labels=torch.tensor([3]), n_steps=4))
    for options in ({"guidance": 2.0}, {}):
        one = saved if options else bare(saved)
        slow = write_latents(one, Wish(key=3), count=1, n_steps=4, **options)
        expected = saved.model.write(1, labels=torch.tensor([3]), n_steps=4, guidance=2.0)
        torch.testing.assert_close(slow, expected)


def test_a_melody_changes_the_tune(saved):
    low, high = (
        write_latents(saved, Wish(melody=tone(1.6, pitch=hertz, rate=16_000)), count=1)
        for hertz in (262, 440)
    )
    assert not torch.allclose(low, high)
    with pytest.raises(UserError, match="has no control"):
        write_tunes(bare(saved), Wish(melody=tone(1.6, rate=16_000)))


@pytest.mark.parametrize("reduced", [False, True])
def test_all_but_the_gap_is_kept(saved, reduced):
    clip = tone(1.6, rate=16_000)
    one = bare(saved) if reduced else saved
    filled = write_latents(one, Wish(clip=clip, gap=(0.4, 0.8)), count=2, n_steps=4)
    original, known = known_part(saved, clip, (0.4, 0.8))
    assert known.tolist() == [True] * 4 + [False] * 4 + [True] * 8
    torch.testing.assert_close(filled[:, known], original[known].expand(2, -1, -1))
    assert not torch.allclose(filled[0, ~known], filled[1, ~known])


def test_a_shorter_clip_is_continued(saved):
    _, known = known_part(saved, tone(0.8, rate=16_000), None)
    assert known.tolist() == [True] * 8 + [False] * 8


def test_a_gap_has_to_leave_something_and_take_something(saved):
    clip = tone(1.6, rate=16_000)
    with pytest.raises(UserError, match="leaves nothing to write"):
        known_part(saved, clip, None)
    with pytest.raises(UserError, match="leaves nothing that is known"):
        known_part(saved, clip, (0.0, 9.0))
