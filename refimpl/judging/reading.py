"""The sounds that are judged: clips from folders of any recordings, or tunes that a model wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from refimpl.audio import AudioError, find_audio, is_silent, read_blocks
from refimpl.audio.standardising import seconds_to_samples
from refimpl.corpora.captions import BESIDE, read_captions
from refimpl.display import progress_bar
from refimpl.errors import UserError
from refimpl.generation import write_music
from refimpl.pipeline import load_generator, read_facts
from refimpl.pipeline.folder import preset_from_dict

SHORTEST = 0.5  # of a clip: a shorter end of a file is left out


@dataclass(frozen=True)
class Sound:
    """A clip that is judged.

    Attributes:
        name: the file, and where in it.
        file: from which it comes; clips of one file resemble each other.
        audio: (n_samples,) float32.
        caption: of the file; "" where it has none.
    """

    name: str
    file: str
    audio: np.ndarray
    caption: str = ""


def read_clips(
    paths: Sequence[str | Path],
    sample_rate: int,
    *,
    seconds: float,
    count: int,
    captions: Mapping[str, str] | None = None,
) -> tuple[list[Sound], list[tuple[Path, str]]]:
    """Read clips from files, and from all files in folders, as evenly as possible.

    Args:
        paths: files and folders.
        sample_rate: of the clips, in Hz.
        seconds: of a clip. A file's end is a clip if it has half of that; so is a shorter file.
        count: the most clips. Of more files than that, every so manyth is read.
        captions: by file, of `captions_of`; all clips of a file have its caption.

    Returns:
        The clips, and (path, reason) of files that cannot be used.

    Raises:
        AudioError: no clip is left.
    """
    files = [file for path in map(Path, paths) for file in _files(path)]
    step = len(files) / min(len(files), count) if files else 1
    chosen = [files[int(n * step)] for n in range(min(len(files), count))]
    per_file = -(-count // max(1, len(chosen)))
    sounds: list[Sound] = []
    skipped: list[tuple[Path, str]] = []
    bar = progress_bar(chosen, total=len(chosen), description="reading", unit="file", leave=False)
    for file in bar:
        try:
            caption = (captions or {}).get(str(file), "")
            sounds += _clips_of(file, sample_rate, seconds, per_file, caption)
        except AudioError as error:
            skipped.append((file, error.reason))
    if not sounds:
        last = "; the last: {} {}".format(*skipped[-1]) if skipped else ""
        raise AudioError(f"not one of {len(files)} files can be used{last}")
    return sounds[:count], skipped


def _files(path: Path) -> list[Path]:
    return find_audio(path) if path.is_dir() else [path]


def captions_of(paths: Sequence[str | Path], table: str | Path | None = None) -> dict[str, str]:
    """Find the captions of files, and of all files in folders.

    Args:
        paths: files and folders.
        table: a CSV file with the columns file, which is the path within the one folder that
            `paths` then has to be, and caption. None: `NAME.txt` beside `NAME.wav`, where it is.

    Returns:
        The captions by file, of those files that have one.

    Raises:
        UserError: a table for other than one folder; see also `read_captions`.
        AudioError: a folder does not exist, or holds no sound.
    """
    if table is not None:
        if len(paths) != 1 or not Path(paths[0]).is_dir():
            raise UserError("a table of captions names the sounds of a folder; give one folder")
        folder = Path(paths[0])
        sounds = {file.relative_to(folder).as_posix(): file for file in find_audio(folder)}
        found = read_captions(str(table), folder, sounds).of
        return {str(sounds[name]): caption for name, caption in found.items()}
    files = {str(file): file for path in map(Path, paths) for file in _files(path)}
    if not any(file.with_suffix(".txt").is_file() for file in files.values()):
        return {}
    return dict(read_captions(BESIDE, Path(paths[0]), files).of)


def _clips_of(file: Path, sample_rate: int, seconds: float, most: int, caption: str) -> list[Sound]:
    """The first clips of a file that are not silent."""
    fewest = SHORTEST * seconds_to_samples(seconds, sample_rate)
    found = []
    remarks: list[str] = []
    blocks = enumerate(read_blocks(file, sample_rate, seconds, remarks=remarks))
    for number, block in islice(blocks, 4 * most):
        if not is_silent(block) and (number == 0 or len(block) >= fewest):
            name = f"{file.name}@{number * seconds:g}s" if number else file.name
            found.append(Sound(name, str(file), block.astype(np.float32), caption))
        if len(found) == most:
            break
    if not found:
        raise AudioError("is silent (no sample above -90 dB)", file)
    return found


def written_by(
    where: str | Path, count: int, *, seconds: float, seed: int = 0
) -> tuple[list[Sound], int]:
    """Let a model write tunes.

    Args:
        where: a run's folder, a model's, or the name of one that comes with the package.
        count: of tunes.
        seconds: the most of each.
        seed: of everything random.

    Returns:
        The tunes, each of its own "file", and their sample rate.
    """
    model, tokenizer = load_generator(where)
    facts = read_facts(where)
    sampling = vars(preset_from_dict(facts["settings"]).sampling) if "settings" in facts else {}
    pieces = write_music(
        model,
        tokenizer,
        seconds=seconds,
        min_seconds=seconds / 2,
        batch_size=count,
        seed=seed,
        progress=None,
        longest_hold=facts.get("longest_hold"),
        **sampling,
    )
    names = [f"tune {number}" for number in range(1, count + 1)]
    sounds = [Sound(name, name, p.audio) for name, p in zip(names, pieces, strict=True)]
    return sounds, tokenizer.sample_rate
