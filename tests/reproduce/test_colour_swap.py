"""Two melodies with exchanged colours: what is written of them, and that a colour is heard."""

import json

import numpy as np

from refimpl.audio import load_audio
from refimpl.reproduce.codec_trials import Sizes
from refimpl.reproduce.colour_swap import swap_colours

LITTLE = Sizes(steps=30, n_train=20, n_test=4)


def test_every_sound_is_written_and_described(tmp_path):
    found = swap_colours(tmp_path, sizes=LITTLE)
    assert json.loads((tmp_path / "swap.json").read_text(encoding="utf-8")) == found
    sounds = found["sounds"]
    one, other = sounds["one"]["notes"], sounds["other"]["notes"]
    assert one != other and sounds["one"]["distances"][one] == 0
    for name, notes, colour in (
        ("one-own", one, one),
        ("one-swapped", one, other),
        ("other-own", other, other),
        ("other-swapped", other, one),
    ):
        assert (sounds[name]["notes"], sounds[name]["colour"]) == (notes, colour)
        assert set(sounds[name]["distances"]) == {one, other}
    audio = {
        name: load_audio(tmp_path / f"sounds/results-swap-{name}.mp3", 22050) for name in sounds
    }
    own, swapped = audio["one-own"], audio["one-swapped"]
    assert len(own) == len(swapped) and not np.allclose(own, swapped, atol=0.01)
