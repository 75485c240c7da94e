"""The configuration refuses what cannot be played, and says what can."""

import json

import pytest

from refimpl.errors import UserError
from refimpl.tinytunes import COURSE_TEMPO, TuneConfig


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"level": 4}, "1, 2 or 3"),
        ({"level": "1"}, "1, 2 or 3"),
        ({"n_bars": 0}, "1 to 128"),
        ({"n_bars": 2.5}, "1 to 128"),
        ({"sample_rate": 100}, "8000 to 96000"),
        ({"tempos": (500,)}, "60 to 200"),
        ({"tempos": (float("nan"),)}, "60 to 200"),
        ({"tempos": ()}, "at least one"),
        ({"tempos": 120}, "at least one"),
        ({"modes": ("dorian",)}, '"major" or "minor"'),
        ({"modes": "major"}, "at least one"),
        ({"keys": (12,)}, "0 .C. to 11 .B."),
        ({"room": -0.1}, "0 .dry. to 1"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(given, allowed):
    (name,) = given
    with pytest.raises(UserError, match=f"{name.rstrip('s')}.*{allowed}"):
        TuneConfig(**given)


def test_levels_have_their_own_defaults():
    assert TuneConfig().tempos == (COURSE_TEMPO,)
    assert TuneConfig().modes == ("major",)
    assert TuneConfig(level=3).modes == ("major", "minor")
    assert TuneConfig(level=3, modes=["minor"]).modes == ("minor",)


def test_a_configuration_survives_json():
    config = TuneConfig(level=2, keys=(0, 7), tempos=(90, 100.5))
    assert TuneConfig(**json.loads(json.dumps(config.to_dict()))) == config
