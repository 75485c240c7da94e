"""A listening test as one static page with its sounds, and the key that says what they are.

The page works from any web server and from a disk: its sounds are scripts that hold FLAC, because a
page on a disk may load scripts and no other files. Nothing in it names a system. The names are in
the key, a file beside the folder, which listeners do not get.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
from dataclasses import dataclass
from html import escape
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from refimpl.display.bars import progress_bar
from refimpl.files import replace_file, replace_json
from refimpl.listening.design import QUESTIONS, REFERENCE, ListeningTest
from refimpl.listening.errors import ListeningError
from refimpl.listening.plans import balanced_plans

PAGE = Path(__file__).parent / "page"
N_PLANS = 60  # for more listeners, they are used again
MAX_PAGE = 300_000  # bytes, without the sounds
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)  # Hz
_SCRIPTS = ("random.js", "storage.js", "player.js", "elements.js", "trials.js", "pages.js")


@dataclass(frozen=True)
class PageOptions:
    """The words and questions of a page, apart from its trials.

    Attributes:
        title: of the page.
        instructions: text of one's own in place of the page's, paragraphs apart by an empty line.
        consent: text that a listener has to agree with first; empty for none.
        ask: questions at the end, answered in words, such as "Do you play an instrument?".
        contact: where to send the answers, such as an address.
        ties: for A/B, allow "no preference".
        trials: for each listener; None for all.
    """

    title: str = "Listening test"
    instructions: str = ""
    consent: str = ""
    ask: tuple[str, ...] = ()
    contact: str = ""
    ties: bool = False
    trials: int | None = None


def key_path(site: str | Path) -> Path:
    """Return where the key of a page lies: beside its folder."""
    site = Path(site)
    return site.with_name(f"{site.name}.key.json")


def write_site(
    test: ListeningTest,
    site: str | Path,
    options: PageOptions | None = None,
    *,
    seed: int = 0,
    show: bool | None = None,
) -> Path:
    """Write `index.html` and `sounds/`, and beside the folder the key.

    Args:
        test: made by `design_test`.
        site: the folder; an older page in it is replaced.
        options: what the page says.
        seed: of the names of sounds and of the orders.
        show: whether to show a progress bar; None decides by the terminal.
    Returns:
        The path of the page.
    Raises:
        ListeningError: more trials for each listener than there are, or a folder of something else.
    """
    options = options or PageOptions()
    site = Path(site)
    sounds = site / "sounds"
    _check_ours(site)
    rng = np.random.default_rng(seed)
    config, key, audio = _named(test, options, rng)
    data = {name: _coded(one, test.sample_rate, "FLAC") for name, one in audio.items()}
    config["test"] = key["test"] = _identity(config, data)
    shutil.rmtree(sounds, ignore_errors=True)
    longest = max(map(len, data.values()))
    for name, flac in progress_bar(data.items(), description="page", unit="sound", show=show):
        replace_file(sounds / f"{name}.js", _script(name, flac, longest))
    replace_json(key_path(site), key)
    replace_file(site / "index.html", _html(config, options).encode())
    return site / "index.html"


def page_with_sounds(
    test: ListeningTest, options: PageOptions | None = None, *, seed: int = 0
) -> tuple[str, dict[str, Any]]:
    """Make the page as a single file, which holds its sounds as MP3: small enough to embed.

    Args:
        test: made by `design_test`, at a sample rate of MP3.
        options: what the page says.
        seed: of the names of sounds and of the orders.
    Returns:
        The HTML, and the key, which says what each sound is.
    Raises:
        ListeningError: more trials for each listener than there are, or another sample rate.
    """
    if test.sample_rate not in MP3_RATES:
        rates = ", ".join(map(str, MP3_RATES))
        raise ListeningError(
            f"MP3 has no sample rate of {test.sample_rate} Hz; give one of {rates}"
        )
    options = options or PageOptions()
    config, key, audio = _named(test, options, np.random.default_rng(seed))
    data = {name: _coded(one, test.sample_rate, "MP3") for name, one in audio.items()}
    config["test"] = key["test"] = _identity(config, data)
    longest = max(map(len, data.values()))
    sounds = [_script(name, mp3, longest).decode("ascii") for name, mp3 in data.items()]
    return _html(config, options, "".join(f"<script>{one}</script>\n" for one in sounds)), key


def _check_ours(site: Path) -> None:
    page = site / "index.html"
    found = [path for path in (site.iterdir() if site.is_dir() else ()) if path != page]
    ours = page.is_file() and '<script id="test"' in page.read_text("utf-8", errors="replace")
    if (found or page.exists()) and not ours:
        raise ListeningError(f"{site} holds something else; give a new folder for --out")


def _named(test: ListeningTest, options: PageOptions, rng) -> tuple[dict, dict, dict]:
    """Give trials and sounds names that say nothing: what the page gets, the key, the sounds."""
    key: dict[str, Any] = {"format": "refimpl listening test key", "version": 1}
    key |= {"kind": test.kind, "systems": list(test.systems), "questions": list(test.questions)}
    key |= {"ties": options.ties, "trials": {}}
    audio: dict[str, np.ndarray] = {}
    trials = []
    for trial in test.trials:
        name = _name(rng)
        of_system = {_name(rng): system for system in trial.sounds}
        audio |= {sound: trial.sounds[system] for sound, system in of_system.items()}
        one = {"id": name, "training": trial.training, "sounds": sorted(of_system)}
        if test.kind == "mushra":
            # A second copy: the same file twice would give the hidden reference away.
            one["reference"] = _name(rng)
            audio[one["reference"]] = trial.sounds[REFERENCE]
        if test.kind == "questions":
            one |= {"caption": trial.caption, "n_questions": _n_questions(test, trial)}
        trials.append(one)
        key["trials"][name] = {
            "item": trial.item,
            "training": trial.training,
            "sounds": of_system,
            "questions": one.get("n_questions", 0),
            "faint": list(trial.faint),
        }
    training = [one for one in trials if one["training"]]
    counted = [one for one in trials if not one["training"]]
    groups = _groups(test)
    n_trials = options.trials or len(counted)
    if n_trials > len(counted):
        raise ListeningError(
            f"{n_trials} trials for each listener, of {len(counted)} that there are"
        )
    shuffled = [int(i) for i in rng.permutation(len(counted))]  # neither order nor place tells
    plans = balanced_plans([groups[i] for i in shuffled], n_trials, N_PLANS, rng)
    config = {
        "kind": test.kind,
        "title": options.title,
        "questions": list(test.questions),
        "ties": options.ties,
        "ask": list(options.ask),
        "contact": options.contact,
        "training": training,
        "trials": [counted[i] for i in shuffled],
        "plans": plans,
    }
    return config, key, audio


def _name(rng: np.random.Generator) -> str:
    return rng.bytes(5).hex()


def _n_questions(test: ListeningTest, trial) -> int:
    """The course's second question is about a text; questions of one's own are always asked."""
    return 1 if test.questions == QUESTIONS and not trial.caption else len(test.questions)


def _groups(test: ListeningTest) -> list[int]:
    """For each counted trial, the number of what it compares."""
    kinds = [frozenset(pair) for pair in combinations(test.systems, 2)]
    if test.kind == "questions":
        kinds = [frozenset([system]) for system in test.systems]
    numbers = {one: number for number, one in enumerate(kinds)}
    counted = (trial for trial in test.trials if not trial.training)
    return [numbers.get(frozenset(trial.sounds), 0) for trial in counted]


def _coded(audio: np.ndarray, sample_rate: int, kind: str) -> bytes:
    subtype = {"FLAC": "PCM_16", "MP3": "MPEG_LAYER_III"}[kind]
    with io.BytesIO() as file:
        soundfile.write(file, audio, sample_rate, format=kind, subtype=subtype)
        return file.getvalue()


def _script(name: str, sound: bytes, longest: int) -> bytes:
    """A sound as a script, padded to the longest one: lengths would tell sounds apart."""
    coded = base64.b64encode(sound).decode("ascii")
    padding = " " * (4 * ceil(longest / 3) - len(coded))
    return f'SOUND("{name}","{coded}"){padding}\n'.encode("ascii")


def _identity(config: dict, data: dict[str, bytes]) -> str:
    """A name of the test that changes with anything in it: answers of another one do not fit."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name in sorted(data):
        digest.update(data[name])
    return digest.hexdigest()[:12]


def _html(config: dict, options: PageOptions, sounds: str = "") -> str:
    """Fill the parts into the page, which so is one file; sounds may be a part of it."""
    scripts = "\n".join((PAGE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    parts = {
        "title": escape(options.title),
        "style": (PAGE / "style.css").read_text(encoding="utf-8"),
        "instructions": _paragraphs(options.instructions),
        "consent": _paragraphs(options.consent),
        # "<" would end the script in which the page holds it.
        "config": json.dumps(config, separators=(",", ":")).replace("<", "\\u003c"),
        "script": scripts,
        "sounds": sounds,
    }
    template = (PAGE / "index.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: parts[found[1]], template)


def _paragraphs(text: str) -> str:
    """Text as HTML: its paragraphs, and nothing that a browser would run."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "\n".join(f"<p>{escape(part)}</p>" for part in parts)
