"""Each stage between a tune and its sound again, in times real time: `make bench`, or this file.

Speeds are seconds of audio a second of clock, on as many threads as the libraries take (set
OMP_NUM_THREADS=1 for one core). The last column is the stage's share of all that time, which a busy
machine changes less than it changes the speeds.
"""

import argparse
import resource
import time

from refimpl.codecs import MelCodec
from refimpl.mel import MelConfig, mel_spectrogram, mel_to_audio
from refimpl.pipeline import load_tokenizer
from refimpl.presets import get_preset
from refimpl.tinytunes import TuneConfig, Tunes


def timed(function, items: list) -> tuple[list, float]:
    """Results and seconds; the first item is done once before, so that nothing is set up within."""
    function(items[0])
    start = time.perf_counter()
    results = [function(item) for item in items]
    return results, time.perf_counter() - start


def measure(mel: MelConfig, codec: MelCodec, n_tunes: int) -> dict[str, float]:
    """Seconds that each stage takes for n_tunes tunes of level 1."""
    tunes = list(Tunes("test").take(n_tunes))
    audio, rendering = timed(lambda tune: tune.render(), tunes)
    frames, analysing = timed(lambda one: mel_spectrogram(one, mel), audio)
    codes, encoding = timed(codec.encode_frames, frames)
    decoded, decoding = timed(codec.decode_frames, codes)
    _, inverting = timed(lambda one: mel_to_audio(one, mel), decoded)
    return {
        "render a tune": rendering,
        "audio to mel": analysing,
        "mel to codes": encoding,
        "codes to mel": decoding,
        "mel to audio": inverting,
    }


def main() -> None:
    """Print a table for each preset, and the speed of rendering at each level."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tunes", type=int, default=24, help="tunes to measure (default: 24)")
    n_tunes = parser.parse_args().tunes
    seconds = n_tunes * next(iter(Tunes("test").take(1))).duration
    for name in ("course", "report"):
        codec = load_tokenizer(name).codec
        stages = measure(get_preset(name).codec.mel, codec, n_tunes)
        total = sum(stages.values())
        print(f"\npreset {name}: {n_tunes} tunes, {seconds:.0f} s of audio")
        for stage, took in stages.items():
            print(f"  {stage:<14} {seconds / took:>10,.0f} x real time {took / total:>6.1%}")
        back = stages["codes to mel"] + stages["mel to audio"]
        print(f"  codes to audio {seconds / back:>10,.0f} x real time")
    for level in (1, 2, 3):
        tunes = list(Tunes("test", TuneConfig(level=level)).take(n_tunes))
        _, took = timed(lambda tune: tune.render(), tunes)
        length = sum(tune.duration for tune in tunes)
        print(f"level {level}: rendering {length / took:,.0f} x real time")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
