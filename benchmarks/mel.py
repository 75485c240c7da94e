"""Mel frames and their inversion: speed in times real time, and what is lost on the way.

    python benchmarks/mel.py                          two tunes of four bars, two configurations
    python benchmarks/mel.py --all                    every configuration
    python benchmarks/mel.py --audio one.ogg two.wav  recordings instead (their first 8 seconds)

Every method inverts the same frames in the same run. `x cpu` counts the seconds of processor time,
which a busy machine changes little; `x 1 core` and `x 2 cores` count the seconds of the clock.
librosa's mel_to_audio runs in a process of its own, since its least-squares solver may crash.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np

from refimpl.audio import load_audio
from refimpl.mel import (
    EmptyFilterWarning,
    MelConfig,
    empty_filters,
    mel_spectrogram,
    mel_to_audio,
    mel_to_magnitude,
)
from refimpl.mel.analysis import db_to_level
from refimpl.metrics import chroma_agreement, mel_distance, part_accuracy, stft_distance
from refimpl.tinytunes import Tunes

CONFIGS = {
    "2048/704/192": MelConfig(n_fft=2048, hop_length=704, n_mels=192),
    "512/32/128": MelConfig(n_fft=512, hop_length=32, n_mels=128),
    "2048/512/128": MelConfig(n_fft=2048, hop_length=512, n_mels=128),
    "4096/512/192": MelConfig(n_fft=4096, hop_length=512, n_mels=192),
    "4096/704/192": MelConfig(n_fft=4096, hop_length=704, n_mels=192),
    "4096/1024/192": MelConfig(n_fft=4096, hop_length=1024, n_mels=192),
    "4096/1408/192 htk 8k": MelConfig(
        n_fft=4096, hop_length=1408, n_mels=192, htk=True, f_max=8000
    ),
}
METHODS = {
    "consistent 8": {"n_iter": 8},
    "consistent 32": {"n_iter": 32},
    "consistent 100": {"n_iter": 100},
    "griffin-lim 32": {"n_iter": 32, "method": "griffin-lim"},
}
LIBROSA_LIMIT = 120  # seconds


def librosa_griffin_lim(magnitude, config, n_samples):
    import librosa

    return librosa.griffinlim(
        magnitude.T,
        n_iter=32,
        hop_length=config.hop_length,
        n_fft=config.n_fft,
        pad_mode="constant",
        length=n_samples,
        random_state=0,
    )


def librosa_child(source: str, target: str) -> None:
    """In the child: librosa's whole inversion of each clip, timed after a first small one."""
    import librosa

    with np.load(source) as clips:
        config = CONFIGS[str(clips["config"])]
        levels = [clips[f"level{i}"].T for i in range(clips["n_samples"].size)]
        lengths = clips["n_samples"]

    def invert(level, length):
        magnitude = librosa.feature.inverse.mel_to_stft(
            level,
            sr=config.sample_rate,
            n_fft=config.n_fft,
            fmax=config.highest_frequency,
            htk=config.htk,
        )
        return librosa_griffin_lim(magnitude.T, config, int(length))

    invert(levels[0][:, :4], 3 * config.hop_length)
    wall, cpu = time.perf_counter(), time.process_time()
    audio = [invert(level, length) for level, length in zip(levels, lengths, strict=True)]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    np.savez(target, *audio, wall=wall, cpu=cpu)


def run_librosa(name: str, frames: list, lengths: list):
    """Waveforms, seconds of the clock and of the processor; or a word on why there are none."""
    config = CONFIGS[name]
    levels = {f"level{i}": db_to_level(mel, config) for i, mel in enumerate(frames)}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, config=name, n_samples=lengths, **levels)
        command = [sys.executable, __file__, "--librosa-child", source, target]
        try:
            code = subprocess.run(
                command, timeout=LIBROSA_LIMIT, stderr=subprocess.DEVNULL
            ).returncode
        except subprocess.TimeoutExpired:
            return f"not done after {LIBROSA_LIMIT} s"
        if code != 0:
            return f"crashed with signal {-code}" if code < 0 else f"failed with {code}"
        with np.load(target) as result:
            audio = [result[f"arr_{i}"] for i in range(len(frames))]
            return audio, float(result["wall"]), float(result["cpu"])


def quality(clips, results, config) -> str:
    """The measures of the results, averaged over the clips."""
    rows = []
    for (audio, tune), result in zip(clips, results, strict=True):
        mel = mel_spectrogram(audio[: len(result)], config)
        parts = part_accuracy(result, config.sample_rate, tune) if tune else {}
        rows.append(
            [
                mel_distance(mel, mel_spectrogram(result, config), kind="absolute"),
                stft_distance(audio, result),
                chroma_agreement(audio, result, config.sample_rate),
                parts.get("melody", np.nan),
                parts.get("bass", np.nan),
            ]
        )
    mel, stft, chroma, melody, bass = np.mean(rows, axis=0)
    return f"{mel:7.2f} {stft:7.2f} {chroma:7.2f} {melody:7.2f} {bass:7.2f}"


def timed(function, arguments, cores: int):
    """Results, seconds of the clock and of the processor, on so many cores."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(every)[:cores])
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        results = [function(argument) for argument in arguments]
        return results, time.perf_counter() - wall, time.process_time() - cpu
    finally:
        os.sched_setaffinity(0, every)


def peak_megabytes(function) -> float:
    """The most that a call has allocated at one time."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure(name: str, clips: list, with_librosa: bool) -> None:
    """Print one configuration's table."""
    config = CONFIGS[name]
    seconds = sum(len(audio) for audio, _ in clips) / config.sample_rate
    mel_spectrogram(clips[0][0], config)  # the first call compiles
    frames, wall, cpu = timed(lambda clip: mel_spectrogram(clip[0], config), clips, 1)
    memory = peak_megabytes(lambda: mel_to_audio(frames[0], config)) / len(clips[0][0])
    print(
        f"\n{name} (n_fft/hop/mels): {empty_filters(config)} empty filters; analysis "
        f"{seconds / wall:.0f} x real time, {seconds / cpu:.0f} x cpu; inversion allocates "
        f"{memory * config.sample_rate * 60:.0f} MB a minute of audio"
    )
    print(
        f"{'':15s} {'mel dB':>7s} {'STFT':>7s} {'chroma':>7s} {'melody':>7s} {'bass':>7s}"
        f" {'x cpu':>7s} {'x 1 core':>9s} {'x 2 cores':>9s}"
    )
    for label, options in METHODS.items():
        run = {
            n: timed(lambda mel: mel_to_audio(mel, config, workers=n, **options), frames, n)  # noqa: B023
            for n in (1, 2)
        }
        results, wall, cpu = run[1]
        print(
            f"{label:15s} {quality(clips, results, config)} {seconds / cpu:7.0f} "
            f"{seconds / wall:9.0f} {seconds / run[2][1]:9.0f}",
            flush=True,
        )
    lengths = [config.n_samples(len(mel)) for mel in frames]
    ours = [mel_to_magnitude(mel, config) for mel in frames]
    pairs = list(zip(ours, lengths, strict=True))
    results, wall, cpu = timed(lambda pair: librosa_griffin_lim(pair[0], config, pair[1]), pairs, 1)
    print(
        f"{'its GL 32, ours':15s} {quality(clips, results, config)} {seconds / cpu:7.1f} "
        f"{seconds / wall:9.1f}  (librosa.griffinlim on mel_to_magnitude)",
        flush=True,
    )
    if with_librosa:
        outcome = run_librosa(name, frames, lengths)
        if isinstance(outcome, str):
            print(f"{'librosa 32':15s} {outcome}", flush=True)
        else:
            results, wall, cpu = outcome
            print(
                f"{'librosa 32':15s} {quality(clips, results, config)} {seconds / cpu:7.1f} "
                f"{'':9s} {seconds / wall:9.1f}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", action="store_true", help="every configuration")
    parser.add_argument("--config", choices=CONFIGS, action="append", help="only this one")
    parser.add_argument("--tunes", type=int, default=2)
    parser.add_argument("--audio", nargs="+", metavar="FILE", help="recordings instead of tunes")
    parser.add_argument("--no-librosa", action="store_true", help="leave out the slow baseline")
    parser.add_argument("--librosa-child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.librosa_child:
        librosa_child(*options.librosa_child)
        return
    warnings.simplefilter("ignore", EmptyFilterWarning)  # the table counts them
    if options.audio:
        clips = [(load_audio(path, 22050, duration=8.0), None) for path in options.audio]
    else:
        clips = [(tune.render(), tune) for tune in Tunes("validation").take(options.tunes)]
    for name in options.config or (CONFIGS if options.all else list(CONFIGS)[:2]):
        measure(name, clips, not options.no_librosa)


if __name__ == "__main__":
    main()
