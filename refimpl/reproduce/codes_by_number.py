"""One tune through codebooks of 2 codes, 4, 8 and so on: what the book's start page lets one drag.

    python -m refimpl.reproduce.codes_by_number book/start

Writes a sound and a spectrogram for each number of codes, and `codes.json` with what each costs and
keeps. The codebooks are fitted on tunes that the one heard is not among.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from refimpl.codecs import Codebook
from refimpl.display import progress_bar
from refimpl.display.levelling import levelled_mp3
from refimpl.display.spectrograms import COLOURS
from refimpl.files import replace_file, replace_json
from refimpl.mel import MelConfig, mel_spectrogram, mel_to_audio
from refimpl.metrics import bits_per_second, part_accuracy
from refimpl.tinytunes import Tunes

NUMBERS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
N_TRAINING = 200  # tunes; some 50 frames for each code of the largest codebook
HEARD = 4  # which tune of the validation split
MEL = MelConfig(n_fft=2048, hop_length=704, n_mels=192)  # the course's front end
RANGE_DB = 80.0
BANDS = 96  # of the pictures, which are shown small


def codes_by_number(
    folder: str | Path,
    numbers: Sequence[int] = NUMBERS,
    *,
    n_training: int = N_TRAINING,
    show: bool = True,
) -> dict[str, Any]:
    """Fit a codebook of each size, and keep what one tune becomes in it.

    Args:
        folder: for `codes-N.mp3`, `codes-N.webp` and `codes.json`.
        numbers: of codes, each at least 2.
        n_training: tunes to fit on.
        show: a progress bar.
    Returns:
        What `codes.json` says: the seconds of the tune, and for each number its bits per second
        and the shares of the melody's and the bass's notes that are heard at their pitch.
    """
    folder = Path(folder)
    training = [mel_spectrogram(tune.render(), MEL) for tune in Tunes("train").take(n_training)]
    tune = Tunes("validation")[HEARD]
    frames = mel_spectrogram(tune.render(), MEL)
    top = float(frames.max())
    found = []
    for number in progress_bar(numbers, description="codebooks") if show else numbers:
        book = Codebook.fit(training, MEL, n_clusters=number)
        decoded = book.decode_frames(book.encode_frames(frames))
        sound = mel_to_audio(decoded, MEL)
        replace_file(folder / f"codes-{number}.mp3", levelled_mp3(sound, MEL.sample_rate))
        replace_file(folder / f"codes-{number}.webp", _picture(decoded, top))
        rate = bits_per_second(MEL.frame_rate, number)
        shares = part_accuracy(sound, MEL.sample_rate, tune)
        rounded = {part: round(share, 3) for part, share in shares.items()}
        found.append({"codes": number, "bits_per_second": round(rate, 1)} | rounded)
    seconds = round(len(sound) / MEL.sample_rate, 2)
    said = {"tune": f"validation {HEARD}", "seconds": seconds, "n_training": n_training}
    result = said | {"numbers": found}
    replace_json(folder / "codes.json", result)
    return result


def _picture(frames: np.ndarray, top: float) -> bytes:
    """Mel frames `(n_frames, n_mels)` in dB as WebP, two bands to a row of points."""
    import matplotlib
    from PIL import Image

    halves = frames.reshape(len(frames), BANDS, -1).mean(axis=2).T[::-1]
    shares = np.clip((halves - top + RANGE_DB) / RANGE_DB, 0, 1)
    pixels = (matplotlib.colormaps[COLOURS](shares)[..., :3] * 255).round().astype(np.uint8)
    with io.BytesIO() as file:
        Image.fromarray(pixels).save(file, "WEBP", quality=80, method=6)
        return file.getvalue()


def main() -> None:
    """Fit the codebooks, and say where their sounds are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", help="for the sounds, the pictures and codes.json")
    folder = parser.parse_args().folder
    codes_by_number(folder)
    print(f"{folder}/codes.json")


if __name__ == "__main__":
    main()
