"""What a listening test compares: the sounds of folders, one system each, as trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np

from refimpl.audio import find_audio, load_audio
from refimpl.display.bars import progress_bar
from refimpl.display.levelling import MAX_PEAK, TARGET_LOUDNESS, at_target_loudness
from refimpl.display.loudness import loudness
from refimpl.listening.anchors import ANCHORS, low_pass
from refimpl.listening.errors import ListeningError
from refimpl.reading import read_json

Kind = Literal["mushra", "ab", "questions"]
KINDS: dict[str, float] = {"mushra": 12.0, "ab": 30.0, "questions": 30.0}  # seconds of a sound
REFERENCE = "reference"
QUESTIONS = ("What is the overall quality of the music?", "How well does it fit the text?")
MAX_DIFFERENCE = 0.5  # seconds: a codec rounds up to whole frames, other music is no stimulus
MOST_SYSTEMS = {"mushra": 7, "ab": 12, "questions": 24}  # BS.1534: nine stimuli besides anchors
INAUDIBLE = -50.0  # dB of the reference: an anchor that lacks less sounds like it
LONGEST_CAPTION = 1000  # characters
_FADE = 0.01  # seconds, at both ends


@dataclass(frozen=True, eq=False)
class Trial:
    """The sounds that a listener judges on one screen.

    Attributes:
        item: the name that the sounds have in their folders.
        sounds: audio `(n_samples,)` by system; of equal length, and equally loud.
        caption: the text that the music was made from; empty where there is none.
        training: to get used to the page; its answers do not count.
        faint: anchors that lack so little of the reference that nobody can tell.
    """

    item: str
    sounds: dict[str, np.ndarray]
    caption: str = ""
    training: bool = False
    faint: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ListeningTest:
    """The trials of a listening test.

    Attributes:
        kind: "mushra", "ab" or "questions".
        systems: the names of the compared systems, in the given order.
        sample_rate: of all sounds, in Hz.
        trials: those for training first.
        questions: what a listener is asked of each sound; empty for the other kinds.
        notes: what the maker of the test should know, such as an anchor that nobody can hear.
    """

    kind: Kind
    systems: tuple[str, ...]
    sample_rate: int
    trials: tuple[Trial, ...]
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def design_test(
    folders: Sequence[str | Path],
    kind: Kind,
    *,
    reference: str | Path | None = None,
    questions: Sequence[str] = QUESTIONS,
    anchors: bool = True,
    n_training: int = 1,
    seconds: float | None = None,
    sample_rate: int = 44100,
    match_loudness: bool = True,
    show: bool | None = None,
) -> ListeningTest:
    """Read the sounds of some systems, and make trials of them.

    Sounds with the same name, such as `a/03.wav` and `b/03.flac`, make one item; only "questions"
    takes sounds that some folders lack. The caption of
    a sound is a text beside it (`03.txt`), or what `refimpl corpus` writes there (`03.json`).

    Args:
        folders: one for each system, named after it.
        kind: "mushra" rates all systems of an item beside a reference, which is hidden among them
            too; "ab" asks which of two is better; "questions" asks the same of every sound.
        reference: for "mushra", the folder of what the systems should sound like.
        questions: for "questions"; the second is only asked where there is a caption.
        anchors: for "mushra", add the reference without treble above 3.5 and 7 kHz.
        n_training: number of items that only serve to get used to the page.
        seconds: of each sound, from its beginning; by default 12, or 30 without a reference.
        sample_rate: of the page's sounds, in Hz.
        match_loudness: bring all sounds of a trial to the same loudness, -23 LUFS or what the
            sound with the largest peaks allows.
        show: whether to show a progress bar; None decides by the terminal.
    Raises:
        ListeningError: folders that make no test.
        AudioError: a sound that cannot be read.

    Source: ITU-R BS.1534-3; Copet et al. 2023, section 3, for the two questions.
    """
    systems = _named_systems(folders, kind, reference)
    named = systems | ({REFERENCE: Path(reference)} if reference else {})
    items = _items(named, shared=kind != "questions")
    if len(items) <= n_training:
        raise ListeningError(
            f"{len(items)} items of which {n_training} for training; a test needs at least one "
            "more: give more sounds, or a smaller --training"
        )
    seconds = seconds or KINDS[kind]
    trials: list[Trial] = []
    for n, item in enumerate(progress_bar(items, description="sounds", unit="item", show=show)):
        sounds = {
            system: _faded(load_audio(path, sample_rate, duration=seconds), sample_rate)
            for system, path in items[item].items()
        }
        sounds, faint = (
            _with_anchors(sounds, sample_rate) if anchors and reference else (sounds, ())
        )
        sounds = _equally_long(item, sounds, sample_rate, exactly=kind == "mushra")
        if match_loudness:
            sounds = _equally_loud(sounds, sample_rate)
        training = n < n_training
        for part in _parts(kind, sounds)[: 1 if training else None]:
            trials.append(Trial(item, part, _caption_of(items[item]), training, faint))
    asked = tuple(questions) if kind == "questions" else ()
    return ListeningTest(
        kind, tuple(systems), sample_rate, tuple(trials), asked, _notes(trials, asked)
    )


def _notes(trials: Sequence[Trial], asked: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    for name in ANCHORS:
        if faint := [trial.item for trial in trials if name in trial.faint]:
            notes.append(
                f"the {name} of {len(faint)} items, such as {faint[0]}, lacks hardly anything "
                "of the reference: nobody can tell the two apart, so choose music with more treble"
            )
    if asked == QUESTIONS and not any(trial.caption for trial in trials):
        notes.append(
            "no sound has a text beside it (NAME.txt), so only the first question is asked"
        )
    return tuple(notes)


def _named_systems(folders, kind, reference) -> dict[str, Path]:
    """Name each folder's system, after checking that there are enough of them."""
    if kind not in KINDS:
        raise ListeningError(f"kind {kind!r} given, one of {', '.join(KINDS)} needed")
    if (kind == "mushra") != (reference is not None):
        wants = "needs a --reference FOLDER" if kind == "mushra" else "has no reference"
        raise ListeningError(f"a test of kind {kind} {wants}; see refimpl listening-test --help")
    systems = {Path(folder).resolve().name: Path(folder) for folder in folders}
    fewest = 2 if kind == "ab" else 1
    if len(systems) < len(folders):
        raise ListeningError("two folders have the same name, which names their system; rename one")
    if reserved := {REFERENCE, *ANCHORS} & set(systems):
        raise ListeningError(f"a folder named {min(reserved)!r} is no system; rename it")
    if not fewest <= len(systems) <= MOST_SYSTEMS[kind]:
        raise ListeningError(
            f"{len(systems)} folders given, {fewest} to {MOST_SYSTEMS[kind]} needed for {kind}"
        )
    return systems


def _items(systems: dict[str, Path], *, shared: bool) -> dict[str, dict[str, Path]]:
    """The files of each item by system; where all must have an item, a gap is an error."""
    files = {system: _by_stem(folder) for system, folder in systems.items()}
    all_items = sorted(set().union(*files.values()))
    for system, own in files.items():
        missing = [item for item in all_items if item not in own]
        if shared and missing:
            raise ListeningError(
                f"{systems[system]}: no sound named {missing[0]!r}, which another folder has; "
                f"the folders need the same names ({len(missing)} of {len(all_items)} are missing)"
            )
    return {
        item: {system: own[item] for system, own in files.items() if item in own}
        for item in all_items
    }


def _by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in find_audio(folder):
        item = path.relative_to(folder).with_suffix("").as_posix() if path != folder else path.stem
        if item in found:
            raise ListeningError(f"{folder}: two sounds are named {item!r}; remove one")
        found[item] = path
    return found


def _faded(audio: np.ndarray, sample_rate: int) -> np.ndarray:
    """Let a sound begin and end without a click."""
    n = min(round(_FADE * sample_rate), len(audio) // 2)
    ramp = np.ones(len(audio), np.float32)
    ramp[:n] = np.linspace(0, 1, n)
    ramp[len(audio) - n :] = np.linspace(1, 0, n)
    return audio * ramp


def _with_anchors(sounds: dict, sample_rate: int) -> tuple[dict, tuple[str, ...]]:
    """Add the anchors of the reference; and name those that lack hardly anything of it."""
    whole = sounds[REFERENCE]
    made = {name: low_pass(whole, sample_rate, edge) for name, edge in ANCHORS.items()}
    removed = {name: np.mean((whole - one) ** 2) / np.mean(whole**2) for name, one in made.items()}
    faint = tuple(name for name, part in removed.items() if part < 10 ** (INAUDIBLE / 10))
    return sounds | made, faint


def _equally_long(item: str, sounds: dict, sample_rate: int, *, exactly: bool) -> dict:
    """Fill the shorter sounds of an item with silence, so that they switch in step."""
    lengths = [len(audio) for audio in sounds.values()]
    longest = max(lengths)
    if exactly and longest - min(lengths) > MAX_DIFFERENCE * sample_rate:
        low, high = min(lengths) / sample_rate, longest / sample_rate
        raise ListeningError(
            f"{item}: sounds of {low:.2f} to {high:.2f} s; next to a reference they have to be the "
            "same music, equally long: cut them, or compare other music with --kind ab"
        )
    return {system: np.pad(audio, (0, longest - len(audio))) for system, audio in sounds.items()}


def _equally_loud(sounds: dict[str, np.ndarray], sample_rate: int) -> dict[str, np.ndarray]:
    """Bring sounds to -23 LUFS, or all of them lower where the peaks of one forbid it."""
    levelled = {system: at_target_loudness(audio, sample_rate) for system, audio in sounds.items()}
    reached = {system: loudness(audio, sample_rate) for system, audio in levelled.items()}
    lowest = min([TARGET_LOUDNESS, *filter(np.isfinite, reached.values())])
    gains = {
        s: 10 ** ((lowest - one) / 20) if np.isfinite(one) else 1 for s, one in reached.items()
    }
    return {s: np.clip(audio * gains[s], -MAX_PEAK, MAX_PEAK) for s, audio in levelled.items()}


def _caption_of(files: dict[str, Path]) -> str:
    """The text beside one of the sounds of an item."""
    for path in files.values():
        text, facts = path.with_suffix(".txt"), path.with_suffix(".json")
        caption = ""
        if text.is_file():
            caption = text.read_text(encoding="utf-8", errors="replace")
        elif facts.is_file():
            caption = str(read_json(facts, ListeningError, "facts of a sound").get("caption", ""))
        if caption.strip():
            return " ".join(caption.split())[:LONGEST_CAPTION]
    return ""


def _parts(kind: Kind, sounds: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """What is judged together of an item: all of it, each pair, or each system alone."""
    if kind == "mushra":
        return [sounds]
    return [
        {system: sounds[system] for system in some}
        for some in combinations(sounds, 2 if kind == "ab" else 1)
    ]
