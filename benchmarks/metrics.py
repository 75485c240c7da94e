"""The measures: how fast they are, and what each says of sounds whose answer is known.

    python benchmarks/metrics.py                   times real time, in one run
    python benchmarks/metrics.py --table           the musical measures on music and its imitations
    python benchmarks/metrics.py --table --level 3 --tunes 100

The table needs no training: tunes as rendered, tunes with one thing wrong (pitches drawn at random,
onsets moved at random), and the references, made with a small codebook that is fitted on the way.
"""

import argparse
import dataclasses
import time

import numpy as np

from refimpl.codecs import Codebook
from refimpl.mel import MelConfig, mel_spectrogram
from refimpl.metrics import (
    bootstrap_mean,
    measure_copying,
    measure_music,
    part_accuracy,
    references,
    summarise,
    table,
)
from refimpl.tinytunes import TuneConfig, Tunes

MEL = MelConfig(n_fft=2048, hop_length=704, n_mels=192)
N_TRAINING = 200
REGISTERS = {"melody": (60, 84), "bass": (40, 52), "chords": (48, 72)}


def with_random_pitches(tune, rng):
    """The tune with every pitch drawn anew from all twelve pitch classes."""
    notes = [
        dataclasses.replace(n, pitch=int(rng.integers(*REGISTERS[n.part])))
        if n.part in REGISTERS
        else n
        for n in tune.notes
    ]
    return dataclasses.replace(tune, notes=tuple(notes))


def with_random_onsets(tune, rng):
    """The tune with every onset moved by up to a quarter of a second, notes together as before."""
    moved = {onset: onset + rng.uniform(0, 0.25) for onset in {n.onset for n in tune.notes}}
    notes = [dataclasses.replace(n, onset=moved[n.onset]) for n in tune.notes]
    return dataclasses.replace(tune, notes=tuple(notes))


def imitations(tunes, training, rng):
    """{name: list of audio} of everything that the table compares."""
    real = [tune.render() for tune in tunes]
    sets = {
        references.REAL: real,
        "random pitches": [with_random_pitches(tune, rng).render() for tune in tunes],
        "random onsets": [with_random_onsets(tune, rng).render() for tune in tunes],
    }
    frames = [mel_spectrogram(tune.render(), MEL) for tune in training]
    codebook = Codebook.fit(frames, MEL, n_clusters=512, max_iter=10)
    seen = [codebook.encode_frames(f)[:, 0] for f in frames]
    held_out = [codebook.encode(audio)[:, 0] for audio in real]
    tokens = references.reference_tokens(seen, held_out, rng)
    for name, sequences in tokens.items():
        sets[name] = [codebook.decode(ids[:, None]) for ids in sequences]
    sets[references.NOISE] = [references.white_noise(len(audio), rng) for audio in real]
    copying = {name: measure_copying(sequences, seen) for name, sequences in tokens.items()}
    return sets, copying


def print_table(level, n_tunes):
    """The measures of all sets, with 95 % intervals."""
    rng = np.random.default_rng(0)
    config = TuneConfig(level=level)
    tunes = list(Tunes("validation", config).take(n_tunes))
    training = list(Tunes("train", config).take(N_TRAINING))
    sets, copying = imitations(tunes, training, rng)
    learned = [measure_music(t.render(), t.sample_rate, beat_period=60 / t.tempo) for t in training]
    rows = {}
    for name, sounds in sets.items():
        pairs = list(zip(sounds, tunes, strict=True))
        measured = [measure_music(a, t.sample_rate, beat_period=60 / t.tempo) for a, t in pairs]
        rows[name] = summarise(measured, training=learned)
        right = [part_accuracy(a, t.sample_rate, t) for a, t in pairs]
        for part in ("melody", "bass"):
            rows[name][f"{part}_right"] = bootstrap_mean([r[part] for r in right])
        rows[name] |= summarise(copying.get(name, [])) if name in copying else {}
    print(f"level {level}, {n_tunes} tunes, {N_TRAINING} training tunes\n")
    print(table(rows, intervals=False), "\n")
    narrow = ("in_key", "cross_key", "grid", "voiced", "ioi_tv")
    print(table(rows, columns=narrow))


def print_speed():
    """Seconds of audio measured in a second; the least of five turns each."""
    tunes = list(Tunes("validation", TuneConfig()).take(8))
    sounds = [tune.render() for tune in tunes]
    seconds = sum(len(a) / t.sample_rate for a, t in zip(sounds, tunes, strict=True))
    jobs = {
        "measure_music, beat known": lambda a, t: measure_music(a, 22050, beat_period=60 / t.tempo),
        "measure_music, beat fitted": lambda a, t: measure_music(a, 22050),
        "part_accuracy": lambda a, t: part_accuracy(a, 22050, t),
    }
    best = dict.fromkeys(jobs, np.inf)
    for _ in range(5):  # in turns, so that whatever else the machine does meets all of them
        for name, job in jobs.items():
            start = time.perf_counter()
            for audio, tune in zip(sounds, tunes, strict=True):
                job(audio, tune)
            best[name] = min(best[name], time.perf_counter() - start)
    for name, spent in best.items():
        print(f"{name:28s} {seconds / spent:6.0f} times real time")
    rng = np.random.default_rng(0)
    training = [rng.integers(0, 1024, 256) for _ in range(3000)]
    start = time.perf_counter()
    measure_copying(training[:200], training)
    spent = time.perf_counter() - start
    print(
        f"{'copying, 200 tunes in 3,000':28s} {spent:6.1f} s ({3200 * 256 / spent:,.0f} tokens/s)"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--table", action="store_true", help="print the table of known answers")
    parser.add_argument("--level", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument("--tunes", type=int, default=40)
    options = parser.parse_args()
    if options.table:
        print_table(options.level, options.tunes)
    else:
        print_speed()


if __name__ == "__main__":
    main()
