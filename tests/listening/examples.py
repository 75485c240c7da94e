"""Small listening tests, made once: folders of short sounds, their page and its key."""

from functools import cache
from pathlib import Path

import numpy as np

from refimpl.audio import save_audio
from refimpl.listening import PageOptions, design_test, key_path, read_key, write_site
from tests.folders import folder_of_the_run

RATE = 22050
SECONDS = 1.5
ITEMS = ("one", "two", "three", "four")
SYSTEMS = ("good", "bad")


def bright_sound(seed: int, seconds: float = SECONDS) -> np.ndarray:
    """A sound with treble, so that anchors can be heard: (n_samples,)."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * f * times) for f in (220 * (seed + 1), 2500, 5000, 9000))
    return (0.1 * tones + 0.01 * rng.normal(size=len(times))).astype(np.float32)


def write_folders(folder: Path, *, items=ITEMS, captions=False) -> list[Path]:
    """Write the sounds of two systems and of the reference; return the systems' folders."""
    rng = np.random.default_rng(0)
    for n, item in enumerate(items):
        sound = bright_sound(n)
        save_audio(folder / "real" / f"{item}.wav", sound, RATE)
        for system, noise in zip(SYSTEMS, (0.003, 0.1), strict=True):
            worse = sound + noise * rng.normal(size=len(sound))
            save_audio(folder / system / f"{item}.wav", np.clip(0.5 * worse, -1, 1), RATE)
            if captions:
                (folder / system / f"{item}.txt").write_text(f"A tune called {item} & <loud>\n")
    return [folder / system for system in SYSTEMS]


@cache
def small_site(kind: str, **options) -> Path:
    """The folder of a small page of one kind, beside its key; read only."""
    folder = folder_of_the_run(f"listening-{kind}")
    systems = write_folders(folder, captions=kind != "mushra")
    reference = folder / "real" if kind == "mushra" else None
    test = design_test(systems, kind, reference=reference, sample_rate=RATE, show=False)
    write_site(test, folder / "site", PageOptions(**options), show=False)
    return folder / "site"


@cache
def small_key(kind: str, **options):
    return read_key(key_path(small_site(kind, **options)))
