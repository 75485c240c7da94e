"""Every sound of the book as a browser decodes it: one loudness, and no peak at full scale."""

import base64
import io
import json
import re

import numpy as np
import soundfile

from refimpl.display.levelling import MAX_PEAK, TARGET_LOUDNESS
from refimpl.display.loudness import loudness
from tests.book.built import BOOK, page_names

PLAYER = re.compile(r'<audio\b[^>]*\baria-label="([^"]*)"[^>]*>')
SOURCE = re.compile(r'\bsrc="([^"]*)"')
STATE = re.compile(r'<script data-src="([^"]*)" type="application/vnd.jupyter.widget-state\+json">')
ALLOWED = 1.0  # LU
NEARLY = 0.8 * MAX_PEAK  # what has such a peak is as loud as it can be


def sounds_of(name):
    """The sounds of a page by their names: of its players and of its explorers."""
    page = (BOOK / name).read_text(encoding="utf-8")
    for tag in PLAYER.finditer(page):
        source = SOURCE.search(tag[0])[1]
        if source.startswith("data:"):
            yield tag[1], base64.b64decode(source.partition(",")[2])
        else:
            yield tag[1], (BOOK / name).parent.joinpath(source).read_bytes()
    for address in STATE.findall(page):
        script = (BOOK / name).parent.joinpath(address).read_text(encoding="utf-8")
        state = json.loads(script.partition(" = ")[2].rstrip(";"))
        for number, widget in state["state"].items():
            for buffer in widget.get("buffers", []):
                data = base64.b64decode(buffer["data"])
                if buffer["path"][0] in ("sounds", "tune"):
                    yield f"{buffer['path'][0]} of {number}", data


def test_the_course_has_many_sounds_and_all_kinds_are_measured(book):
    labels = [label for name in page_names() for label, _ in sounds_of(name)]
    assert sum(label.startswith(("sounds of", "tune of")) for label in labels) >= 2
    assert len(labels) > 100


def test_all_sounds_are_equally_loud_and_none_reaches_full_scale(book, name):
    wrong = []
    for label, mp3 in sounds_of(name):
        audio, rate = soundfile.read(io.BytesIO(mp3))
        peak, level = np.abs(audio).max(), loudness(audio, rate)
        quiet_for_a_reason = level < TARGET_LOUDNESS and (peak > NEARLY or "silent" in label)
        if peak >= 1 or not (abs(level - TARGET_LOUDNESS) <= ALLOWED or quiet_for_a_reason):
            wrong.append(f"{label}: {level:.1f} LUFS, peak {peak:.2f}")
    assert wrong == []
