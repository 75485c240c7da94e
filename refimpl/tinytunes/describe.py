"""The figures of the data card: the contents of a corpus, and the speed of making it.

    python -m refimpl.tinytunes.describe --tunes 300

Taught in lesson 1.
"""

import argparse
import time
from collections import Counter

import numpy as np

from refimpl.tinytunes.config import LEVELS, TuneConfig
from refimpl.tinytunes.endless_tunes import Tunes
from refimpl.tinytunes.harmony import SCALES
from refimpl.tinytunes.timbres import tone
from refimpl.tinytunes.tune import Tune


def describe(level: int, n: int) -> dict[str, str]:
    """Figures about the first tunes of the training split of a level.

    Args:
        level: 1, 2 or 3.
        n: How many tunes of the training split; of the others a quarter of that.

    Returns:
        Each figure by its name, in words.

    Taught in lesson 1.
    """
    config = TuneConfig(level=level)
    started = time.perf_counter()
    tunes = list(Tunes("train", config).take(n))
    composing = time.perf_counter() - started
    held_out = [
        {t.fingerprint for t in Tunes(split, config).take(max(1, n // 4))}
        for split in ("validation", "test")
    ]
    ours = {t.fingerprint for t in tunes}
    seconds = sum(t.duration for t in tunes)
    return {
        "seconds per tune": _spread([t.duration for t in tunes]),
        "beats per minute": _spread([t.tempo for t in tunes]),
        "keys": f"{len({t.key_name for t in tunes})}",
        "instruments": f"{len({i for t in tunes for i in t.instruments.values()})}",
        "notes per tune": _spread([len(t.notes) for t in tunes]),
        "onsets per second": f"{np.mean([_onsets_per_second(t) for t in tunes]):.2f}",
        **_melody_figures(tunes),
        "chords (most frequent)": _common([c.numeral for t in tunes for c in t.chords], 5),
        "different melodies": f"{len(ours)} of {n}",
        "melodies in two splits": f"{len(ours & held_out[0] | ours & held_out[1])}",
        "milliseconds to compose a tune": f"{1000 * composing / n:.1f}",
        **_sound_figures(tunes, seconds),
    }


def _spread(values: list[float]) -> str:
    """Least, mean and greatest."""
    return f"{min(values):.4g} to {max(values):.4g}, mean {np.mean(values):.4g}"


def _common(values: list[str], n: int) -> str:
    """The most frequent values with their shares."""
    counts = Counter(values)
    return ", ".join(f"{v} {c / len(values):.0%}" for v, c in counts.most_common(n))


def _onsets_per_second(tune: Tune) -> float:
    """Return the number of distinct onsets per second."""
    return len({round(n.onset, 6) for n in tune.notes}) / tune.duration


def _melody_figures(tunes: list[Tune]) -> dict[str, str]:
    """Describe the melodies."""
    melodies = [[n for n in t.notes if n.part == "melody"] for t in tunes]
    pitches = [n.pitch for melody in melodies for n in melody]
    leaps = np.concatenate([np.abs(np.diff([n.pitch for n in melody])) for melody in melodies])
    in_scale = [
        (n.pitch - tune.key) % 12 in SCALES[tune.mode]
        for tune, melody in zip(tunes, melodies, strict=True)
        for n in melody
    ]
    return {
        "melody, MIDI pitch": _spread(pitches),
        "melody, notes in the scale": f"{np.mean(in_scale):.1%}",
        "melody, repeats": f"{np.mean(leaps == 0):.1%}",
        "melody, steps (1 or 2 semitones)": f"{np.mean((leaps > 0) & (leaps < 3)):.1%}",
        "melody, leaps over a fifth": f"{np.mean(leaps > 7):.1%}",
    }


def _sound_figures(tunes: list[Tune], seconds: float) -> dict[str, str]:
    """Describe the sound, and time the rendering, with an empty cache and a second time."""
    tone.cache_clear()
    speeds, peaks, levels = [], [], []
    for _ in range(2):
        started = time.perf_counter()
        for tune in tunes:
            tune.render()
        speeds.append(seconds / (time.perf_counter() - started))
    for tune in tunes:
        audio = tune.render()
        peaks.append(float(np.abs(audio).max()))
        levels.append(10 * np.log10(np.mean(audio**2)))
    return {
        "peak": _spread(peaks),
        "level (RMS, dB of full scale)": f"{np.mean(levels):.1f} ± {np.std(levels):.1f}",
        "rendering, times real time, first": f"{speeds[0]:.0f}",
        "rendering, times real time, then": f"{speeds[1]:.0f}",
        "tones in memory": f"{tone.cache_info().currsize}",
    }


def main() -> None:
    """Print the figures of all levels as a table."""
    parser = argparse.ArgumentParser(description="Print the figures of the tinytunes data card.")
    parser.add_argument("--tunes", type=int, default=300, help="tunes a level (default: 300)")
    n = parser.parse_args().tunes
    columns = [describe(level, n) for level in LEVELS]
    print("| | level 1 | level 2 | level 3 |\n| --- | --- | --- | --- |")
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |")


if __name__ == "__main__":
    main()
