"""What the neural preset's tokens are worth: the codec at each rate, and the model that reads them.

    python -m refimpl.reproduce.neural_tokens book/results runs/neural

Measures a finished run of the preset, writes neural.json into the results, puts the model and its
codec into the package, and writes the model card again. The course's own figures are those of
results.json; only the times of both models are taken here, side by side, since times of another day
say little.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import NeuralCodec
from refimpl.display import progress_bar
from refimpl.files import replace_json
from refimpl.generation import generate
from refimpl.mel import mel_spectrogram
from refimpl.metrics import (
    bootstrap_mean,
    measure_copying,
    mel_distance,
    part_accuracy,
    perplexity,
    summarise,
)
from refimpl.metrics.references import RESYNTHESISED
from refimpl.pipeline import FinishedRun, load_generator, load_run, preset_to_dict, save_generator
from refimpl.pipeline.folder import preset_from_dict
from refimpl.pipeline.generators import read_facts, shipped_folder
from refimpl.reproduce.measuring import FramesToSound, Workshop
from refimpl.reproduce.records import machine, plain
from refimpl.reproduce.sets import MODEL
from refimpl.reproduce.shipping import command, made_by, write_card
from refimpl.tinytunes import Tune, Tunes

NAME, COURSE = "neural", "course"
N_TIMED = 8  # tunes whose times are taken, with one of each model in turn


def measure_neural(
    results_folder: str | Path,
    run_folder: str | Path,
    *,
    n_tunes: int = 100,
    n_codec_tunes: int = 64,
    n_processes: int = 2,
) -> dict[str, Any]:
    """Measure a run of the neural preset, and write neural.json.

    Args:
        results_folder: for neural.json.
        run_folder: of the finished run.
        n_tunes: tunes in each set: written, resynthesised, and those of the training that their
            rhythm is compared with.
        n_codec_tunes: held-out tunes that go through the codec at each rate.
        n_processes: for sounds and their measures.

    Returns:
        What neural.json holds.
    """
    run = load_run(run_folder)
    tunes = list(Tunes("test", run.preset.tunes).take(max(n_tunes, n_codec_tunes)))
    facts = ("steps", "tokens", "core_seconds", "baselines", "validation_loss", "nats_per_second")
    record = {
        "machine": machine(),
        "settings": preset_to_dict(run.preset),
        **{name: run.facts[name] for name in facts},
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "bits_per_second": run.tokenizer.bits_per_second,
        "tokens_per_second": run.tokenizer.tokens_per_second,
        "context_seconds": run.preset.context_seconds,
        "start": run.facts.get("start"),
        "codec": measure_codec(run, tunes[:n_codec_tunes]),
        "times": time_writing(run),
        "n_tunes": n_tunes,
        **measure_music(run, tunes[:n_tunes], n_processes),
    }
    record["made_by"] = made_by(NAME, record)
    replace_json(Path(results_folder) / "neural.json", record)
    return record


def measure_codec(run: FinishedRun, tunes: Sequence[Tune]) -> dict[str, Any]:
    """Send held-out tunes through the codec with 1, 2, 4, … books, and look at its codes."""
    codec: NeuralCodec = run.tokenizer.codec
    n_streams = len(codec.stream_sizes)
    counts = [k for k in (1, 2, 4, 8) if k <= n_streams]
    rates = {}
    for k in counts:
        fewer = codec.with_streams(k)
        rows = [
            one_trip(fewer, tune)
            for tune in progress_bar(tunes, description=f"{k} streams", unit="tune")
        ]
        bits = codec.step_rate * float(np.sum(np.log2(fewer.stream_sizes)))
        rates[str(k)] = {"bits_per_second": bits} | plain(
            {name: bootstrap_mean([row[name] for row in rows]) for name in rows[0]}
        )
    sample = [run.train_set[i] for i in range(min(1000, len(run.train_set)))]
    codes = np.concatenate([run.tokenizer.layout.to_codes(ids) for ids in sample])
    return {
        "n_tunes": len(tunes),
        "rates": rates,
        "perplexity": [perplexity(codes[:, stream]) for stream in range(n_streams)],
        "weights": sum(weight.numel() for weight in codec.network.state_dict().values()),
        "latency": codec.latency,
    }


def one_trip(codec: NeuralCodec, tune: Tune) -> dict[str, float]:
    """Return the losses of a tune that goes through a codec, and the speed in times real time."""
    audio = tune.render()
    frames = mel_spectrogram(audio, codec.mel)
    codes, encoding = timed(partial(codec.encode, audio))
    sound, decoding = timed(partial(codec.decode, codes))
    sound = sound[: len(audio)]
    right = part_accuracy(sound, codec.sample_rate, tune)
    return {
        "melody_right": right["melody"],
        "bass_right": right["bass"],
        "mel_of_frames": mel_distance(frames, codec.decode_frames(codes)),
        "mel_after_sound": mel_distance(frames, mel_spectrogram(sound, codec.mel)),
        "encoding": tune.duration / encoding,
        "decoding": tune.duration / decoding,
    }


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what some work gives, and the processor's seconds that it took."""
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def time_writing(run: FinishedRun, n_timed: int = N_TIMED) -> dict[str, Any]:
    """Take the processor seconds of a tune by this run's model and by the course's, in turn.

    Writing is the model's part; making sound of the tokens is the codec's.
    """
    course, course_tokenizer = load_generator(COURSE)
    sampling = preset_from_dict(read_facts(COURSE)["settings"]).sampling
    writers = {
        NAME: (run.model, run.tokenizer, run.preset.sampling),
        COURSE: (course, course_tokenizer, sampling),
    }
    seconds = {name: {"writing": [], "sounding": []} for name in writers}
    duration = next(iter(Tunes("test", run.preset.tunes).take(1))).duration
    for seed in range(n_timed):
        for name, (model, tokenizer, drawing) in writers.items():
            tokens, writing = timed(partial(write, model, tokenizer, drawing, duration, 1, seed))
            _, sounding = timed(partial(tokenizer.decode, tokens[0]))
            seconds[name]["writing"].append(writing)
            seconds[name]["sounding"].append(sounding)
    return {
        name: {part: float(np.median(values)) for part, values in parts.items()}
        for name, parts in seconds.items()
    }


def write(model, tokenizer, sampling, seconds: float, n_tunes: int, seed: int) -> list[np.ndarray]:
    """Let a model write tunes from nothing, all of the same length."""
    n_steps = -(-round(seconds * tokenizer.codec.step_rate * 1000) // 1000)
    return generate(
        model,
        tokenizer.vocabulary,
        max_tokens=tokenizer.layout.n_tokens(n_steps),
        min_tokens=tokenizer.layout.end_of(n_steps),
        batch_size=n_tunes,
        seed=seed,
        layout=tokenizer.layout,
        progress=None,
        **vars(sampling),
    )


def measure_music(run: FinishedRun, tunes: Sequence[Tune], n_processes: int) -> dict[str, Any]:
    """Measure what the model writes, and the held-out tunes through the codec, as tunes."""
    tokenizer, n_samples = run.tokenizer, tunes[0].n_samples
    workshop = Workshop(tokenizer.sample_rate, 60 / run.preset.tunes.tempos[0], n_processes)
    training = workshop.measure(
        [tune.render for tune in Tunes("train", run.preset.tunes).take(len(tunes))], "training"
    ).measures
    written = write(run.model, tokenizer, run.preset.sampling, tunes[0].duration, len(tunes), 0)
    held_out = [tokenizer.encode(tune.render()) for tune in tunes]
    sets = {}
    for name, tokens, known in ((MODEL, written, None), (RESYNTHESISED, held_out, tunes)):
        makers = [
            FramesToSound(tokenizer.codec, ids, n_samples, tokenizer.layout) for ids in tokens
        ]
        measured = workshop.measure(makers, name, tunes=known)
        sets[name] = plain(summarise(measured.measures, training=training))
        if known:
            shares = summarise(measured.accuracies)
            sets[name] |= plain({f"{part}_right": share for part, share in shares.items()})
    first = [run.train_set[i][:, 0] for i in range(len(run.train_set))]
    copied = measure_copying([tokens[:, 0] for tokens in written], first)
    return {"sets": sets, "copying": plain(summarise(copied))}


def ship_neural(run_folder: str | Path, record: dict[str, Any]) -> Path:
    """Put a run's model, with 8-bit weights, and its codec into the package."""
    run = load_run(run_folder)
    facts = run.facts | {"made_by": command(NAME, record)}
    folder = shipped_folder(NAME)
    return save_generator(folder, run.model, run.tokenizer, facts=facts, bits=8)


def main() -> None:
    parser = argparse.ArgumentParser(description="Put the model of neural tokens into the package.")
    parser.add_argument("results", type=Path, help="the folder for neural.json")
    parser.add_argument("run", type=Path, help="the folder of the run")
    given = parser.parse_args()
    ship_neural(given.run, measure_neural(given.results, given.run))
    write_card(given.results, Path("book/model-card.md"))


if __name__ == "__main__":
    main()
