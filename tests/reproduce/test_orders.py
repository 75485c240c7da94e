"""Orders that a composer carries out, on a scale of seconds."""

import io
import json

import soundfile

from refimpl.corpora.tinytunes import clip_of
from refimpl.reproduce.orders import write_orders
from refimpl.text_to_music.tunes import mixed_tunes

CHOICES = {
    "mood": {"a calm tune": {"mode": "major"}},
    "tempo": {"84": {"tempo": 84.0}, "144": {"tempo": 144.0}},
    "backing": {"drums": {"drums": True}},
}


class FromTheCorpus:
    """Stands in for a composer: gives tunes of the corpus, whatever is asked for."""

    def __init__(self):
        self.texts = []

    def write(self, texts, *, seed):
        self.texts += texts
        return [clip_of(tune) for tune in mixed_tunes("test", range(len(texts)))]


def test_every_order_is_written_judged_and_kept(tmp_path):
    composer = FromTheCorpus()
    found = write_orders(tmp_path, CHOICES, composer=composer, n_judge_tunes=6)
    assert found == json.loads((tmp_path / "orders.json").read_text())
    assert all("a calm tune at " in text and "over drums" in text for text in composer.texts)
    assert [one["chosen"][1] for one in found["orders"]] == ["84", "144"]
    for order in found["orders"]:
        assert set(order["heard"]) == {"mode", "tempo", "drums"}
        sound, rate = soundfile.read(io.BytesIO((tmp_path / order["file"]).read_bytes()))
        assert abs(len(sound) / rate - order["seconds"]) < 0.2
