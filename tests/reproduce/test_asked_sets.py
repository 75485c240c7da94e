"""The tunes of one way of asking as a set: who fits the texts, and who is near real tunes?"""

import numpy as np
import pytest

from refimpl.audio import Clip
from refimpl.corpora.tinytunes import clip_of
from refimpl.reproduce.asked.as_sets import SET_MEASURES, SetListener
from refimpl.reproduce.asked.tables import set_table
from refimpl.text_to_music.tunes import mixed_tunes

N = 10


@pytest.fixture(scope="module")
def listener():
    return SetListener.of(mixed_tunes("train", range(N)))


@pytest.fixture(scope="module")
def real():
    return [clip_of(tune) for tune in mixed_tunes("validation", range(N))]


def test_real_tunes_fit_their_own_texts_and_not_those_of_others(listener, real):
    captions = [clip.caption for clip in real]
    turned = [
        Clip(clip.name, clip.audio, clip.sample_rate, other)
        for clip, other in zip(real, captions[3:] + captions[:3], strict=True)
    ]
    own, exchanged = listener.measure(real), listener.measure(turned)
    assert set(own) == {measure.name for measure in SET_MEASURES}
    assert own["clap_score"].mean > exchanged["clap_score"].mean + 0.3
    assert own["clap_above_chance"].low > 0.3
    assert abs(exchanged["clap_above_chance"].mean) < 0.2
    assert own["fad_infinity"].mean == exchanged["fad_infinity"].mean  # it reads no texts


def test_noise_is_far_from_real_tunes(listener, real):
    rng = np.random.default_rng(0)
    noise = [
        Clip(one.name, 0.1 * rng.standard_normal(len(one.audio)), one.sample_rate, one.caption)
        for one in real
    ]
    far, near = listener.measure(noise), listener.measure(real)
    assert far["fad_infinity"].low > near["fad_infinity"].high
    assert far["clap_above_chance"].mean < near["clap_above_chance"].low


def test_too_few_tunes_are_no_set(listener, real):
    assert listener.measure(real[:7]) == {}
    table = set_table({"n_prompts": 7, "arms": [{"name": "few", "set": {}}]})
    assert table.splitlines()[-1] == "| few | – | – | – | – |"
