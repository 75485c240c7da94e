"""Rate against distortion, by measures that disagree: every codec on the same held-out tunes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import PUBLISHED, Codec, load_codec, quoted_figures
from refimpl.display import progress_bar
from refimpl.display.levelling import levelled_mp3
from refimpl.errors import UserError
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.mel import mel_spectrogram
from refimpl.metrics import bootstrap_mean, mel_distance, part_accuracy, si_sdr
from refimpl.presets import get_preset
from refimpl.reproduce.codec_figures import draw_rate_distortion
from refimpl.reproduce.codec_systems import COURSE, System, all_systems, frame_config
from refimpl.reproduce.codec_tables import codec_tables
from refimpl.reproduce.records import machine, plain
from refimpl.tinytunes import Tune, Tunes

Log = Callable[[str], None]
MEASURES = ("si_sdr", "mel_frames", "mel_sound", "melody", "bass")
LOWEST_SDR = -60.0  # dB; of silence it would be minus infinity, which has no mean


def compare_codecs(
    folder: str | Path,
    *,
    n_tunes: int = 24,
    work: str | Path = "runs/reproduce",
    neural: dict[str, str | Path] | None = None,
    log: Log = print,
    **systems,
) -> dict[str, Any]:
    """Send held-out tunes through every codec, and measure what arrives in several ways.

    Args:
        folder: for codecs.json, codecs.md, a picture and sounds.
        n_tunes: held-out tunes.
        work: for fitted codecs and for what was measured so far; both are kept.
        neural: files of further codecs by name.
        log: is given a sentence after each system.
        systems: n_fitted and configs, see `all_systems`.

    Returns:
        What codecs.json holds.

    Raises:
        UserError: a file that holds no codec, or none.

    Taught in lesson 8.
    """
    folder, work = Path(folder), Path(work) / "codecs"
    for part in (folder / "figures", folder / "sounds", work):
        make_folder(part)
    extra: dict[str, Codec] = {name: load_codec(path) for name, path in (neural or {}).items()}
    tunes = list(Tunes("test", get_preset(COURSE).tunes).take(n_tunes))
    if not tunes:
        raise UserError("0 tunes were asked for; measure at least 1")
    first = tunes[0].render()
    _keep_sound(folder, "original", first)
    rows = []
    for system in all_systems(work, log, extra=extra, **systems):
        rows.append(_row(system, tunes, folder, work))
        log(f"{system.name}: {_in_words(rows[-1])}")
    results = {
        "command": f"refimpl reproduce --codecs --codec-tunes {n_tunes}"
        + "".join(f' --codec "{name}=FILE"' for name in extra),
        "machine": machine(),
        "n_tunes": n_tunes,
        "original": f"{_slug('original')}.mp3",
        "rows": rows,
        "published": [_published(one) for one in PUBLISHED],
        "quoted": [
            {name: getattr(one, name) for name in ("what", "unit", "quoted", "computed", "because")}
            | {"agrees": one.agrees}
            for one in quoted_figures()
        ],
    }
    replace_json(folder / "codecs.json", results)
    replace_file(folder / "codecs.md", codec_tables(results).encode())
    draw_rate_distortion(results, folder / "figures" / "codecs.png")
    log(f"wrote {folder / 'codecs.json'}, a table, a picture and sounds")
    return results


def _row(system: System, tunes: Sequence[Tune], folder: Path, work: Path) -> dict[str, Any]:
    """Measure a system; a row that was measured before is read."""
    cached = work / f"{_slug(system.name)}.json"
    sound = folder / "sounds" / f"{_slug(system.name)}.mp3"
    if cached.exists() and sound.exists():
        known = json.loads(cached.read_text(encoding="utf-8"))
        if (known["key"], known["n_tunes"]) == (system.key, len(tunes)):
            return known
    found: list[dict[str, float]] = []
    bar = progress_bar(tunes, total=len(tunes), description=system.name, unit="tune")
    for tune in bar:
        audio = tune.render()
        started = time.process_time()
        sent = system.send(audio)
        seconds = time.process_time() - started
        if not found:
            _keep_sound(folder, system.name, sent.sound)
        found.append(measure_sent(tune, audio, sent) | {"core_seconds": seconds / tune.duration})
    values = {name: np.array([one[name] for one in found]) for name in found[0]}
    row = {
        "name": system.name,
        "group": system.group,
        "key": system.key,
        "n_tunes": len(tunes),
        "sound": sound.name,
        **plain({name: bootstrap_mean(one) for name, one in values.items()}),
    }
    replace_json(cached, row)
    return row


def measure_sent(tune: Tune, audio: np.ndarray, sent) -> dict[str, float]:
    """Measure what arrived of a tune.

    Args:
        tune: with its notes.
        audio: (n_samples,) what was sent.
        sent: a `Sent`.

    Returns:
        bits_per_second; si_sdr in dB; mel_frames and mel_sound, the distance of the frames that
        the sound was made of and of those of the sound itself, in dB; melody and bass, the share
        of their notes that is heard. NaN for what the system does not have.
    """
    mel = frame_config()
    original = mel_spectrogram(audio, mel)
    nan = float("nan")
    frames = nan if sent.frames is None else mel_distance(original, sent.frames)
    return {
        "bits_per_second": nan if sent.bits_per_second is None else sent.bits_per_second,
        "si_sdr": max(si_sdr(audio, sent.sound), LOWEST_SDR),
        "mel_frames": frames,
        "mel_sound": mel_distance(original, mel_spectrogram(sent.sound, mel)),
        **part_accuracy(sent.sound, tune.sample_rate, tune),
    }


def _published(one) -> dict[str, Any]:
    return {
        "name": one.name,
        "tokens_per_second": one.tokens_per_second,
        "bits_per_second": one.bits_per_second,
        "source": one.source,
    }


def _keep_sound(folder: Path, name: str, sound: np.ndarray) -> None:
    mp3 = levelled_mp3(sound, frame_config().sample_rate)
    replace_file(folder / "sounds" / f"{_slug(name)}.mp3", mp3)


def _slug(name: str) -> str:
    return "results-codecs-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _in_words(row: dict[str, Any]) -> str:
    parts = []
    for name, unit in (("bits_per_second", "bits/s"), ("si_sdr", "dB SI-SDR"), ("melody", "")):
        mean = row[name]["mean"]
        if mean is not None:
            parts.append(f"{mean:,.0f} {unit}" if unit else f"{name} {mean:.2f}")
    return ", ".join(parts)
