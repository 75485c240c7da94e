"""A codec that hears samples, after 100 steps, after 600, and after as many as there is time for.

    python -m refimpl.reproduce.waveform_steps book/results --steps 100 600 6000

Each number of steps is a separate training from nothing, whose learning rate falls to zero at
its end. Two losses are compared: spectra alone, and spectra together with the samples themselves.
Figures go to `waveform-steps.json` in the folder, and sounds to `sounds/`. A training whose figures
are there already is not done again.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import WaveformCodec, WaveformCodecConfig
from refimpl.display import progress_bar
from refimpl.display.levelling import levelled_mp3
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.metrics import detect_onsets, mel_distance, part_accuracy, si_sdr
from refimpl.tinytunes import TuneConfig, Tunes
from refimpl.training.models import plain_config

LOSSES = {
    "spectra": {"waveform_weight": 0.0, "mel_weight": 1.0},
    "samples-and-spectra": {"waveform_weight": 1.0, "mel_weight": 1.0},
}
N_TRAINING, N_HELD_OUT = 100, 8
HEARD = 4.0  # seconds of each sound that is kept
TOLERANCE = 0.05  # seconds within which two onsets are one


def waveform_steps(
    folder: str | Path,
    steps: Sequence[int] = (100, 600),
    *,
    losses: Sequence[str] = tuple(LOSSES),
    work: str | Path = "runs/waveform-steps",
    config: WaveformCodecConfig | None = None,
    n_training: int = N_TRAINING,
    n_held_out: int = N_HELD_OUT,
    seed: int = 0,
    show: bool | None = None,
) -> dict[str, Any]:
    """Train and measure waveform codecs.

    Args:
        folder: for `waveform-steps.json` and `sounds/`; what is there already is kept.
        steps: of each training.
        losses: names in `LOSSES`.
        work: for the codecs, each in a file.
        config: the codec's settings, but for its steps and weights.
        n_training: tunes of level 1 that the codecs are trained on.
        n_held_out: other tunes that they are measured on.
        seed: of the trainings.
        show: whether to show progress bars; None decides by where the output goes.

    Returns:
        The file's content: for each training its settings, core seconds and, by number of books,
        the measures of `measure_codec`.
    """
    folder, config = Path(folder), config or WaveformCodecConfig()
    work = Path(work)
    for place in (folder / "sounds", work):
        make_folder(place)
    path = folder / "waveform-steps.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"runs": {}}
    tunes = TuneConfig(level=1, sample_rate=config.sample_rate)
    training = [tune.render() for tune in Tunes("train", tunes).take(n_training)]
    held_out = list(Tunes("test", tunes).take(n_held_out))
    _keep_sound(folder, "original", held_out[0].render(), config.sample_rate)
    for n_steps in steps:
        for loss in losses:
            name = f"{loss}-{n_steps}"
            if name in results["runs"]:
                continue
            settings = dataclasses.replace(config, steps=n_steps, **LOSSES[loss])
            began = time.process_time()
            codec = settings.fit(training, seed=seed, show=show)
            core_seconds = time.process_time() - began
            results["runs"][name] = {
                "loss": loss,
                "steps": n_steps,
                "seed": seed,
                "settings": plain_config(settings),
                "weights": sum(p.numel() for p in codec.network.parameters()),
                "core_seconds": round(core_seconds, 1),
                "books": measure_books(codec, held_out, show=show),
            }
            codec.save(work / f"{name}.safetensors")
            sound = codec.decode(codec.encode(held_out[0].render()))
            _keep_sound(folder, name, sound, config.sample_rate)
            replace_json(path, results)
    return results


def measure_books(
    codec: WaveformCodec, tunes: Sequence, *, show: bool | None = None
) -> dict[str, dict[str, float]]:
    """Measure a codec with one book, two, four, …, and all of them, by number of books."""
    n_books = len(codec.stream_sizes)
    numbers = sorted({n for n in (1, 2, 4, 8, 16) if n < n_books} | {n_books})
    bar = progress_bar(numbers, description="measuring", unit="rate", show=show)
    return {str(n): measure_codec(codec.with_streams(n), tunes) for n in bar}


def measure_codec(codec: Any, tunes: Sequence) -> dict[str, float]:
    """Measure what is left of known tunes after a codec.

    Args:
        codec: any `Codec`.
        tunes: of tinytunes, at the codec's sample rate.

    Returns:
        "bits_per_second"; the shares "melody" and "bass" of notes that are heard; "onsets", the
        F-score of the onsets against those of the original; "mel_db", the distance of mel frames
        after sound; "si_sdr" in dB; and "speed", how many times as fast as the sound it encodes and
        decodes on one core.
    """
    mel = MelConfig(sample_rate=codec.sample_rate)
    rows, seconds = [], 0.0
    for tune in tunes:
        original = tune.render()
        started = time.process_time()
        sound = codec.decode(codec.encode(original))[: len(original)]
        seconds += time.process_time() - started
        heard = part_accuracy(sound, codec.sample_rate, tune)
        frames = [mel_spectrogram(one, mel) for one in (original, sound)]
        rows.append(
            {
                "melody": heard["melody"],
                "bass": heard["bass"],
                "onsets": onset_f_score(original, sound, codec.sample_rate),
                "mel_db": mel_distance(*frames),
                "si_sdr": si_sdr(original, sound),
            }
        )
    bits = codec.step_rate * float(np.sum(np.log2(codec.stream_sizes)))
    length = sum(len(tune.render()) for tune in tunes) / codec.sample_rate
    means = {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}
    return {"bits_per_second": round(bits, 1), **means, "speed": round(length / seconds, 1)}


def onset_f_score(original: np.ndarray, sound: np.ndarray, sample_rate: int) -> float:
    """F-score of a sound's onsets against the original's, each counted once within 50 ms."""
    true, found = (detect_onsets(one, sample_rate)[0] for one in (original, sound))
    hits, taken = 0, np.zeros(len(true), dtype=bool)
    for onset in found:
        distance = np.where(taken, np.inf, np.abs(true - onset))
        if len(true) and distance.min() <= TOLERANCE:
            taken[distance.argmin()] = True
            hits += 1
    return 2 * hits / (len(true) + len(found)) if len(true) + len(found) else 1.0


def _keep_sound(folder: Path, name: str, sound: np.ndarray, sample_rate: int) -> None:
    piece = sound[: round(HEARD * sample_rate)]
    replace_file(folder / "sounds" / f"waveform-{name}.mp3", levelled_mp3(piece, sample_rate))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, nargs="+", default=[100, 600])
    parser.add_argument("--losses", choices=list(LOSSES), nargs="+", default=list(LOSSES))
    given = parser.parse_args(arguments)
    waveform_steps(given.folder, given.steps, losses=given.losses)


if __name__ == "__main__":
    main()
