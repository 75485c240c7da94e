"""Codecs on real harmony: how many notes of a chorale in four voices survive, at which rate?

    python -m refimpl.reproduce.score_codecs RESULTS WORK

Bach's chorales are played by the instruments of tinytunes. Codecs are fitted on the training pieces
and on transposed copies of them, and clips of held-out pieces pass through them. Writes
chorales.json and chorales.md. Fitted codecs and finished rows are kept.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.audio import Clip
from refimpl.codecs import CodebookConfig, CodecConfig, QuantizerConfig, find_codec, load_codec
from refimpl.corpora import Corpus, open_corpus
from refimpl.files import make_folder, replace_file, replace_json
from refimpl.metrics import note_f_score
from refimpl.pipeline.generators import find_generator
from refimpl.presets import Preset, get_preset, override
from refimpl.reproduce.codec_systems import (
    COURSE,
    KMEANS,
    LEARNT,
    MEL,
    Sent,
    System,
    codec_system,
    frame_config,
    mel_system,
    with_fewer_books,
)
from refimpl.reproduce.kept import fitted_once, measured_once
from refimpl.reproduce.note_rows import measure_trip, note_table
from refimpl.reproduce.records import machine

SOURCE = "scores:chorales"
N_CLIPS, N_FITTED = 32, 2200
COPIES = 5  # of each training piece, transposed by up to five semitones


def score_configs() -> dict[str, CodecConfig]:
    """The codecs that are fitted on chorales, by name."""
    kmeans = {"mel": frame_config(), "max_iter": 20, "max_frames": 65_536}
    neural = get_preset("neural").codec
    network = dataclasses.replace(
        neural.network,
        downsampling=2,
        latent_dim=32,
        quantizer=QuantizerConfig(n_books=8, n_codes=512, revive_below=0.25),
    )
    return {
        "k-means, 1 × 1,024": CodebookConfig(n_clusters=1024, n_stages=1, **kmeans),
        "k-means, 4 × 512": CodebookConfig(n_clusters=512, n_stages=4, **kmeans),
        "neural codec": dataclasses.replace(neural, network=network, steps=3600),
    }


def chorales(n_clips: int, n_fitted: int) -> Corpus:
    """The corpus, with as many held-out clips and training clips."""
    preset: Preset = override(
        get_preset(COURSE),
        {"data.n_train": n_fitted, "data.n_validation": n_clips, "scores.copies": COPIES},
    )
    return open_corpus(SOURCE, preset)


def measure_scores(
    results: str | Path,
    work: str | Path,
    *,
    n_clips: int = N_CLIPS,
    n_fitted: int = N_FITTED,
    configs: dict[str, CodecConfig] | None = None,
    corpus: Corpus | None = None,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Fit codecs on chorales, and measure the notes that held-out clips keep.

    Args:
        results: folder for chorales.json and chorales.md.
        work: folder for fitted codecs and finished rows.
        n_clips: held-out clips.
        n_fitted: training clips, transposed copies among them.
        configs: the codecs by name; `score_configs()` by default.
        corpus: another one whose clips know their notes.
        log: takes a line about each row.

    Returns:
        What chorales.json holds.

    Raises:
        UserError: the chorales are not installed (`refimpl[scores]`).

    Taught in lesson 8.
    """
    results, work = Path(results), Path(work)
    make_folder(results)
    corpus = corpus or chorales(n_clips, n_fitted)
    clips = list(corpus.clips("validation"))
    rows = []
    for system, core_seconds in _systems(corpus, work, configs or score_configs()):
        row = measured_once(work / "rows", system, clips, measure_clip)
        rows.append({"core_seconds": core_seconds, **row})
        log(f"{system.name}: notes {row['f_score']['mean']:.2f}")
    found = {"machine": machine(), "n_clips": len(clips), "n_fitted": n_fitted, "rows": rows}
    replace_json(results / "chorales.json", found)
    replace_file(results / "chorales.md", score_table(found).encode())
    return found


def _systems(
    corpus: Corpus, work: Path, configs: dict[str, CodecConfig]
) -> Iterable[tuple[System, float | None]]:
    """Every row's system, with the processor time that its codec's fit took."""
    yield System("the sound itself", MEL, lambda audio: Sent(audio, None, None), "sound"), None
    yield mel_system(), None
    shipped = load_codec(find_codec(find_generator(COURSE)))
    yield codec_system("the course's codebook, fitted on tinytunes", KMEANS, shipped), None

    def sounds() -> Iterable[np.ndarray]:
        return (clip.audio for clip in corpus.clips("train"))

    for name, config in configs.items():
        place = "".join(c if c.isalnum() else "-" for c in name)
        codec = fitted_once(work / place, config, sounds)
        group = KMEANS if codec.kind == "kmeans" else LEARNT
        for label, part in with_fewer_books(name, codec):
            yield codec_system(label, group, part), codec.notes["core_seconds"]


def measure_clip(clip: Clip, system: System) -> dict[str, float]:
    """Send a clip through a system, and compare the notes that are heard with those of the score.

    Returns:
        bits_per_second; f_score, of all voices; mel_sound, in dB.
    """
    rate = frame_config().sample_rate
    return measure_trip(clip.audio, system, lambda sound: note_f_score(sound, rate, clip).f_score)


def score_table(found: dict[str, Any]) -> str:
    """The table, as Markdown."""
    table = note_table(found["rows"])
    return f"**Chorales in four voices: {found['n_clips']} held-out clips**\n\n{table}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("results", type=Path, help="folder for chorales.json and chorales.md")
    parser.add_argument("work", type=Path, help="folder for fitted codecs and finished rows")
    parser.add_argument("--clips", type=int, default=N_CLIPS, help="held-out clips")
    given = parser.parse_args(arguments)
    measure_scores(given.results, given.work, n_clips=given.clips)


if __name__ == "__main__":
    main()
