"""A/B rows: what a page without a script gets of them. tests/book/ has what the script does."""

import numpy as np
import pytest

from refimpl.display import compare_sounds
from refimpl.errors import UserError
from tests.display.shown import RATE, Tags, tone


def test_it_holds_a_plain_player_for_each_stage_and_says_so():
    row = compare_sounds({"a <b>": tone(220), "c": tone(880)}, RATE)
    page = Tags(row._repr_html_())
    labels = [found["aria-label"] for tag, found in page.tags if tag == "audio"]
    assert labels == ["a <b>, 1.00 s", "c, 1.00 s"]
    assert "b" not in dict(page.tags)
    assert repr(row) == "<ComparedSounds: 2 stages of one clip of 1.00 s, to compare: a <b>, c>"


def test_it_asks_no_other_place_for_anything():
    html = compare_sounds({"a": tone(220), "b": tone(880)}, RATE)._repr_html_()
    assert "http" not in html
    assert html.count("<script>") == html.count("</script>") == 1


def test_a_codec_may_make_the_clip_a_little_longer():
    longer = np.concatenate([tone(), np.zeros(700, np.float32)])
    assert len(compare_sounds({"a": tone(), "b": longer}, RATE).players) == 2


@pytest.mark.parametrize(
    ("sounds", "needed"),
    [
        ({"one": tone()}, "at least two"),
        ({}, "at least two"),
        ({"a": tone(seconds=1.0), "b": tone(seconds=2.0)}, "equally long"),
    ],
)
def test_what_cannot_be_compared_is_an_error(sounds, needed):
    with pytest.raises(UserError, match=needed):
        compare_sounds(sounds, RATE)
