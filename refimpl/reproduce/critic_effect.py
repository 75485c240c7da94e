"""What a critic changes: a trained waveform codec goes on with one, and without, for equal steps.

    python -m refimpl.reproduce.critic_effect book/results runs/waveform-steps/NAME.safetensors

Both go on from the same codec with the same batches, so that each seed gives a pair. The file
`critic-effect.json` holds the measures of each run and the mean differences with their intervals.
Runs that it holds already, of the same codec and as many steps, are not made again.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from refimpl.codecs import WaveformCodec
from refimpl.codecs.neural.discriminators import MultiScaleDiscriminator
from refimpl.codecs.neural.waveform_fitting import continue_fit, cut_segments
from refimpl.display import progress_bar
from refimpl.files import replace_json
from refimpl.reproduce.records import plain, read_record
from refimpl.reproduce.seeds import over_seeds
from refimpl.reproduce.waveform_steps import N_HELD_OUT, N_TRAINING, measure_codec
from refimpl.tinytunes import TuneConfig, Tunes

WITH, WITHOUT = "with a critic", "without"
MEASURES = ("melody", "bass", "onsets", "mel_db", "si_sdr")
# Small, since the critic's convolutions over spectra cost several times what the codec does.
WINDOWS, CHANNELS, BATCH_SIZE, SEGMENT = (512, 2048), 8, 4, 0.375


def critic_effect(
    folder: str | Path,
    codec: WaveformCodec,
    *,
    steps: int = 120,
    seeds: Sequence[int] = (0, 1, 2),
    n_training: int = N_TRAINING,
    n_held_out: int = N_HELD_OUT,
    show: bool | None = None,
) -> dict[str, Any]:
    """Continue a codec's training with a critic and without, and measure both.

    Args:
        folder: for `critic-effect.json`.
        codec: trained already; it stays as it is.
        steps: of each continuation.
        seeds: of batches and critics; each gives a pair.
        n_training: tunes of level 1 that the training goes on with.
        n_held_out: other tunes that the codecs are measured on.
        show: whether to show progress bars; None decides by where the output goes.

    Returns:
        The file's content.
    """
    tunes = TuneConfig(level=1, sample_rate=codec.sample_rate)
    held_out = list(Tunes("test", tunes).take(n_held_out))
    hop = codec.config.samples_per_step
    length = round(SEGMENT * codec.sample_rate) // hop * hop
    sounds = (tune.render() for tune in Tunes("train", tunes).take(n_training))
    segments = np.concatenate(list(cut_segments(sounds, length))) / np.float32(codec.level)
    path = Path(folder) / "critic-effect.json"
    results = read_record(path, {"codec": codec.fingerprint, "steps": steps}) or {
        "codec": codec.fingerprint,
        "steps": steps,
        "before": measure_codec(codec, held_out),
        "runs": [],
    }
    pairs = [(seed, name) for seed in seeds for name in (WITHOUT, WITH)]
    done = [(run["seed"], run["name"]) for run in results["runs"]]
    left = [pair for pair in pairs if pair not in done]
    for seed, name in progress_bar(left, description="runs", unit="run", show=show):
        network, began = copy.deepcopy(codec.network), time.process_time()
        continue_fit(
            network,
            segments,
            codec.sample_rate,
            steps=steps,
            batch_size=BATCH_SIZE,
            critic=_critic(seed) if name == WITH else None,
            seed=seed,
            show=show,
        )
        core_seconds = round(time.process_time() - began, 1)
        measures = measure_codec(WaveformCodec(codec.sample_rate, network, codec.level), held_out)
        results["runs"].append(
            {"name": name, "seed": seed, "core_seconds": core_seconds, **measures}
        )
        differences = {measure: _difference(results["runs"], measure) for measure in MEASURES}
        results["differences"] = plain(differences)
        replace_json(path, results)
    return results


def _critic(seed: int) -> MultiScaleDiscriminator:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MultiScaleDiscriminator(WINDOWS, CHANNELS)


def _difference(runs: list[dict[str, Any]], measure: str):
    """The mean difference over seeds that a critic makes, with its 95 % interval."""
    found = {(run["seed"], run["name"]): run[measure] for run in runs}
    seeds = [seed for seed, name in found if name == WITH and (seed, WITHOUT) in found]
    return over_seeds([found[seed, WITH] - found[seed, WITHOUT] for seed in seeds])


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("codec", type=Path, help="a trained waveform codec's file")
    parser.add_argument("--steps", type=int, default=120)
    given = parser.parse_args(arguments)
    critic_effect(given.folder, WaveformCodec.load(given.codec), steps=given.steps)


if __name__ == "__main__":
    main()
