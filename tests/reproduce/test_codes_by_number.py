"""One tune through codebooks of growing size, on a scale of seconds."""

import io
import json

import pytest
import soundfile
from PIL import Image

from refimpl.reproduce.codes_by_number import BANDS, codes_by_number


def test_more_codes_cost_more_and_every_number_can_be_heard_and_seen(tmp_path):
    found = codes_by_number(tmp_path, (2, 16), n_training=3, show=False)
    assert found == json.loads((tmp_path / "codes.json").read_text())
    few, more = found["numbers"]
    assert (few["codes"], more["codes"]) == (2, 16)
    assert more["bits_per_second"] == pytest.approx(4 * few["bits_per_second"], abs=0.3)
    assert few["melody"] <= more["melody"] <= 1
    for number in (2, 16):
        sound, rate = soundfile.read(io.BytesIO((tmp_path / f"codes-{number}.mp3").read_bytes()))
        assert abs(len(sound) / rate - found["seconds"]) < 0.2
        assert Image.open(tmp_path / f"codes-{number}.webp").height == BANDS
