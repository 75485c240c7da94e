"""The page as files: small, blind, complete; and its key."""

import base64
import io
import json
import re

import numpy as np
import pytest
import soundfile

from refimpl.listening import (
    KINDS,
    ListeningError,
    PageOptions,
    design_test,
    key_path,
    read_key,
    write_site,
)
from refimpl.listening.site import MAX_PAGE
from tests.listening.examples import ITEMS, RATE, SYSTEMS, small_key, small_site, write_folders


def config_of(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'<script id="test"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def sound_of(site, name):
    script = (site / "sounds" / f"{name}.js").read_text(encoding="ascii")
    told, coded = re.fullmatch(r'SOUND\("(\w+)","([\w+/=]+)"\) *\n', script).groups()
    assert told == name
    return soundfile.read(io.BytesIO(base64.b64decode(coded)))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_on_the_page_tells_what_is_heard(kind):
    site, key = small_site(kind), small_key(kind)
    page = (site / "index.html").read_text(encoding="utf-8")
    assert len(page.encode()) < MAX_PAGE / 5
    names = [path.name for path in site.rglob("*")]
    for word in (*SYSTEMS, *ITEMS, "anchor", "key.json"):
        config = page[page.index('<script id="test"') : page.index("<script>")]
        assert f'"{word}' not in config and word not in names
    files = list((site / "sounds").iterdir())
    assert len({path.stat().st_size for path in files}) == 1
    assert {path.stem for path in files} >= {s for t in key.trials.values() for s in t.sounds}


def test_the_key_says_what_each_sound_is():
    site, key = small_site("mushra"), small_key("mushra")
    config = config_of(site)
    assert key.test == config["test"] and key.systems == list(SYSTEMS)
    for trial in config["training"] + config["trials"]:
        of_system = {system: sound for sound, system in key.trials[trial["id"]].sounds.items()}
        reference, rate = sound_of(site, trial["reference"])
        assert rate == RATE
        hidden, _ = sound_of(site, of_system["reference"])
        np.testing.assert_array_equal(hidden, reference)  # another name, the same sound
        assert trial["reference"] not in trial["sounds"]
        errors = {
            system: np.abs(sound_of(site, of_system[system])[0] - reference).mean()
            for system in SYSTEMS
        }
        assert errors["good"] < errors["bad"] / 3
        treble = np.abs(np.fft.rfft(sound_of(site, of_system["anchor 3.5 kHz"])[0]))
        assert treble[len(treble) // 2 :].max() < 0.01 * treble.max()


def test_no_place_in_the_page_belongs_to_one_system(tmp_path):
    test = design_test(write_folders(tmp_path), "ab", sample_rate=RATE, seconds=0.1, show=False)
    places = []
    for seed in range(6):
        write_site(test, tmp_path / "site", show=False, seed=seed)
        key = read_key(key_path(tmp_path / "site"))
        for trial in config_of(tmp_path / "site")["trials"]:
            systems = [key.trials[trial["id"]].sounds[sound] for sound in trial["sounds"]]
            places.append(systems.index("good"))
    assert 3 < sum(places) < 15


def test_words_of_ones_own_are_text_and_never_code(tmp_path):
    test = design_test(write_folders(tmp_path), "ab", sample_rate=RATE, show=False)
    evil = "</script><script>alert(1)</script>"
    options = PageOptions(
        title=evil,
        instructions=f"One.\n\nTwo {evil} {{{{ key }}}}",
        consent=evil,
        ask=(evil,),
        contact=evil,
    )
    page = write_site(test, tmp_path / "site", options, show=False).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    assert "<p>One.</p>\n<p>Two &lt;/script&gt;" in page and "{{ key }}" in page
    assert config_of(tmp_path / "site")["ask"] == [evil]


def test_a_listener_may_get_some_of_the_trials(tmp_path):
    test = design_test(write_folders(tmp_path), "questions", sample_rate=RATE, show=False)
    write_site(test, tmp_path / "site", PageOptions(trials=4), show=False)
    config = config_of(tmp_path / "site")
    key = read_key(key_path(tmp_path / "site"))
    for plan in config["plans"]:
        of = [next(iter(key.trials[config["trials"][i]["id"]].sounds.values())) for i in plan]
        assert sorted(of) == ["bad", "bad", "good", "good"]
    with pytest.raises(ListeningError, match="7 trials for each listener, of 6"):
        write_site(test, tmp_path / "other", PageOptions(trials=7), show=False)
    assert not (tmp_path / "other").exists()


def test_a_page_is_replaced_and_nothing_else_is(tmp_path):
    test = design_test(write_folders(tmp_path), "ab", sample_rate=RATE, show=False)
    site = tmp_path / "site"
    write_site(test, site, show=False, seed=1)
    first, names = config_of(site)["test"], set((site / "sounds").iterdir())
    write_site(test, site, show=False, seed=1)
    assert config_of(site)["test"] == first
    write_site(test, site, show=False, seed=2)
    assert config_of(site)["test"] != first
    assert names.isdisjoint((site / "sounds").iterdir())
    for folder in (tmp_path / "good", tmp_path):
        with pytest.raises(ListeningError, match="holds something else"):
            write_site(test, folder, show=False)
